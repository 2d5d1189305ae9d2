package guide_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
)

// leftovers matches what a reader must not see: placeholders, marks, empty texts.
var leftovers = regexp.MustCompile(`[{}]|<no value>|\(\)|«»|""|%!|  \S`)

// TestNothingIsLeft verifies every guide: no placeholder, mark or empty text is left.
func TestNothingIsLeft(t *testing.T) {
	for name, s := range everySample() {
		t.Run(name, func(t *testing.T) {
			g := render(t, s)
			checkText(t, g)
			for format, text := range map[string]string{
				"title": g.Title(), "subject": g.MailSubject(), "mail": mailOf(t, g), "HTML": read(t, string(g.HTML())).text,
			} {
				if found := leftovers.FindString(text); found != "" {
					t.Errorf("%s has %q: %s", format, found, text)
				}
			}
			if strings.Contains(g.Text(), "**") || strings.Contains(g.Text(), "`") {
				t.Errorf("marks are left: %s", g.Text())
			}
		})
	}
}

// TestGuideNames verifies what a guide must name.
func TestGuideNames(t *testing.T) {
	for name, c := range map[string]struct {
		reason  string
		subject guide.Subject
		want    []string
		not     []string
	}{
		"API": {
			reason:  "the customer has to find the API and the supplier, and to compare its own number",
			subject: tiger(),
			want: []string{
				"310 330 701", "897757222", "4HUMAN HRM AS", "DYNAMISK ALTETENDE TIGER AS",
				"Innsending av oppfølgingsplaner til NAV via leverandør", "Maskinporten administrator",
				"Delegerbare Maskinporten scopes", "https://www.altinn.no", "support@4human.example", "Rediger tilganger",
			},
			not: []string{"tt02", "Godkjenn"},
		},
		"API in Test": {
			reason:  "an access in the other Altinn has no effect",
			subject: with(tiger(), func(s *guide.Subject) { s.Environment = v1alpha1.EnvironmentTest }),
			want:    []string{"https://tt02.altinn.no", "https://am.ui.tt02.altinn.no/"},
			not:     []string{"www.altinn.no", "am.ui.altinn.no"},
		},
		"API granted": {
			reason:  "the steps are done; the customer may withdraw",
			subject: closed(tiger(), v1alpha1.AuthorizationGranted),
			want:    []string{"Rediger tilganger", "Den må ikke fornyes"},
			not:     []string{"Deleger nytt API", "Du trenger ikke si fra"},
		},
		"system user": {
			reason:  "one link for all services, and who may approve",
			subject: tigerSystemUser(),
			want: []string{
				confirmURL, "sykmeldinger og sykepengesøknader", "Tilgangsstyrer", "én lenke", "Avvis", "Slett systemtilgang",
			},
			not: []string{"Deleger", "tt02"},
		},
		"system user in Test": {
			reason:  "an access in the other Altinn has no effect",
			subject: with(tigerSystemUser(), func(s *guide.Subject) { s.Environment = v1alpha1.EnvironmentTest }),
			want:    []string{"Altinns testmiljø", "testbruker", "https://am.ui.tt02.altinn.no/"},
			not:     []string{"am.ui.altinn.no/accessmanagement/ui/systemuser/overview"},
		},
		"system user, more rights, forwarded": {
			reason:  "the customer knows the system user that it has",
			subject: samples()["system-user-change"],
			want:    []string{"allerede en systemtilgang", "sendt forespørselen videre", "for klienter", "tilgangspakke"},
		},
		"system user, one service": {
			reason:  "nothing is said of several",
			subject: samples()["system-user-one"],
			want:    []string{confirmURL, "sykmeldinger", pageURL},
			not:     []string{"sykepengesøknader", "én lenke"},
		},
		"through an agent": {
			reason:  "for two readers: the customer authorizes the agent, and the agent approves and adds the customer",
			subject: samples()["agent"],
			want: []string{
				confirmURL, "313876144", "Ny bruker", "sykefravaer", "Godkjenn", "Legg til kunder", "klientadministrator",
				"DYNAMISK ALTETENDE TIGER AS",
			},
			not: []string{"Deleger", "urn:altinn"},
		},
		"through an agent, client missing": {
			reason:  "the agent has approved, so only the client is missing",
			subject: samples()["agent-client"],
			want:    []string{"Ny bruker", "Legg til kunder", "bare DYNAMISK ALTETENDE TIGER AS"},
			not:     []string{confirmURL, "Avvis"},
		},
		"through an agent, withdrawn": {
			reason: "both can have done it, and both can undo it", subject: samples()["agent-gone"],
			want: []string{"Legger agenten til kunden igjen"}, not: []string{confirmURL, "Steg for steg"},
		},
		"system user rejected": {
			reason:  "there is no link, and the customer is not asked again",
			subject: closed(tigerSystemUser(), v1alpha1.AuthorizationRejected),
			want:    []string{"avvist", "Vi spør ikke igjen av oss selv"},
			not:     []string{confirmURL, "Steg for steg"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Join(strings.Fields(render(t, c.subject).Text()), " ")
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s: lacks %q in:\n%s", c.reason, want, text)
				}
			}
			for _, not := range c.not {
				if strings.Contains(text, not) {
					t.Errorf("%s: has %q in:\n%s", c.reason, not, text)
				}
			}
		})
	}
}

// TestCopiedNumber verifies that a copy of the supplier's number has nine digits, and that it is read in groups.
func TestCopiedNumber(t *testing.T) {
	const want = `<code class="guide-copy" data-copy="897757222"><span class="guide-digits">897</span>` +
		`<span class="guide-digits">757</span><span class="guide-digits">222</span></code>`
	if got := string(render(t, tiger()).HTML()); !strings.Contains(got, want) {
		t.Errorf("lacks %s in:\n%s", want, got)
	}
}

// TestLanguageOfParts verifies that English guides mark Altinn's Norwegian labels for screen readers.
func TestLanguageOfParts(t *testing.T) {
	s := tiger()
	if strings.Contains(string(render(t, s).HTML()), "lang=") {
		t.Error("the Norwegian guide marks a language")
	}
	s.Language = language.English
	for _, want := range []string{
		`<b class="guide-label" lang="nb">Deleger nytt API</b>`,
		`lang="nb">Innsending av oppfølgingsplaner til NAV via leverandør</code>`,
	} {
		if got := string(render(t, s).HTML()); !strings.Contains(got, want) {
			t.Errorf("lacks %s in:\n%s", want, got)
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		change func(*guide.Subject)
		want   string
	}{
		"no service": {
			reason: "there is nothing to grant",
			change: func(s *guide.Subject) { s.Services = nil },
			want:   `no service for a guide to access of kind "APIDelegation"`,
		},
		"service of another kind": {
			reason: "it needs another guide",
			change: func(s *guide.Subject) { s.Services = []v1alpha1.ServiceName{v1alpha1.ServiceSickNotes} },
			want:   `no guide to access of kind "APIDelegation" for the service "SickNotes"`,
		},
		"unknown kind": {
			reason: "a later version may have one",
			change: func(s *guide.Subject) { s.Access = "Agent" },
			want:   `no guide for access of kind "Agent" in language "nb"`,
		},
		"unknown language": {
			reason: "language.Of returns none of these",
			change: func(s *guide.Subject) { s.Language = "se" },
			want:   `no guide for access of kind "APIDelegation" in language "se"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := builtIn(t).Render(with(tiger(), c.change))
			if err == nil || err.Error() != c.want {
				t.Errorf("%s: error %v, want %s", c.reason, err, c.want)
			}
		})
	}
}

// TestLanguagesHaveTheSame verifies that both languages have the same sections, with as many paragraphs and items.
func TestLanguagesHaveTheSame(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			shape := func(lang language.Language) []int {
				s.Language = lang
				var sizes []int
				for _, section := range render(t, s).Sections {
					sizes = append(sizes, len(section.Text), len(section.Items))
				}
				return sizes
			}
			if diff := cmp.Diff(shape(language.Norwegian), shape(language.English)); diff != "" {
				t.Errorf("nb and en differ:\n%s", diff)
			}
		})
	}
}

func TestGrouped(t *testing.T) {
	for name, c := range map[string]struct{ reason, number, want string }{
		"number":  {reason: "as Altinn shows it", number: "310330701", want: "310 330 701"},
		"short":   {reason: "it is none", number: "31033070", want: "31033070"},
		"letters": {reason: "it is none", number: "31033070a", want: "31033070a"},
		"empty":   {reason: "it is not known", number: "", want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := guide.Grouped(c.number); got != c.want {
				t.Errorf("%s: %q, want %q", c.reason, got, c.want)
			}
		})
	}
}

func TestFileNames(t *testing.T) {
	want := []string{
		"api-delegation.nb.yaml", "api-delegation.en.yaml", "system-user.nb.yaml", "system-user.en.yaml",
		"agent-system-user.nb.yaml", "agent-system-user.en.yaml",
	}
	if got := guide.FileNames(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

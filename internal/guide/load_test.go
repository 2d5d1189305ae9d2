package guide_test

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
)

const (
	apiFile        = "api-delegation.nb.yaml"
	systemUserFile = "system-user.nb.yaml"
)

// edited returns a built-in file in which a text is replaced.
func edited(t *testing.T, file, was, is string) string {
	t.Helper()
	content, err := guide.BuiltIn(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(content, was) != 1 {
		t.Fatalf("%s has %q %d times, want once", file, was, strings.Count(content, was))
	}
	return strings.Replace(content, was, is, 1)
}

func TestOverride(t *testing.T) {
	g, err := guide.Load(map[string]string{
		apiFile: edited(t, apiFile, `"Velg **Deleger nytt API**."`, `"Velg **Gi ny tilgang** for {customerName}."`),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := g.Render(tiger())
	if err != nil {
		t.Fatal(err)
	}
	const want = " 3. Velg «Gi ny tilgang» for DYNAMISK ALTETENDE TIGER AS.\n"
	if text := got.Text(); !strings.Contains(text, want) || strings.Contains(text, "Deleger nytt API") {
		t.Errorf("the override has no effect:\n%s", text)
	}
	inEnglish := with(tiger(), func(s *guide.Subject) { s.Language = language.English })
	if got, err = g.Render(inEnglish); err != nil || !strings.Contains(got.Text(), "Deleger nytt API") {
		t.Errorf("the override changes another file: %v", err)
	}
}

// mistake is a wrong override: a built-in file with one text replaced, or a whole content.
type mistake struct {
	reason   string
	file     string
	was, is  string
	content  string
	wantText []string
}

func mistakes() map[string]mistake {
	return map[string]mistake{
		"unknown file": {
			reason: "the key of the ConfigMap is mistyped", file: "api-delegation.no.yaml", content: "title: []",
			wantText: []string{"guide api-delegation.no.yaml: is unknown; write one of api-delegation.nb.yaml, "},
		},
		"no YAML": {
			reason: "a tab is no indentation", file: apiFile, content: "title:\n\t- a",
			wantText: []string{"guide api-delegation.nb.yaml: read the YAML: ", "line 2"},
		},
		"empty": {
			reason: "every field is missing", file: apiFile, content: "",
			wantText: []string{
				"guide api-delegation.nb.yaml: nameless: is empty",
				"steps.heading: is empty", "contact.email: is empty",
			},
		},
		"unknown field": {
			reason: "a field is mistyped", file: apiFile, was: "\nsteps:\n", is: "\nstep:\n",
			wantText: []string{`unknown field "step"`},
		},
		"unknown field of a line": {
			reason: "a field is mistyped", file: apiFile, was: "- checks: true", is: "- check: true",
			wantText: []string{`unknown field "check"`},
		},
		"placeholder": {
			reason: "a placeholder is mistyped", file: apiFile,
			was: `"Velg **Deleger nytt API**."`, is: `"Velg **Deleger nytt API** for {customer}."`,
			wantText: []string{"steps.items[3].text: unknown placeholder {customer}; known are: agentNumber, ", "supplierName"},
		},
		"brace": {
			reason: "a brace is left over", file: apiFile,
			was: `"Velg **Deleger nytt API**."`, is: `"Velg **Deleger nytt API**.}"`,
			wantText: []string{"steps.items[3].text: } without { in front"},
		},
		"unknown situation": {
			reason: "a situation is mistyped", file: apiFile,
			was: "- {when: [not contact]", is: "- {when: [without contact]",
			wantText: []string{`unknown situation "without contact"; known are, with or without "not " in front: agent, `},
		},
		"label not closed": {
			reason: "the rest would be a label", file: apiFile,
			was: `"Velg **Deleger nytt API**."`, is: `"Velg **Deleger nytt API."`,
			wantText: []string{"steps.items[3].text: ** is not closed, or has no text in it"},
		},
		"label empty": {
			reason: "there is nothing to press", file: apiFile,
			was: `"Velg **Deleger nytt API**."`, is: `"Velg ****."`,
			wantText: []string{"steps.items[3].text: ** is not closed, or has no text in it"},
		},
		"link to a script": {
			reason: "a link leads to a page", file: apiFile,
			was: `"Velg **Deleger nytt API**."`, is: `"Velg [dette](javascript:alert)."`,
			wantText: []string{"steps.items[3].text: a link is written [text](https://…), or with a placeholder"},
		},
		"link to a name": {
			reason: "a name is no address", file: apiFile,
			was: `"Velg **Deleger nytt API**."`, is: `"Velg [dette]({customerName})."`,
			wantText: []string{"steps.items[3].text: a link is written"},
		},
		"link not closed": {
			reason: "the rest would be its address", file: apiFile,
			was: `"Velg **Deleger nytt API**."`, is: `"Velg [dette](https://www.altinn.no."`,
			wantText: []string{"steps.items[3].text: a link is written"},
		},
		"step without text": {
			reason: "a step must say what to do", file: apiFile,
			was: `"Velg **Deleger nytt API**."`, is: `""`,
			wantText: []string{"steps.items[3].text: is empty"},
		},
		"each of something else": {
			reason: "lines are repeated for services only", file: systemUserFile,
			was: "each: service", is: "each: customer",
			wantText: []string{`what.items[0].each: is "customer"; write "service"`},
		},
		"other kind of access": {
			reason: "its guide is another file", file: systemUserFile, was: "\ntitle:\n",
			is:       "\nservices: {FollowUpPlans: {name: planer}}\ntitle:\n",
			wantText: []string{"services.FollowUpPlans: no service of this name needs an access"},
		},
		"no check": {
			reason: "a customer must compare before it confirms", file: apiFile,
			was: "  - checks: true\n    text:", is: "  - text:",
			wantText: []string{"check, or checks: true of a step,: has no text if"},
		},
		"title of some": {
			reason: "every guide has a title", file: apiFile,
			was: `- "Gi {supplierName} tilgang til å {purpose}"`, is: `- {when: [page], text: "Gi tilgang"}`,
			wantText: []string{"title: has no text if nav, production, waiting"},
		},
		"steps of some": {
			reason: "the customer can act", file: apiFile,
			was: "steps:\n  when: [not granted]", is: "steps:\n  when: [withdrawn]",
			wantText: []string{"steps: has no text if nav, production, waiting"},
		},
		"list for a text": {
			reason: "a field has one form", file: apiFile, was: "  email: E-post", is: "  email: [E-post]",
			wantText: []string{"email", "string"},
		},
	}
}

func TestWrongOverrides(t *testing.T) {
	for name, m := range mistakes() {
		t.Run(name, func(t *testing.T) {
			content := m.content
			if m.was != "" {
				content = edited(t, m.file, m.was, m.is)
			}
			g, err := guide.Load(map[string]string{m.file: content})
			if err == nil {
				t.Fatalf("%s: no error", m.reason)
			}
			if !strings.HasPrefix(err.Error(), "guide "+m.file+": ") {
				t.Errorf("the error does not name the file: %v", err)
			}
			for _, want := range m.wantText {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s: the error lacks %q: %v", m.reason, want, err)
				}
			}
			checkBuiltIn(t, g)
		})
	}
}

// checkBuiltIn fails the test unless Guides render what the built-in ones do.
func checkBuiltIn(t *testing.T, g *guide.Guides) {
	t.Helper()
	for name, s := range everySample() {
		got, err := g.Render(s)
		if err != nil {
			t.Fatal(err)
		}
		if got.Text() != render(t, s).Text() {
			t.Errorf("%s: is not the built-in guide", name)
		}
	}
}

// TestOverridesAreApart verifies that a wrong file does not keep a right one from being used.
func TestOverridesAreApart(t *testing.T) {
	g, err := guide.Load(map[string]string{
		apiFile:        "title: 1",
		systemUserFile: edited(t, systemUserFile, `"Velg **Slett systemtilgang**, og bekreft."`, `"Velg **Fjern**."`),
	})
	if err == nil || strings.Contains(err.Error(), systemUserFile) {
		t.Errorf("error %v, want one about %s only", err, apiFile)
	}
	got, renderErr := g.Render(tigerSystemUser())
	if renderErr != nil || !strings.Contains(got.Text(), "Velg «Fjern».") {
		t.Errorf("the right override is not used: %v", renderErr)
	}
}

// FuzzLoad verifies that no override panics, and that there is always a guide.
func FuzzLoad(f *testing.F) {
	for _, file := range guide.FileNames() {
		content, err := guide.BuiltIn(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file, content)
	}
	f.Add(apiFile, "title: [{when: [granted]}]")
	f.Fuzz(func(t *testing.T, file, content string) {
		g, err := guide.Load(map[string]string{file: content})
		if err != nil && !strings.Contains(err.Error(), "guide ") {
			t.Errorf("the error names no file: %v", err)
		}
		if _, err := g.Render(tiger()); err != nil {
			t.Error(err)
		}
	})
}

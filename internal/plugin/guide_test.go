package plugin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
)

// elgsPage is the own page of the customer sjelden-flink-elg.
const elgsPage = "https://portal.4human.example/g/"

// guidesOf renders the guides of a resident without the plugin.
func guidesOf(t *testing.T, r resident, lang language.Language, page string) []*guide.Guide {
	t.Helper()
	guides, err := guide.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	var all []*guide.Guide
	for _, subject := range guide.SubjectsOf(r.object(t), supplier(t), lang) {
		subject.PageURL = page
		g, err := guides.Render(subject)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	return all
}

// TestGuide compares the output with what internal/guide renders.
func TestGuide(t *testing.T) {
	tiger, hare := residents[0], residents[2]
	norwegian, english := guidesOf(t, hare, language.Norwegian, ""), guidesOf(t, hare, language.English, "")
	for name, test := range map[string]struct {
		reason string
		line   string
		want   string
	}{
		"text": {
			reason: "Norwegian by default, whatever the locale: it is for the customer", line: "guide dynamisk-altetende-tiger",
			want: guidesOf(t, tiger, language.Norwegian, "")[0].Text(),
		},
		"number": {
			reason: "an organization number is a name too", line: "guide 310330701",
			want: guidesOf(t, tiger, language.Norwegian, "")[0].Text(),
		},
		"markdown": {
			reason: "Markdown", line: "guide dynamisk-altetende-tiger -o md",
			want: guidesOf(t, tiger, language.Norwegian, "")[0].Markdown(),
		},
		"two": {
			reason: "a delegation and a system user are two guides", line: "guide varsom-rolig-hare",
			want: norwegian[0].Text() + "\n\n" + norwegian[1].Text(),
		},
		"service": {
			reason: "one of the two, in any case", line: "guide varsom-rolig-hare --service sicknotes --lang en",
			want: english[1].Text(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, cluster(t, objects(t)...))
			got := s.run(t, test.line)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			checkTexts(t, got)
		})
	}
}

// TestGuideNamesThePage checks that the guide names the customer's own page if that is wanted.
func TestGuideNamesThePage(t *testing.T) {
	link := strings.TrimSpace(newSession(t, cluster(t, objects(t)...)).run(t, "link sjelden-flink-elg"))
	if !strings.HasPrefix(link, elgsPage) {
		t.Fatalf("the link is %q", link)
	}
	want := guidesOf(t, residents[1], language.Norwegian, link)[0].Text()
	got := newSession(t, cluster(t, objects(t)...)).run(t, "guide sjelden-flink-elg --link")
	if diff := cmp.Diff(want, got); diff != "" || !strings.Contains(got, link) {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestGuidePage checks the page of -o html: one file with all guides, and no address of its own to load.
func TestGuidePage(t *testing.T) {
	got := newSession(t, cluster(t, objects(t)...)).run(t, "guide varsom-rolig-hare -o html")
	for _, g := range guidesOf(t, residents[2], language.Norwegian, "") {
		if !strings.Contains(got, string(g.HTML())) || !strings.Contains(got, "<h1>") {
			t.Errorf("the guide %q is missing", g.Title())
		}
	}
	for _, loaded := range []string{"src=", "<link", "<script", "@import", "url("} {
		if strings.Contains(got, loaded) {
			t.Errorf("the page loads something: %s", loaded)
		}
	}
	if !strings.HasPrefix(got, "<!doctype html>\n<html lang=\"nb\">") || !strings.HasSuffix(got, "</html>\n") {
		t.Errorf("it is not a page:\n%.200s", got)
	}
}

// TestGuideIsReplaced checks the platform team's replacements.
func TestGuideIsReplaced(t *testing.T) {
	builtIn, err := guide.BuiltIn("api-delegation.nb.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		reason  string
		content string
		want    string
	}{
		"replaced": {
			reason: "a changed menu needs no release", content: strings.ReplaceAll(builtIn, "Deleger nytt API", "Ny knapp"),
			want: "Ny knapp",
		},
		"wrong": {
			reason: "a wrong file is a warning, and the built-in one is used", content: "steps: 1",
			want: "Warning: ConfigMap integration-operator-system/integration-operator-guides is wrong",
		},
	} {
		t.Run(name, func(t *testing.T) {
			replaced := &corev1.ConfigMap{
				ObjectMeta: metav1.ObjectMeta{Namespace: systemNamespace, Name: guide.ConfigMap},
				Data:       map[string]string{"api-delegation.nb.yaml": test.content},
			}
			s := newSession(t, cluster(t, append(objects(t), client.Object(replaced))...))
			got := s.run(t, "guide dynamisk-altetende-tiger")
			if !strings.Contains(got, test.want) || !strings.Contains(got, "310 330 701") {
				t.Errorf("%q is missing:\n%s", test.want, got)
			}
		})
	}
}

// TestGuideNeedsASupplier checks the errors about the Supplier.
func TestGuideNeedsASupplier(t *testing.T) {
	other := supplier(t)
	other.Spec.Services = []v1alpha1.OfferedService{{Name: v1alpha1.ServiceSickPayApplications}}
	for name, test := range map[string]struct {
		reason  string
		objects []client.Object
		want    string
	}{
		"missing": {reason: "no Supplier", want: "there is no Supplier/default, and the guide names the supplier."},
		"not-offered": {
			reason: "another service", objects: []client.Object{other}, want: "offers none of the customer's services",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, cluster(t, append(test.objects, residents[0].object(t))...))
			if got := s.run(t, "guide dynamisk-altetende-tiger"); !strings.Contains(got, test.want) {
				t.Errorf("%q is missing:\n%s", test.want, got)
			}
		})
	}
}

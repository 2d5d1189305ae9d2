package plugin

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// states returns the names of the golden files of customers.
func states(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "controllers", "testdata", "states", "customer-*.yaml"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d golden files were found: %v", len(files), err)
	}
	names := make([]string, 0, len(files))
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".yaml"))
	}
	return names
}

// TestWhyExplainsEveryState runs why on every state that the operator's tests know.
func TestWhyExplainsEveryState(t *testing.T) {
	for _, state := range states(t) {
		for _, lang := range language.All() {
			t.Run(state+"/"+string(lang), func(t *testing.T) {
				c := golden[v1alpha1.CustomerIntegration](t, state)
				s := newSession(t, cluster(t, c, supplier(t)))
				text := s.run(t, "why "+c.Name+" -n "+c.Namespace+" --lang "+string(lang))
				checkTexts(t, text)
				next := words.Text(lang, "why.next")
				if c.Status.Turn.Actor != "" && !strings.Contains(text, "\n"+next+"\n  ") {
					t.Errorf("it is the turn of %s, but no command is next:\n%s", c.Status.Turn.Actor, text)
				}
				if ready := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady); ready != nil &&
					!strings.Contains(text, ready.Message) {
					t.Errorf("the operator's message is missing:\n%s", text)
				}
			})
		}
	}
}

// TestWhyNamesTheFaultOfTheSupplier runs why with every state of a Supplier that is not well.
func TestWhyNamesTheFaultOfTheSupplier(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "controllers", "testdata", "states", "supplier-*.yaml"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d golden files were found: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			s := golden[v1alpha1.Supplier](t, name)
			text := newSession(t, cluster(t, residents[0].object(t), s)).run(t, "why "+residents[0].name)
			isWell := meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionReady) &&
				len(condition.Alarms(s.Status.Conditions)) == 0
			if got := strings.Contains(text, "\nThe Supplier\n"); got == isWell && s.Status.Conditions != nil {
				t.Errorf("the Supplier is well: %t, a section about it: %t, in:\n%s", isWell, got, text)
			}
		})
	}
}

// TestWhyWithoutSupplier runs why while the Supplier does not exist.
func TestWhyWithoutSupplier(t *testing.T) {
	text := newSession(t, cluster(t, residents[0].object(t))).run(t, "why "+residents[0].name)
	if !strings.Contains(text, "Supplier/default does not exist.") {
		t.Errorf("it does not say that the Supplier is missing:\n%s", text)
	}
}

// TestEveryReasonHasANextCommand compares the table of next commands with the reasons of a customer's Ready.
func TestEveryReasonHasANextCommand(t *testing.T) {
	known := map[string]bool{}
	for _, row := range condition.Rows() {
		if _, isReady := row.At(condition.Customer, v1alpha1.ConditionReady); !isReady {
			continue
		}
		known[row.Reason] = true
		if next, ok := commandsAfter[row.Reason]; !ok || next == nil && row.Actor != condition.Operator {
			t.Errorf("%s (%s acts) has no next command", row.Reason, row.Actor)
		}
	}
	for reason := range commandsAfter {
		if !known[reason] {
			t.Errorf("%s is no reason of a customer's Ready", reason)
		}
	}
}

// TestNextCommandsAreComplete checks the form of every next command: it can be pasted.
func TestNextCommandsAreComplete(t *testing.T) {
	for _, state := range states(t) {
		t.Run(state, func(t *testing.T) {
			c := golden[v1alpha1.CustomerIntegration](t, state)
			view := rollout.Of(c, nil)
			for _, command := range nextCommands(&view, c, nil) {
				if !strings.HasPrefix(command, "kubectl ") && !strings.HasPrefix(command, "https://") ||
					strings.HasSuffix(command, ".") || strings.Contains(command, "  ") {
					t.Errorf("%q cannot be pasted", command)
				}
			}
		})
	}
}

// TestRightsToTheSupplierMayBeMissing reads customers without the right to read Suppliers.
func TestRightsToTheSupplierMayBeMissing(t *testing.T) {
	for name, test := range map[string]struct {
		reason string
		line   string
		code   int
		want   string
	}{
		"why":    {reason: "it says what it cannot know", line: "why klok-stille-ugle", want: "You may not read it."},
		"status": {reason: "the table needs no Supplier", line: "status klok-stille-ugle", want: "Access given"},
		"report": {reason: "nor does the report", line: "report --csv", want: "KLOK STILLE UGLE AS"},
		"guide": {
			reason: "the guide names the supplier", line: "guide klok-stille-ugle", code: ExitError,
			want: "ClusterRoleBinding: Suppliers are in no namespace.",
		},
		"link": {
			reason: "the portal's address is the Supplier's", line: "link klok-stille-ugle", code: ExitError,
			want: "ClusterRoleBinding: Suppliers are in no namespace.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, withoutRight(cluster(t, objects(t)...), "suppliers"))
			if code := s.program.Execute(t.Context(), strings.Fields(test.line)); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if text := s.out.String() + s.err.String(); !strings.Contains(text, test.want) {
				t.Errorf("%q is missing:\n%s", test.want, text)
			}
		})
	}
}

// TestWordsAreInBothLanguages compares the keys and placeholders of the two files of texts.
func TestWordsAreInBothLanguages(t *testing.T) {
	for key, text := range words[language.Norwegian] {
		english, ok := words[language.English][key]
		if !ok {
			t.Errorf("%s is missing in English", key)
		}
		if got, want := braces(english), braces(text); got != want {
			t.Errorf("%s has %q in English and %q in Norwegian", key, got, want)
		}
	}
	for key := range words[language.English] {
		if _, ok := words[language.Norwegian][key]; !ok {
			t.Errorf("%s is missing in Norwegian", key)
		}
	}
}

// braces returns the sorted placeholders of a text.
func braces(text string) string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return strings.Join(found, " ")
}

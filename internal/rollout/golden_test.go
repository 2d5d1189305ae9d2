package rollout_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// now is when the tests are.
var now = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

// statesFolder has every state that the controllers write, as they write it.
const statesFolder = "../../controllers/testdata/states"

// writtenCustomers returns the customers of statesFolder by the names of their files.
func writtenCustomers(t *testing.T) map[string]rollout.Customer {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(statesFolder, "customer-*.yaml"))
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files were found: %v", len(files), err)
	}
	supplier := read[v1alpha1.Supplier](t, filepath.Join(statesFolder, "supplier-nav-serves.yaml"))
	supplier.Spec.Services = append(supplier.Spec.Services, fixture.NetRegistration())
	all := map[string]rollout.Customer{}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "customer-"), ".yaml")
		c := read[v1alpha1.CustomerIntegration](t, file)
		all[name] = rollout.Of(&c, &supplier)
	}
	return all
}

func read[T any](t *testing.T, file string) T {
	t.Helper()
	content, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		t.Fatal(err)
	}
	var object T
	if err := yaml.UnmarshalStrict(content, &object); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return object
}

// golden compares a text with a golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *fixture.Update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as %s has it (-want +got):\n%s", path, diff)
	}
}

// TestWrittenStates describes every state that the controllers write. Look at each line of the golden file that
// changes.
func TestWrittenStates(t *testing.T) {
	all := writtenCustomers(t)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c := all[name]
		turn := c.Turn
		if turn == "" {
			turn = "-"
		}
		fmt.Fprintf(&b, "%-36s %-10s turn %-12s", name, c.State, turn)
		for _, s := range c.Services {
			fmt.Fprintf(&b, "  %s: %s", s.Name, s.State)
		}
		b.WriteString("\n")
	}
	golden(t, "states.txt", b.String())
}

// TestWrittenStories tells the story of every state that the controllers write.
func TestWrittenStories(t *testing.T) {
	all := writtenCustomers(t)
	for _, lang := range language.All() {
		t.Run(string(lang), func(t *testing.T) {
			var b strings.Builder
			for _, name := range slices.Sorted(maps.Keys(all)) {
				fmt.Fprintf(&b, "## %s\n\n%s\n", name, story(t, all[name], lang))
			}
			golden(t, "stories."+string(lang)+".md", b.String())
		})
	}
}

// malformed matches placeholders and keys without a text, blanks and full stops at the wrong place, and commands.
var malformed = regexp.MustCompile(`[{}]|\b(story|fact|run|data|date|span|actor|turn)\.\w|  | [.,]|\.\.|kubectl`)

// story returns the story of a customer as text, and fails the test if it is not well formed.
func story(t *testing.T, c rollout.Customer, lang language.Language) string {
	t.Helper()
	s := rollout.Tell(c, lang, now.Add(16*24*time.Hour))
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", s.Headline)
	if s.Turn != "" {
		fmt.Fprintf(&b, " (%s)", s.Turn)
	}
	b.WriteString("\n\n")
	for _, p := range s.Paragraphs {
		fmt.Fprintf(&b, "%s\n\n", p)
	}
	hasActor := c.Turn == ""
	for i, step := range s.Steps {
		fmt.Fprintf(&b, "%d. %s: %s", i+1, step.Actor, step.Text)
		if step.URL != "" {
			fmt.Fprintf(&b, " <%s>", step.URL)
		}
		b.WriteString("\n")
		hasActor = hasActor || step.Actor == c.Turn
	}
	text := b.String()
	if !hasActor {
		t.Errorf("%s has no step for %s:\n%s", c.Reason, c.Turn, text)
	}
	if wrong := malformed.FindString(text); wrong != "" {
		t.Errorf("the story of %s has %q:\n%s", c.Reason, wrong, text)
	}
	return text
}

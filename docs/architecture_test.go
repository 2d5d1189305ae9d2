package docs_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// classRow is a row of the table of classes: class and kind.
var classRow = regexp.MustCompile(`(?m)^\| (\w+) \| (Answer|CustomerFault|OwnFault|Outage|Violation) \|`)

// TestClassesAreInTheTable holds the table of classes against the client's own.
func TestClassesAreInTheTable(t *testing.T) {
	want := map[string]string{}
	for _, c := range maskinporten.Classes() {
		want[string(c)] = string(c.Kind())
	}
	got := map[string]string{}
	for _, m := range classRow.FindAllStringSubmatch(readFile(t, "docs/architecture.md"), -1) {
		if _, twice := got[m[1]]; twice {
			t.Errorf("%s is in the table twice", m[1])
		}
		got[m[1]] = m[2]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("classes and their kinds, -client +table:\n%s", diff)
	}
}

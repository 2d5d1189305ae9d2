package docs_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// classRow is a row of the table of classes: classes and their kind.
var classRow = regexp.MustCompile(`(?m)^\| (\w+(?:, \w+)*) \| (Answer|CustomerFault|OwnFault|Outage|Violation) \|`)

// TestClassesAreInTheTable compares the table of classes with those of the client.
func TestClassesAreInTheTable(t *testing.T) {
	want := map[string]string{}
	for _, c := range maskinporten.Classes() {
		want[string(c)] = string(c.Kind())
	}
	got := map[string]string{}
	for _, m := range classRow.FindAllStringSubmatch(readFile(t, "docs/architecture.md"), -1) {
		for class := range strings.SplitSeq(m[1], ", ") {
			if _, twice := got[class]; twice {
				t.Errorf("%s is in the table twice", class)
			}
			got[class] = m[2]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("classes and their kinds, -client +table:\n%s", diff)
	}
}

// Package docs_test holds the documentation against what it describes.
package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/runreport"
)

func sorted(all []string) []string { return slices.Sorted(slices.Values(all)) }

// constants returns the values of a Go file's constants whose names begin so.
func constants(t *testing.T, path, prefix string, atLeast int) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, prefix) || len(spec.Values) == 0 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			t.Fatalf("%s is no literal", spec.Names[0].Name)
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
		return true
	})
	if len(values) < atLeast {
		t.Fatalf("%s: only %d constants %s… were found", path, len(values), prefix)
	}
	return values
}

// apiConditions is where the API has its reasons.
const apiConditions = "../api/v1alpha1/conditions.go"

// runReasons returns the reasons of a run: those that it reports itself, and those of a run without a report.
func runReasons() []string {
	var all []string
	for _, reason := range slices.Concat(runreport.Reasons(), runreport.PodReasons()) {
		all = append(all, string(reason))
	}
	return all
}

// goldenStates returns, for each reason, where the golden files of all states have it: "Kind Condition=Status" each.
func goldenStates(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("../controllers/testdata/states/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d golden files were found: %v", len(files), err)
	}
	seen := map[string]map[string]bool{}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Clean(file))
		if err != nil {
			t.Fatal(err)
		}
		var object struct {
			Kind   string `json:"kind"`
			Status struct {
				Conditions []metav1.Condition `json:"conditions"`
			} `json:"status"`
		}
		if err := yaml.Unmarshal(content, &object); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, c := range object.Status.Conditions {
			if seen[c.Reason] == nil {
				seen[c.Reason] = map[string]bool{}
			}
			seen[c.Reason][fmt.Sprintf("%s %s=%s", object.Kind, c.Type, c.Status)] = true
		}
	}
	states := map[string][]string{}
	for reason, all := range seen {
		states[reason] = slices.Collect(maps.Keys(all))
	}
	return states
}

// notGolden are places that no golden file has: an earlier refusal must stay known while the reason is reported.
var notGolden = []string{
	"RequestRejected CustomerIntegration DelegationVerified=False",
	"ServiceNotOffered CustomerIntegration DelegationVerified=False",
}

// TestReasonsAreSeenAsTheTableSays compares the places of the table, which docs/reasons.md lists, with every state that
// the controllers can write.
func TestReasonsAreSeenAsTheTableSays(t *testing.T) {
	golden := goldenStates(t)
	for _, r := range condition.Rows() {
		t.Run(r.Reason, func(t *testing.T) {
			var want []string
			kinds := map[string]bool{}
			for _, p := range r.Places {
				place := fmt.Sprintf("%s %s=%s", p.Kind, p.Type, p.Status)
				if !slices.Contains(notGolden, r.Reason+" "+place) {
					want = append(want, place)
				}
				if p.Type == v1alpha1.ConditionReady {
					kinds[p.Kind] = true
				}
			}
			if r.Progress != condition.Settled {
				for kind := range kinds {
					want = append(want, fmt.Sprintf("%s %s=True", kind, r.Progress))
				}
			}
			if diff := cmp.Diff(sorted(want), sorted(golden[r.Reason])); diff != "" {
				t.Errorf("-table +golden files:\n%s", diff)
			}
		})
	}
}

// TestReasonsPageHasTheTable checks that every reason has its row and anchor on the generated page.
func TestReasonsPageHasTheTable(t *testing.T) {
	page := readFile(t, "docs/reasons.md")
	for _, r := range condition.Rows() {
		row := fmt.Sprintf("\n| <a id=%q></a>%s | ", strings.ToLower(r.Reason), r.Reason)
		if !strings.Contains(page, row) || !strings.Contains(page, " | "+r.Cause) {
			t.Errorf("%s: run make generate", r.Reason)
		}
	}
}

// plainRow is a row of the page's other tables: a name, and two cells.
var plainRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([^|]+) \\| ([^|]+) \\|$")

// tableComplaints lists what is wrong with the table below a heading: it has a row for each name, in order.
func tableComplaints(page, heading string, declared []string) []string {
	_, section, found := strings.Cut(page, "\n## "+heading+"\n")
	if !found {
		return []string{"there is no section " + heading}
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var names, wrong []string
	for _, m := range plainRow.FindAllStringSubmatch(section, -1) {
		names = append(names, m[1])
		if slices.ContainsFunc(m[2:], func(cell string) bool { return strings.TrimSpace(cell) == "" }) {
			wrong = append(wrong, m[1]+" has an empty cell")
		}
	}
	if !slices.IsSorted(names) {
		wrong = append(wrong, "the table is not in order")
	}
	if diff := cmp.Diff(sorted(declared), sorted(names)); diff != "" {
		wrong = append(wrong, "the table, -code +rows:\n"+diff)
	}
	return wrong
}

// TestTablesOfReasons holds the table of the reasons of a run, and that of events, against the code.
func TestTablesOfReasons(t *testing.T) {
	page := readFile(t, "docs/reasons.md")
	for heading, declared := range map[string][]string{
		"Why a run failed": runReasons(),
		"Events":           constants(t, apiConditions, "Event", 3),
	} {
		for _, wrong := range tableComplaints(page, heading, declared) {
			t.Errorf("%s: %s", heading, wrong)
		}
	}
}

// TestTablesOfReasonsNoticesMistakes makes one mistake after the other in a small table.
func TestTablesOfReasonsNoticesMistakes(t *testing.T) {
	const page = "# Page\n\n## Runs\n\n| `Good` | who | what |\n\n## Other\n\n| `Else` | who | what |\n"
	cases := map[string]struct {
		old, new string
		want     string // "" for a page without mistakes
	}{
		"right":        {},
		"no-section":   {old: "## Runs", new: "## Runners", want: "no section Runs"},
		"missing":      {old: "| `Good` | who | what |\n", want: `"Good"`},
		"invented":     {old: "what |\n\n## Other", new: "what |\n| `Gone` | who | what |\n\n## Other", want: `"Gone"`},
		"twice":        {old: "what |\n", new: "what |\n| `Good` | who | what |\n", want: "the table"},
		"out-of-order": {old: "what |\n", new: "what |\n| `Bad` | who | what |\n", want: "not in order"},
		"empty-cell":   {old: "| who |", new: "|   |", want: "Good has an empty cell"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(tableComplaints(strings.Replace(page, c.old, c.new, 1), "Runs", []string{"Good"}), "\n")
			if (c.want == "" && got != "") || !strings.Contains(got, c.want) {
				t.Errorf("complaints are %q, want one with %q", got, c.want)
			}
		})
	}
}

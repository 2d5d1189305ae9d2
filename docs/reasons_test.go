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

	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
)

// parts are what the page says of each reason.
var parts = []string{"Seen as", "Cause", "Who acts", "What to do", "Meanwhile"}

// entry is what the page says of one reason.
type entry struct {
	reason string
	parts  map[string]string
}

// indexed is what the table at the top says of a reason.
type indexed struct {
	on      string
	whoActs string
}

var (
	// reasonHeading is a reason's: one word in camel case. The page's other headings have spaces.
	reasonHeading = regexp.MustCompile(`(?m)^### (\S+)$`)
	nextSection   = regexp.MustCompile(`(?m)^##? `)
	partLabel     = regexp.MustCompile(`(?m)^- \*\*([^*]+):\*\* `)
	indexRow      = regexp.MustCompile(`(?m)^\| \[(\w+)\]\(#(\w+)\) \| ([^|]+) \| ([^|]+) \|$`)
	seenOn        = regexp.MustCompile("`(\\w+)=(True|False|Unknown)`|(CustomerIntegration|Supplier)")
)

// parseEntries reads the sections of the reasons.
func parseEntries(page string) []entry {
	var entries []entry
	at := reasonHeading.FindAllStringSubmatchIndex(page, -1)
	for i, m := range at {
		end := len(page)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		section := page[m[1]:end]
		if next := nextSection.FindStringIndex(section); next != nil {
			section = section[:next[0]]
		}
		entries = append(entries, entry{reason: page[m[2]:m[3]], parts: parseParts(section)})
	}
	return entries
}

// parseParts reads the labelled items of a section.
func parseParts(section string) map[string]string {
	found := map[string]string{}
	at := partLabel.FindAllStringSubmatchIndex(section, -1)
	for i, m := range at {
		end := len(section)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		found[section[m[2]:m[3]]] = strings.TrimSpace(section[m[1]:end])
	}
	return found
}

// states gives what an entry claims: "Kind Condition=Status" each.
func (e entry) states() []string {
	var claimed []string
	kind := ""
	for _, m := range seenOn.FindAllStringSubmatch(e.parts["Seen as"], -1) {
		if m[3] != "" {
			kind = m[3]
			continue
		}
		claimed = append(claimed, fmt.Sprintf("%s %s=%s", kind, m[1], m[2]))
	}
	return claimed
}

// kinds lists the kinds that an entry claims to be on, as the table writes them.
func (e entry) kinds() string {
	var kinds []string
	for _, kind := range []string{"CustomerIntegration", "Supplier"} {
		if strings.Contains(e.parts["Seen as"], kind) {
			kinds = append(kinds, kind)
		}
	}
	return strings.Join(kinds, ", ")
}

// complaints lists what is wrong with the page, given the reasons that exist and the states in which each is seen.
func complaints(page string, declared []string, seen map[string][]string) []string {
	var wrong []string
	entries := parseEntries(page)
	documented := map[string]bool{}
	for _, e := range entries {
		if documented[e.reason] {
			wrong = append(wrong, e.reason+" is documented twice")
		}
		documented[e.reason] = true
		if !slices.Contains(declared, e.reason) {
			wrong = append(wrong, e.reason+" does not exist")
		}
		for _, part := range parts {
			if e.parts[part] == "" {
				wrong = append(wrong, e.reason+" lacks "+part)
			}
		}
		if diff := cmp.Diff(sorted(seen[e.reason]), sorted(e.states())); diff != "" {
			wrong = append(wrong, fmt.Sprintf("%s: states, -real +documented:\n%s", e.reason, diff))
		}
	}
	for _, reason := range declared {
		if !documented[reason] {
			wrong = append(wrong, reason+" is not documented")
		}
	}
	return append(wrong, indexComplaints(page, entries)...)
}

// indexComplaints lists what is wrong with the table at the top.
func indexComplaints(page string, entries []entry) []string {
	var wrong, order []string
	table := map[string]indexed{}
	for _, m := range indexRow.FindAllStringSubmatch(page, -1) {
		if !strings.EqualFold(m[1], m[2]) { // that the anchor is there, TestLinks sees
			wrong = append(wrong, m[1]+" in the table leads to #"+m[2])
		}
		order = append(order, m[1])
		table[m[1]] = indexed{on: m[3], whoActs: m[4]}
	}
	if !slices.IsSorted(order) || len(order) != len(table) {
		wrong = append(wrong, "the table is not in order, or has a row twice")
	}
	want := map[string]indexed{}
	for _, e := range entries {
		want[e.reason] = indexed{on: e.kinds(), whoActs: e.parts["Who acts"]}
	}
	if diff := cmp.Diff(want, table, cmp.AllowUnexported(indexed{})); diff != "" {
		wrong = append(wrong, "the table, -sections +table:\n"+diff)
	}
	return wrong
}

func sorted(all []string) []string { return slices.Sorted(slices.Values(all)) }

// constants gives the values of a Go file's constants whose names begin so.
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

// declaredReasons gives the values of the API's constants Reason….
func declaredReasons(t *testing.T) []string {
	t.Helper()
	return constants(t, apiConditions, "Reason", 20)
}

// runReasons gives the reasons of a run: those that it reports itself, and what the controllers say of one that left no
// report.
func runReasons(t *testing.T) []string {
	t.Helper()
	all := syncjob.RunReasons()
	for _, reason := range runreport.Reasons() {
		all = append(all, string(reason))
	}
	return all
}

// realStates gives, for each reason, the states in which the operator's own status functions show it: "Kind
// Condition=Status" each.
func realStates(t *testing.T) map[string][]string {
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

// TestReasons holds the page against the API and against every state that the operator can bring about.
func TestReasons(t *testing.T) {
	page, err := os.ReadFile("reasons.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range complaints(string(page), declaredReasons(t), realStates(t)) {
		t.Error(wrong)
	}
}

// plainRow is a row of the page's other tables: a name that is no link, and three cells.
var plainRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$")

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
		"Why a run failed": runReasons(t),
		"Events":           constants(t, apiConditions, "Event", 3),
	} {
		for _, wrong := range tableComplaints(page, heading, declared) {
			t.Errorf("%s: %s", heading, wrong)
		}
	}
}

// TestTablesOfReasonsNoticesMistakes makes one mistake after the other in a small table.
func TestTablesOfReasonsNoticesMistakes(t *testing.T) {
	const page = "# Page\n\n## Runs\n\n| `Good` | cause | who | what |\n\n## Other\n\n| `Else` | cause | who | what |\n"
	cases := map[string]struct {
		reason   string
		old, new string
		want     string // "" for a page without mistakes
	}{
		"right":        {reason: "the page as it is"},
		"no-section":   {reason: "the heading is another", old: "## Runs", new: "## Runners", want: "no section Runs"},
		"missing":      {reason: "a new reason", old: "| `Good` | cause | who | what |\n", want: `"Good"`},
		"invented":     {reason: "a reason that is gone", old: "what |\n\n## Other", new: "what |\n| `Gone` | cause | who | what |\n\n## Other", want: `"Gone"`},
		"twice":        {reason: "two rows", old: "what |\n", new: "what |\n| `Good` | cause | who | what |\n", want: "the table"},
		"out-of-order": {reason: "nobody would find it", old: "what |\n", new: "what |\n| `Bad` | cause | who | what |\n", want: "not in order"},
		"empty-cell":   {reason: "a cell says nothing", old: "| cause |", new: "|   |", want: "Good has an empty cell"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(tableComplaints(strings.Replace(page, c.old, c.new, 1), "Runs", []string{"Good"}), "\n")
			if (c.want == "" && got != "") || !strings.Contains(got, c.want) {
				t.Errorf("%s: complaints are %q, want one with %q", c.reason, got, c.want)
			}
		})
	}
}

// TestReasonsNoticesMistakes makes one mistake after the other in a small page.
func TestReasonsNoticesMistakes(t *testing.T) {
	const section = "### Good\n\n- **Seen as:** Supplier `Ready=True`\n- **Cause:** All is well.\n" +
		"- **Who acts:** nobody\n- **What to do:** Nothing.\n- **Meanwhile:** Nothing.\n"
	const page = "| [Good](#good) | Supplier | nobody |\n\n## Group\n\n" + section
	cases := map[string]struct {
		reason   string
		old, new string
		want     string // "" for a page without mistakes
	}{
		"right":         {reason: "the page as it is"},
		"missing":       {reason: "a new reason", old: "Good", new: "Other", want: "Good is not documented"},
		"invented":      {reason: "a reason that is gone", old: "Good", new: "Other", want: "Other does not exist"},
		"twice":         {reason: "two sections", old: "## Group\n", new: section, want: "Good is documented twice"},
		"no-cause":      {reason: "a part is missing", old: "- **Cause:** All is well.\n", want: "Good lacks Cause"},
		"empty-part":    {reason: "a part says nothing", old: "do:** Nothing.", new: "do:** ", want: "Good lacks What to do"},
		"wrong-status":  {reason: "another status", old: "Ready=True", new: "Ready=False", want: "Supplier Ready=True"},
		"wrong-kind":    {reason: "another kind", old: "as:** Supplier", new: "as:** CustomerIntegration", want: "Supplier Ready=True"},
		"wrong-actor":   {reason: "the table says another", old: "| nobody |", new: "| NAV |", want: "the table"},
		"wrong-anchor":  {reason: "a link to elsewhere", old: "(#good)", new: "(#bad)", want: "leads to #bad"},
		"not-in-table":  {reason: "a row is missing", old: "| [Good](#good) | Supplier | nobody |\n", want: "the table"},
		"row-too-often": {reason: "a row is there twice", old: "\n\n## Group", new: "\n| [Good](#good) | Supplier | nobody |\n\n## Group", want: "a row twice"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(page, c.old, c.new, 1)
			if name == "missing" || name == "invented" {
				broken = strings.ReplaceAll(page, c.old, c.new)
			}
			got := strings.Join(complaints(broken, []string{"Good"}, map[string][]string{"Good": {"Supplier Ready=True"}}), "\n")
			if (c.want == "" && got != "") || !strings.Contains(got, c.want) {
				t.Errorf("%s: complaints are %q, want one with %q", c.reason, got, c.want)
			}
		})
	}
}

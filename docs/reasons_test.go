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

// declaredReasons gives the values of the API's constants Reason….
func declaredReasons(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../api/v1alpha1/conditions.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Reason") {
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
		reasons = append(reasons, value)
		return true
	})
	if len(reasons) < 20 {
		t.Fatalf("only %d reasons were found", len(reasons))
	}
	return reasons
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

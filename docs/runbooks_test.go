package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/alert"
)

// maxRunbook is how many lines a runbook may have: it is read at night.
const maxRunbook = 40

var (
	heading    = regexp.MustCompile(`(?m)^## (.+)$`)
	reasonLink = regexp.MustCompile(`\[(\w+)\]\(\.\./reasons\.md#(\w+)\)`)
	cintUse    = regexp.MustCompile(`kubectl cint ([a-z]+)`)
	cintRow    = regexp.MustCompile("(?m)^\\| (\\[?`[^|]+) \\| [^|]* \\|$")
	cintName   = regexp.MustCompile("`([a-z]+)`")
)

// TestRunbooks verifies that each alert has a runbook and each runbook an alert, that all have the same parts, say the
// alert's urgency and name commands that exist.
func TestRunbooks(t *testing.T) {
	files, err := filepath.Glob("runbooks/" + alert.Prefix + "*.md")
	if err != nil {
		t.Fatal(err)
	}
	var found, want []string
	for _, f := range files {
		found = append(found, strings.TrimSuffix(filepath.Base(f), ".md"))
	}
	for _, a := range alert.All() {
		want = append(want, a.Name)
	}
	slices.Sort(want)
	if diff := cmp.Diff(slices.Compact(want), found); diff != "" {
		t.Errorf("-alerts +runbooks:\n%s", diff)
	}
	commands := cintCommands(t)
	for _, name := range found {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("runbooks", name+".md"))
			if err != nil {
				t.Fatal(err)
			}
			for _, wrong := range runbookComplaints(string(text), name, commands) {
				t.Error(wrong)
			}
		})
	}
}

// cintCommands returns the commands of the plugin's page.
func cintCommands(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, row := range cintRow.FindAllStringSubmatch(readFile(t, "docs/kubectl-cint.md"), -1) {
		for _, name := range cintName.FindAllStringSubmatch(row[1], -1) {
			all = append(all, name[1])
		}
	}
	return all
}

// runbookComplaints returns what is wrong with the runbook of an alert.
func runbookComplaints(text, name string, commands []string) []string {
	var wrong []string
	complain := func(ok bool, message string) {
		if !ok {
			wrong = append(wrong, message)
		}
	}
	complain(strings.HasPrefix(text, "# "+name+"\n"), "the title is not the alert's name")
	complain(strings.Count(text, "\n") <= maxRunbook, "it has more than 40 lines")
	var headings []string
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		headings = append(headings, m[1])
	}
	diff := cmp.Diff([]string{"What you see", "How urgent", "First", "Likely causes", "It is over"}, headings)
	complain(diff == "", "headings, -want +got:\n"+diff)
	urgency := alert.UrgencyOf(name)
	for _, word := range []string{"Wake up", "Today", "This week"} {
		says := strings.Contains(strings.ToLower(section(text, "How urgent")), strings.ToLower(word))
		complain(says == strings.Contains(urgency, word), "the urgency is "+urgency)
	}
	_, block, _ := strings.Cut(text, "```sh\n")
	block, _, _ = strings.Cut(block, "```")
	complain(strings.Count(block, "\n") == 2 && strings.Contains(block, "kubectl "), "it does not begin with two commands")
	complain(strings.Count(section(text, "Likely causes"), "\n1. ") == 1, "the causes are not numbered")
	for _, m := range reasonLink.FindAllStringSubmatch(text, -1) {
		complain(strings.EqualFold(m[1], m[2]), m[1]+" links to "+m[2])
	}
	for _, m := range cintUse.FindAllStringSubmatch(text, -1) {
		complain(slices.Contains(commands, m[1]), "kubectl cint has no command "+m[1])
	}
	return wrong
}

// section returns the text below a heading.
func section(text, title string) string {
	_, below, _ := strings.Cut(text, "\n## "+title+"\n")
	below, _, _ = strings.Cut(below, "\n## ")
	return below
}

// TestRunbookComplaints reads a runbook with one mistake each.
func TestRunbookComplaints(t *testing.T) {
	const name = alert.Prefix + "Absent"
	good := "# " + name + "\n\n## What you see\n\nx\n\n## How urgent\n\nWake up.\n\n## First\n\n```sh\nkubectl get a\n" +
		"kubectl cint why b\n```\n\n## Likely causes\n\n1. x\n\n## It is over\n\nx\n"
	cases := map[string]struct {
		reason, old, new, want string // want is "" for a runbook without mistakes
	}{
		"good":  {reason: "as it is"},
		"title": {reason: "another alert's", old: "Absent", new: "NoLeader", want: "title"},
		"long": {
			reason: "too much for a night", old: "x\n\n## How", new: strings.Repeat("x\n", 40) + "\n## How", want: "40 lines",
		},
		"part":     {reason: "a part is missing", old: "## It is over\n\nx\n", new: "", want: "headings"},
		"urgency":  {reason: "the rule says critical", old: "Wake up", new: "Today", want: "urgency"},
		"commands": {reason: "only one", old: "kubectl get a\n", new: "", want: "two commands"},
		"causes":   {reason: "no list", old: "1. x", new: "x", want: "numbered"},
		"cint":     {reason: "no such command", old: "cint why", new: "cint whine", want: "whine"},
		"link":     {reason: "another reason", old: "1. x", new: "1. [Blocked](../reasons.md#other)", want: "links to"},
	}
	for mistake, c := range cases {
		t.Run(mistake, func(t *testing.T) {
			got := strings.Join(runbookComplaints(strings.Replace(good, c.old, c.new, 1), name, []string{"why"}), "\n")
			if (c.want == "" && got != "") || !strings.Contains(got, c.want) {
				t.Errorf("%s: complaints are %q, want one with %q", c.reason, got, c.want)
			}
		})
	}
}

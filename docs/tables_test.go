package docs_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cellEnd is the end of a cell. A bar within code ends one too, unless it is escaped.
var cellEnd = regexp.MustCompile(`(?:^|[^\\])\|`)

// brokenRows returns the rows of a page's tables that have another number of cells than their header: what is in the
// last cells is not shown.
func brokenRows(text string) []string {
	var broken []string
	cells, fenced := 0, false
	for line := range strings.Lines(text) {
		row := strings.TrimSpace(line)
		if strings.HasPrefix(row, "```") {
			fenced = !fenced
		}
		if fenced || !strings.HasPrefix(row, "|") {
			cells = 0
			continue
		}
		n := len(cellEnd.FindAllString(row, -1))
		if cells == 0 {
			cells = n
		}
		if n != cells {
			broken = append(broken, row)
		}
	}
	return broken
}

// TestTables verifies that the rows of each table have as many cells as its header.
func TestTables(t *testing.T) {
	_, documents := readRepository(t)
	for _, name := range documents {
		for _, row := range brokenRows(readFile(t, name)) {
			t.Errorf("%s: the number of cells is not the header's: %s", name, row)
		}
	}
}

// TestTablesNoticesMistakes reads small tables.
func TestTablesNoticesMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		text   string
		want   []string
	}{
		"right":   {reason: "as many cells", text: "| a | b |\n|---|---|\n| c | |\n"},
		"pipe":    {reason: "a bar in code", text: "| a |\n|---|\n| `x | y` |\n", want: []string{"| `x | y` |"}},
		"escaped": {reason: "an escaped bar in code", text: "| a |\n|---|\n| `x \\| y` |\n"},
		"missing": {reason: "a cell is missing", text: "  | a | b |\n  |---|---|\n  | c |\n", want: []string{"| c |"}},
		"script":  {reason: "a script is no table", text: "```sh\n| a |\n| b | c |\n```\n"},
		"two":     {reason: "each table has its own header", text: "| a |\n|---|\n\n| b | c |\n|---|---|\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, brokenRows(c.text)); diff != "" {
				t.Errorf("%s, -want +got:\n%s", c.reason, diff)
			}
		})
	}
}

package docs_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// placeRow is a row of a table of places: what, and where. named is a name in backticks.
var (
	placeRow = regexp.MustCompile(`(?m)^\| [^|]+ \| ([^|]+) \|$`)
	named    = regexp.MustCompile("`([^`]+)`")
)

// missingNames returns the names in a page's table of places that the file before them does not have.
func missingNames(page string, read func(file string) string) (missing []string, names int) {
	_, table, _ := strings.Cut(page, "| file, and names in it |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for _, row := range placeRow.FindAllStringSubmatch(table, -1) {
		text := ""
		for _, m := range named.FindAllStringSubmatch(row[1], -1) {
			if strings.Contains(m[1], "/") {
				text = ""
				if strings.HasSuffix(m[1], ".go") {
					text = read(m[1])
				}
				continue
			}
			names++
			if !regexp.MustCompile(`\b` + m[1] + `\b`).MatchString(text) {
				missing = append(missing, m[1])
			}
		}
	}
	return missing, names
}

// TestRulesHavePlaces verifies that the files of CONTRIBUTING.md's table have the names that stand behind them.
// TestLinks verifies that the files exist.
func TestRulesHavePlaces(t *testing.T) {
	missing, names := missingNames(readFile(t, "CONTRIBUTING.md"), func(file string) string { return readFile(t, file) })
	if len(missing) > 0 {
		t.Errorf("CONTRIBUTING.md names what its file does not have: %q", missing)
	}
	if names < 20 {
		t.Errorf("the table has %d names", names)
	}
}

// TestRulesHavePlacesNoticesMistakes reads a small table.
func TestRulesHavePlacesNoticesMistakes(t *testing.T) {
	page := "| what | file, and names in it |\n|---|---|\n" +
		"| a | `x/a.go`: `here`, `gone`; `x/b.go`: `here` |\n\n| b | `lost` |\n"
	files := map[string]string{"x/a.go": "const here = 1", "x/b.go": "const nothere = 1"}
	missing, names := missingNames(page, func(file string) string { return files[file] })
	if diff := cmp.Diff([]string{"gone", "here"}, missing); diff != "" || names != 3 {
		t.Errorf("%d names; -want +missing:\n%s", names, diff)
	}
}

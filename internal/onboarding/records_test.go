package onboarding

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadRecords(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     string
		limit  int
		want   []record
	}{
		"lines": {
			reason: "row and line are the same", in: "a;b\nc;d\n",
			want: []record{{row: 1, line: 1, cells: []string{"a", "b"}}, {row: 2, line: 2, cells: []string{"c", "d"}}},
		},
		"cell with lines": {
			reason: "Excel counts rows, an editor counts lines", in: "a;b\n\"x\ny\nz\";2\nc;d",
			want: []record{
				{row: 1, line: 1, cells: []string{"a", "b"}},
				{row: 2, line: 2, cells: []string{"x\ny\nz", "2"}},
				{row: 3, line: 5, cells: []string{"c", "d"}},
			},
		},
		"empty line": {
			reason: "Excel shows it as a row", in: "a\n\nb\n",
			want: []record{{row: 1, line: 1, cells: []string{"a"}}, {row: 3, line: 3, cells: []string{"b"}}},
		},
		"quotation mark inside": {
			reason: "Excel reads it as it is", in: "Elg \"Nord\" AS;1\nb;2",
			want: []record{
				{row: 1, line: 1, cells: []string{`Elg "Nord" AS`, "1"}},
				{row: 2, line: 2, cells: []string{"b", "2"}},
			},
		},
		"formula": {
			reason: "the trick that keeps zeros", in: "=\"012345674\";1\n",
			want: []record{{row: 1, line: 1, cells: []string{`="012345674"`, "1"}}},
		},
		"open quotation mark": {
			reason: "it hides no other row", in: "a;b\n\"Tiger;1\nElg;2\n\"Ulv\nAS\";3\nHare;4",
			want: []record{
				{row: 1, line: 1, cells: []string{"a", "b"}},
				{row: 2, line: 2, cells: []string{`"Tiger;1`}, stray: true},
				{row: 3, line: 3, cells: []string{"Elg", "2"}},
				{row: 4, line: 4, cells: []string{"Ulv\nAS", "3"}},
				{row: 5, line: 6, cells: []string{"Hare", "4"}},
			},
		},
		"open at the end": {
			reason: "the file ends within a cell", in: "a;b\n\"Tiger;1\nElg;2",
			want: []record{
				{row: 1, line: 1, cells: []string{"a", "b"}},
				{row: 2, line: 2, cells: []string{`"Tiger;1`}, stray: true},
				{row: 3, line: 3, cells: []string{"Elg", "2"}},
			},
		},
		"text after a quoted cell": {
			reason: "where the cell ends is not certain", in: "\"Elg\" AS;1\nb;2",
			want: []record{
				{row: 1, line: 1, cells: []string{`"Elg" AS;1`}, stray: true},
				{row: 2, line: 2, cells: []string{"b", "2"}},
			},
		},
		"limit": {
			reason: "no more rows than asked for", in: "a\nb\nc", limit: 2,
			want: []record{{row: 1, line: 1, cells: []string{"a"}}, {row: 2, line: 2, cells: []string{"b"}}},
		},
		"empty": {reason: "no rows"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if tc.limit == 0 {
				tc.limit = 100
			}
			got := readRecords(tc.in, ';', tc.limit)
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(record{})); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestManyStrayMarksEnd verifies that a file of nothing but stray quotation marks is not read again and again.
func TestManyStrayMarksEnd(t *testing.T) {
	got := readRecords(strings.Repeat("\"a\n", 100_000)+"\"", ';', MaxRows)
	if len(got) > maxStray+1 {
		t.Errorf("read %d rows", len(got))
	}
}

func FuzzReadRecords(f *testing.F) {
	f.Add("a;b\n\"x\ny\";2\n")
	f.Add("\"a\"b;\n\"\n")
	f.Fuzz(func(t *testing.T, s string) {
		content, _ := decodeText([]byte(s))
		lines := strings.Count(content, "\n") + 1
		row, line := 0, 0
		for _, r := range readRecords(content, ';', 1000) {
			if r.row <= row || r.line <= line || r.row > r.line || r.line > lines {
				t.Fatalf("row %d in line %d after row %d in line %d: %q", r.row, r.line, row, line, s)
			}
			row, line = r.row, r.line
		}
	})
}

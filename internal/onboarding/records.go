package onboarding

import (
	"encoding/csv"
	"errors"
	"strings"
)

// maxStray bounds how many rows with stray quotation marks are listed. After more of them the rest is not read.
const maxStray = 200

// record is a row of a CSV file.
type record struct {
	// row is what Excel calls it, from 1. line is where it begins in the file.
	row, line int
	cells     []string
	// stray reports that a quotation mark makes its cells uncertain. It has the whole line as one cell.
	stray bool
}

// readRecords reads the rows of a CSV text with LF at the ends of lines. A row with a stray quotation mark is reported,
// and reading goes on after its first line, so that one of them hides no other row. It stops after at most limit rows.
func readRecords(content string, separator rune, limit int) []record {
	r := &recordReader{content: content, separator: separator, limit: limit, line: 1, row: 1}
	for more := true; more; {
		more = r.readOn() && r.strays <= maxStray && len(r.found) < limit
	}
	return r.found
}

// recordReader reads rows from a place on.
type recordReader struct {
	content   string
	separator rune
	limit     int
	found     []record
	strays    int
	// line and row are those of the beginning of content.
	line, row int
	// skipped is the line before content, after a stray quotation mark.
	skipped string
}

// readOn reads up to the end, or until a stray quotation mark. It reports whether there is more to read.
func (r *recordReader) readOn() bool {
	reader := csv.NewReader(strings.NewReader(r.content))
	reader.Comma, reader.FieldsPerRecord = r.separator, -1
	extra := 0 // lines beyond the first of each row
	for len(r.found) < r.limit {
		cells, err := reader.Read()
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			start := bad.StartLine
			found := record{row: r.row + start - 1 - extra, line: r.line + start - 1}
			more := r.skip(start, extra)
			if found.cells = r.literalCells(bad.Err); found.cells == nil {
				found.cells, found.stray = []string{r.skipped}, true
				r.strays++
			}
			r.found = append(r.found, found)
			return more
		}
		if err != nil {
			return false
		}
		start, _ := reader.FieldPos(0)
		r.found = append(r.found, record{row: r.row + start - 1 - extra, line: r.line + start - 1, cells: cells})
		for _, cell := range cells {
			extra += strings.Count(cell, "\n")
		}
	}
	return false
}

// literalCells returns the cells of the skipped line if its only fault is quotation marks inside of cells, as in
// Elg "Nord" AS, which Excel reads as they are. Otherwise it returns nil.
func (r *recordReader) literalCells(fault error) []string {
	if !errors.Is(fault, csv.ErrBareQuote) {
		return nil
	}
	reader := csv.NewReader(strings.NewReader(r.skipped))
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = r.separator, -1, true
	cells, err := reader.Read()
	if err != nil {
		return nil
	}
	return cells
}

// skip goes on after a line of content.
func (r *recordReader) skip(lines, extra int) bool {
	for range lines {
		line, rest, ok := strings.Cut(r.content, "\n")
		if r.skipped = line; !ok {
			return false
		}
		r.content = rest
	}
	r.line += lines
	r.row += lines - extra
	return true
}

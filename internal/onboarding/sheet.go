package onboarding

import (
	"strings"
)

const (
	// MaxRows bounds the rows of a spreadsheet, with the header.
	MaxRows = 50_000
	// titleRows is how far down the header may be.
	titleRows = 10
	// headerBytes is how much of the file is read to find it.
	headerBytes = 64 << 10
)

// separators are those of CSV files. Excel writes semicolons where the decimal mark is a comma.
var separators = []rune{';', '\t', ',', '|'}

// sheet is a spreadsheet with its header understood.
type sheet struct {
	file      string
	separator rune
	header    []string
	columns   map[column]int
	rows      []record
}

// readSheet reads a spreadsheet. It returns nil after a finding about the whole file.
func readSheet(f *findings, file string, raw []byte) *sheet {
	content, _ := decodeText(raw)
	firstLine := 1
	if rest, mark := cutMark(content); mark {
		content, firstLine = rest, 2
	}
	separator, at := findHeader(content)
	rows := readRecords(content, separator, MaxRows+1)
	for i := range rows {
		rows[i].line += firstLine - 1
	}
	if at < 0 {
		f.add(Finding{File: file, Line: firstLine}, HeaderNotFound, titleRows, f.firstCells(rows))
		return nil
	}
	if len(rows) > MaxRows {
		f.add(Finding{File: file}, TooManyRows, MaxRows)
		return nil
	}
	s := &sheet{file: file, separator: separator, header: rows[at].cells, columns: map[column]int{}}
	for _, r := range rows[at+1:] {
		if r.stray || strings.TrimSpace(strings.Join(r.cells, "")) != "" {
			s.rows = append(s.rows, r)
		}
	}
	s.readHeader(f, rows[at])
	return s
}

// cutMark cuts the line that tells Excel the separator, sep=;. Excel does not show it as a row.
func cutMark(content string) (rest string, found bool) {
	line, rest, more := strings.Cut(content, "\n")
	if line = strings.ToLower(strings.Trim(line, "\"")); more && strings.HasPrefix(line, "sep=") {
		return rest, true
	}
	return content, false
}

// findHeader returns the separator by which the most titles of columns are known, and the header's index, or -1.
func findHeader(content string) (best rune, at int) {
	if len(content) > headerBytes {
		content = content[:headerBytes]
	}
	best, at = separators[0], -1
	most := 0
	for _, separator := range separators {
		for i, r := range readRecords(content, separator, titleRows) {
			known, numbered := 0, false
			for _, title := range r.cells {
				meaning := meaningOf(title)
				numbered = numbered || meaning == columnNumber
				if meaning != "" {
					known++
				}
			}
			if numbered && known > most {
				best, at, most = separator, i, known
			}
		}
	}
	return best, at
}

// firstCells lists the cells of the first row, for a message.
func (f *findings) firstCells(rows []record) string {
	if len(rows) == 0 {
		return f.word("place.none")
	}
	return quotedList(rows[0].cells)
}

// readHeader finds the columns by their titles.
func (s *sheet) readHeader(f *findings, header record) {
	at := Finding{File: s.file, Line: header.line, Row: header.row}
	var ignored []string
	for i, title := range s.header {
		meaning := meaningOf(title)
		if first, twice := s.columns[meaning]; twice && meaning != "" {
			f.add(at, ColumnTwice, quote(s.header[first]), quote(title))
			continue
		}
		if meaning != "" {
			s.columns[meaning] = i
		} else if title = strings.TrimSpace(title); title != "" && !isFaultColumn(title) {
			ignored = append(ignored, title)
		}
	}
	if len(ignored) > 0 {
		f.add(at, ColumnsIgnored, quotedList(ignored))
	}
}

// isFaultColumn reports whether a title is that of our own column in a file of rejected rows.
func isFaultColumn(title string) bool { return title == "feil" || title == "fault" }

// quotedList returns at most ten texts for a message.
func quotedList(texts []string) string {
	const most = 10
	var all []string
	for _, t := range texts {
		if len(all) == most {
			return strings.Join(all, ", ") + ", …"
		}
		all = append(all, quote(t))
	}
	return strings.Join(all, ", ")
}

// title returns the title of the column of a field. If the spreadsheet has none, it is the field's path.
func (s *sheet) title(path string) string {
	if i, ok := s.columns[columnOf(path)]; ok && path != "" {
		return strings.Join(strings.Fields(s.header[i]), " ")
	}
	if path == string(columnName) { // no field of the object
		return ""
	}
	return path
}

// columnOf returns the column that fills a field.
func columnOf(path string) column {
	for _, limit := range []column{columnSchedule, columnStartDate, columnUnits} {
		if strings.HasPrefix(path, "spec.services[") && strings.Contains(path, "]."+string(limit)) {
			return limit
		}
	}
	if strings.HasPrefix(path, "spec.services[") {
		return columnServices
	}
	return column(path)
}

package onboarding

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// MaxFile bounds a file, in bytes. 10,000 customers have about 2 MiB as a spreadsheet and 4 MiB as YAML.
const MaxFile = 16 << 20

// Encodings of spreadsheets.
const (
	utf8Text    = "UTF-8"
	utf16Text   = "UTF-16"
	windows1252 = "Windows-1252"
)

// workbooks are the first bytes of Excel's workbooks: xlsx is a ZIP archive, xls a compound file.
var workbooks = [][]byte{[]byte("PK\x03\x04"), {0xD0, 0xCF, 0x11, 0xE0}}

// isWorkbook reports whether a file is an Excel workbook.
func isWorkbook(raw []byte) bool {
	for _, magic := range workbooks {
		if bytes.HasPrefix(raw, magic) {
			return true
		}
	}
	return false
}

// decodeText returns a file's text without byte order mark and with LF at the ends of lines, and its encoding. Excel
// writes UTF-8 with a mark, UTF-16, or what Windows uses in Western Europe, which is how anything else is read.
func decodeText(raw []byte) (decoded, name string) {
	name, enc := encodingOf(raw)
	if enc != nil {
		if converted, _, err := transform.Bytes(enc.NewDecoder(), raw); err == nil {
			raw = converted
		}
	}
	return unixLines(strings.TrimPrefix(string(raw), "\uFEFF")), name
}

// encodingOf returns the encoding of a file, and its converter unless it is UTF-8.
func encodingOf(raw []byte) (string, encoding.Encoding) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}), mostlyZero(raw, 1):
		return utf16Text, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}), mostlyZero(raw, 0):
		return utf16Text, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case utf8.Valid(raw):
		return utf8Text, nil
	default:
		return windows1252, charmap.Windows1252
	}
}

// mostlyZero reports whether the bytes at even (0) or odd (1) positions of the beginning are mostly zero, as for
// letters of Latin script in UTF-16.
func mostlyZero(raw []byte, odd int) bool {
	begin := raw[:min(len(raw), 1024)]
	zeros := 0
	for i := odd; i < len(begin); i += 2 {
		if begin[i] == 0 {
			zeros++
		}
	}
	return zeros > len(begin)/4
}

// unixLines ends lines by LF.
func unixLines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// damaged are what UTF-8's letters become if they are read as Windows-1252, and the mark of a letter that was lost.
var damaged = []string{"\uFFFD", "Ã¦", "Ã¸", "Ã¥", "Ã†", "Ã˜", "Ã…", "Ã©", "Ã¶", "Ã¤"}

// isDamaged reports whether a text lost letters in an earlier conversion.
func isDamaged(s string) bool {
	for _, mark := range damaged {
		if strings.Contains(s, mark) {
			return true
		}
	}
	return false
}

package wire

import (
	"bytes"
	"fmt"
)

// PDF returns a PDF (ISO 32000-1) of one page with a line of text, which must be ASCII without parentheses and
// backslashes.
func PDF(line string) []byte {
	content := fmt.Sprintf("BT /F1 12 Tf 56 780 Td (%s) Tj ET", line)
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var file, table bytes.Buffer
	file.WriteString("%PDF-1.4\n")
	_, _ = fmt.Fprintf(&table, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1) // a buffer takes all
	for i, object := range objects {
		_, _ = fmt.Fprintf(&table, "%010d 00000 n \n", file.Len())
		_, _ = fmt.Fprintf(&file, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := file.Len()
	_, _ = table.WriteTo(&file)
	_, _ = fmt.Fprintf(&file, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return file.Bytes()
}

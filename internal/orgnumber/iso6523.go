package orgnumber

import (
	"fmt"
	"strings"
)

// icd is the International Code Designator of Enhetsregisteret, the only one
// that Maskinporten uses (docs.digdir.no, Maskinporten access token).
const icd = "0192"

// ISO6523 gives the identifier that stands in the consumer and supplier claims
// of Maskinporten's tokens, "0192:897757222", or "" for no number.
func (n Number) ISO6523() string {
	if n.IsZero() {
		return ""
	}
	return icd + ":" + n.digits
}

// ParseISO6523 reads what ISO6523 writes. Forms with more than two elements
// exist (a pilot for sub-units appended the unit) and are refused: to take the
// main unit out of them would answer another question than the one asked.
func ParseISO6523(s string) (Number, error) {
	elements := strings.Split(s, ":")
	if elements[0] != icd {
		return Number{}, fmt.Errorf("identifier %s does not begin with %s:, the code of Enhetsregisteret", quote(s), icd)
	}
	if len(elements) != 2 {
		return Number{}, fmt.Errorf("identifier has %d elements: only %s:<organization number> is read, not the forms for sub-units", len(elements), icd)
	}
	n, err := Parse(elements[1])
	if err != nil {
		return Number{}, fmt.Errorf("identifier of scheme %s: %w", icd, err)
	}
	return n, nil
}

package orgnumber

import (
	"fmt"
	"strings"
)

// icd is the International Code Designator of Enhetsregisteret, the only one that Maskinporten uses (docs.digdir.no,
// Maskinporten access token).
const icd = "0192"

// ISO6523 returns the identifier in the consumer and supplier claims of Maskinporten's tokens, such as
// "0192:897757222", or "" for no number.
func (n Number) ISO6523() string {
	if n.IsZero() {
		return ""
	}
	return icd + ":" + n.digits
}

// ParseISO6523 parses an identifier as ISO6523 formats it. It returns an error for identifiers with more than two
// elements, which a pilot for sub-units used, because they identify another unit than the main unit.
func ParseISO6523(s string) (Number, error) {
	elements := strings.Split(s, ":")
	if elements[0] != icd {
		return Number{}, fmt.Errorf("identifier %s does not begin with %s:, the code of Enhetsregisteret", quote(s), icd)
	}
	if len(elements) != 2 {
		return Number{}, fmt.Errorf("identifier has %d elements: only %s:<organization number> is supported", len(elements),
			icd)
	}
	n, err := Parse(elements[1])
	if err != nil {
		return Number{}, fmt.Errorf("identifier of scheme %s: %w", icd, err)
	}
	return n, nil
}

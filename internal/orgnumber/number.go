// Package orgnumber has the type Number for valid Norwegian organization numbers, with its two formats: nine digits,
// and the ISO 6523 identifier of Maskinporten's tokens.
package orgnumber

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// length is the number of digits of an organization number, with the check digit.
const length = 9

// weights are the weights of the first eight digits in the modulus 11 check (brreg.no, "The organization number").
var weights = [length - 1]int{3, 2, 7, 6, 5, 4, 3, 2}

// Number is an organization number: nine digits, the last of which is a check digit. The zero Number is "no number".
// Numbers are comparable.
//
// The first digit may be any. Real numbers begin with 8 or 9, and those of synthetic organizations with 2 or 3, but the
// registers do not guarantee it.
type Number struct {
	digits string
}

// Parse parses the nine digits of an organization number. Its errors say what is wrong: empty, spaces, other
// characters, length, or check digit. They quote the input only if it is short and cannot contain a national identity
// number.
func Parse(s string) (Number, error) {
	if err := checkForm(s); err != nil {
		return Number{}, err
	}
	if err := checkDigit(s); err != nil {
		return Number{}, err
	}
	return Number{digits: s}, nil
}

// MustParse is Parse for constants. It panics if the number is invalid.
func MustParse(s string) Number {
	n, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return n
}

// IsZero reports whether n is "no number".
func (n Number) IsZero() bool {
	return n.digits == ""
}

// String returns the nine digits, or "" for no number.
func (n Number) String() string {
	return n.digits
}

// MarshalText returns the nine digits, or an empty text for no number.
func (n Number) MarshalText() ([]byte, error) {
	return []byte(n.digits), nil
}

// UnmarshalText parses as Parse does. An empty text is an error: in a token request, no number would mean another
// organization. Omit the field instead (omitzero).
func (n *Number) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*n = parsed
	return nil
}

// checkForm returns an error unless s is nine ASCII digits. It checks the most likely mistakes first.
func checkForm(s string) error {
	if s == "" {
		return errors.New("organization number is empty: write its nine digits, for example 897757222")
	}
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return fmt.Errorf("organization number %s has spaces: write the nine digits together", quote(s))
	}
	if i := strings.IndexFunc(s, notDigit); i >= 0 {
		return fmt.Errorf("organization number %s has characters that are not digits: write the nine digits only, without "+
			"letters or signs", quote(s))
	}
	if len(s) != length {
		return fmt.Errorf("organization number %s has %d digits: it must have nine", quote(s), len(s))
	}
	return nil
}

// checkDigit verifies the check digit by modulus 11. No valid number has the remainder 1, which would need the check
// digit 10.
func checkDigit(s string) error {
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	want := (11 - sum%11) % 11
	if want != int(s[length-1]-'0') {
		return fmt.Errorf("organization number %s has a wrong check digit: one of its digits is mistyped, or two are swapped",
			quote(s))
	}
	return nil
}

func notDigit(r rune) bool {
	return r < '0' || r > '9'
}

// quote quotes an input for an error: printable, at most 20 characters, and not at all if it has more than nine digits,
// because eleven are a person's identity number.
func quote(s string) string {
	const most = 20
	shown := []rune(s[:min(len(s), 4*most)])
	ellipsis := ""
	if len(shown) > most {
		shown, ellipsis = shown[:most], "…"
	}
	digits := 0
	for _, r := range shown {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if digits > length {
		return "(not shown)"
	}
	return strconv.Quote(string(shown)) + ellipsis
}

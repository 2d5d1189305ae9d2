// Package orgnumber holds Norwegian organization numbers: a type that cannot
// hold an invalid one, and the two ways of writing it, the nine digits that
// people use and the ISO 6523 identifier that Maskinporten puts in its tokens.
package orgnumber

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// length is the number of digits of an organization number, the check digit included.
const length = 9

// weights are those of the modulus 11 check, for the first eight digits
// (brreg.no, "The organization number").
var weights = [length - 1]int{3, 2, 7, 6, 5, 4, 3, 2}

// Number is an organization number: nine digits, the last of which checks the
// others. The zero Number is "no number". Numbers are compared with == and may
// be map keys.
//
// The first digit is not looked at. Real numbers begin with 8 or 9, those of
// synthetic organizations in test environments with 2 or 3, but no register
// promises that.
type Number struct {
	digits string
}

// Parse reads the nine digits of an organization number. Its errors say what
// is wrong in words for the person who wrote the number: empty, spaces, other
// characters, length, or check digit. They show the input only if it is short
// and cannot hold a national identity number.
func Parse(s string) (Number, error) {
	if err := checkForm(s); err != nil {
		return Number{}, err
	}
	if err := checkDigit(s); err != nil {
		return Number{}, err
	}
	return Number{digits: s}, nil
}

// MustParse is Parse for numbers that are written in the program; it panics if
// the number is not valid.
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

// String gives the nine digits, or "" for no number.
func (n Number) String() string {
	return n.digits
}

// MarshalText gives the nine digits, or an empty text for no number.
func (n Number) MarshalText() ([]byte, error) {
	return []byte(n.digits), nil
}

// UnmarshalText reads what Parse reads. An empty text is an error and not "no
// number", which in a token request would mean somebody else: leave the field
// out instead (omitzero).
func (n *Number) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*n = parsed
	return nil
}

// checkForm refuses what is not nine ASCII digits, the likeliest mistakes first.
func checkForm(s string) error {
	if s == "" {
		return errors.New("organization number is empty: write its nine digits, for example 897757222")
	}
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return fmt.Errorf("organization number %s has spaces: write the nine digits together", quote(s))
	}
	if i := strings.IndexFunc(s, notDigit); i >= 0 {
		return fmt.Errorf("organization number %s has characters that are not digits: write the nine digits only, without letters or signs", quote(s))
	}
	if len(s) != length {
		return fmt.Errorf("organization number %s has %d digits: it must have nine", quote(s), len(s))
	}
	return nil
}

// checkDigit does modulus 11 on nine digits. A remainder of 1 would need the
// check digit 10, so no number begins with such eight digits.
func checkDigit(s string) error {
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	want := (11 - sum%11) % 11
	if want != int(s[length-1]-'0') {
		return fmt.Errorf("organization number %s has a wrong check digit: one of its digits is mistyped, or two are swapped", quote(s))
	}
	return nil
}

func notDigit(r rune) bool {
	return r < '0' || r > '9'
}

// quote shows an input in an error: printable, at most 20 characters, and not
// at all if it has more than nine digits, for eleven are a person's identity
// number, which must not stand in a log.
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

// Package identity checks the numbers of organizations and people.
package identity

import (
	"fmt"
	"regexp"
)

// ClientIDPattern is the form of the ids of clients of Maskinporten.
var ClientIDPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// CheckOrganization reports what is wrong with a Norwegian organization number: nine digits, of which the last is a
// modulus-11 check digit (brreg.no, "About the organization number").
func CheckOrganization(number string) error {
	if !NineDigits(number) {
		return fmt.Errorf("%q is not an organization number: it must have nine digits", number)
	}
	weights := [8]int{3, 2, 7, 6, 5, 4, 3, 2}
	sum := 0
	for i, weight := range weights {
		sum += weight * int(number[i]-'0')
	}
	// A remainder of 1 would need the check digit 10, so no such number is ever issued.
	if control := (11 - sum%11) % 11; control != int(number[8]-'0') {
		return fmt.Errorf("%q is not an organization number: its check digit is wrong", number)
	}
	return nil
}

// NineDigits reports whether s has the form of an organization number.
func NineDigits(s string) bool {
	if len(s) != 9 {
		return false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

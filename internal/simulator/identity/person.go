package identity

import (
	"errors"
	"regexp"
)

// PersonPattern is all that NAV checks of an identity number.
var PersonPattern = regexp.MustCompile(`^\d{11}$`)

// digitZero is the digit of value 0.
const digitZero = '0'

// errNotSynthetic does not quote the number.
var errNotSynthetic = errors.New("an employee is named by the identity number of a synthetic person: eleven digits, " +
	"40 or 80 added to the month, and right control digits")

// controlWeights are those of the two control digits, each counted into its own sum.
var controlWeights = [2][]int{{3, 7, 6, 1, 8, 9, 4, 5, 2, 1}, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}}

// CheckPerson fails unless the identity number is that of a synthetic person. Those have 40 (NAV's Dolly) or 80 (the
// tax administration's Tenor) added to the month.
func CheckPerson(identityNumber string) error {
	if !PersonPattern.MatchString(identityNumber) {
		return errNotSynthetic
	}
	month := 10*int(identityNumber[2]-digitZero) + int(identityNumber[3]-digitZero)
	if isDolly, isTenor := month > 40 && month <= 52, month > 80 && month <= 92; !isDolly && !isTenor {
		return errNotSynthetic
	}
	for _, weights := range controlWeights {
		sum := 0
		for i, weight := range weights {
			sum += weight * int(identityNumber[i]-digitZero)
		}
		if sum%11 != 0 {
			return errNotSynthetic
		}
	}
	return nil
}

// WithControlDigits adds the two control digits of an identity number, if there are some for it (navikt/fnrvalidator).
func WithControlDigits(nine string) (string, bool) {
	number := nine
	for _, weights := range controlWeights {
		sum := 0
		for i := range number {
			sum += weights[i] * int(number[i]-digitZero)
		}
		digit := (11 - sum%11) % 11
		if digit == 10 {
			return "", false
		}
		number += string(rune(digitZero + digit))
	}
	return number, true
}

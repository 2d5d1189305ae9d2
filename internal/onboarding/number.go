package onboarding

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// personDigits is the length of a national identity number.
const personDigits = 11

// numberDigits is the length of an organization number.
const numberDigits = 9

var (
	// numberPrefix is what people and registers write before an organization number. 0192: is that of ISO 6523.
	numberPrefix = regexp.MustCompile(`(?i)^(org(anisasjons)?[.]?(nr|nummer)?[.]?:?|no|0192:)`)
	// numberSuffix follows the number in the VAT register, and zeros where a program made it a decimal number.
	numberSuffix = regexp.MustCompile(`(?i)(mva|foretaksregisteret|[.,]0+)$`)
	// grouped is a number with a mark between groups of three digits.
	grouped = regexp.MustCompile(`^[0-9]{3}[.,'’-][0-9]{3}[.,'’-][0-9]{3}$`)
	// shortened is a number that a spreadsheet shows as a power of ten.
	shortened = regexp.MustCompile(`(?i)^[0-9]+([.,][0-9]+)?e[+]?[0-9]+$`)
)

// readNumber returns the organization number in a text that people write it in, such as "NO 974 760 673 MVA". If there
// is none, it returns the fault and what its message needs.
func readNumber(text string) (number string, fault Code, args []any) {
	compact := compactNumber(text)
	if n, err := orgnumber.Parse(compact); err == nil {
		return n.String(), "", nil
	}
	switch digits := countDigits(text); {
	case compact == "":
		return "", OrganizationNumberMissing, nil
	case shortened.MatchString(compact):
		return "", NumberShortened, []any{quote(text)}
	case strings.ContainsFunc(compact, func(r rune) bool { return r < '0' || r > '9' }):
		if digits == personDigits {
			return "", PersonNumber, nil
		}
		return "", NumberHasOtherCharacters, []any{quote(text)}
	case digits == personDigits:
		return "", PersonNumber, nil
	case len(compact) < numberDigits:
		return "", tooShort(compact), []any{compact, len(compact), padded(compact)}
	case len(compact) > numberDigits:
		return "", NumberTooLong, []any{len(compact)}
	default:
		return "", WrongCheckDigit, []any{compact}
	}
}

// compactNumber removes what people write in and around a number.
func compactNumber(text string) string {
	compact := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	compact = strings.TrimLeft(compact, "'’")
	compact = numberPrefix.ReplaceAllString(compact, "")
	compact = numberSuffix.ReplaceAllString(compact, "")
	if grouped.MatchString(compact) {
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, compact)
	}
	return compact
}

// tooShort returns the fault of a number with fewer digits. A spreadsheet removes leading zeros of numbers.
func tooShort(digits string) Code {
	if _, err := orgnumber.Parse(padded(digits)); err == nil {
		return LeadingZeroLost
	}
	return NumberTooShort
}

// padded returns digits with the leading zeros that a spreadsheet may have removed.
func padded(digits string) string {
	return strings.Repeat("0", max(0, numberDigits-len(digits))) + digits
}

func countDigits(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// quote returns a text in quotation marks, on one line, at most 60 characters, and not at all if it may have a person's
// identity number in it.
func quote(text string) string {
	const most = 60
	if countDigits(text) >= personDigits {
		return "(…)"
	}
	line := oneLine(text)
	if runes := []rune(line); len(runes) > most {
		line = string(runes[:most-1]) + "…"
	}
	return `"` + line + `"`
}

// oneLine returns a text on one line, without control characters.
func oneLine(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	return strings.Join(words, " ")
}

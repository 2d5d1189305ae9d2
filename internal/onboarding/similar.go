package onboarding

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// enoughAlike is from which similarity on two names are of one company: a typing error, or an abbreviation.
const enoughAlike = 0.8

// sameName reports whether two names may be of one company. Case, accents, signs and the legal form do not count, nor
// what only one of them has more, such as a place.
func sameName(one, other string) bool {
	a, b := nameWords(one), nameWords(other)
	if contains(a, b) || contains(b, a) {
		return true
	}
	return levenshtein.Similarity(strings.Join(a, " "), strings.Join(b, " "), nil) >= enoughAlike ||
		strings.Join(a, "") == strings.Join(b, "")
}

// contains reports whether all words of part are in whole, and part has any.
func contains(whole, part []string) bool {
	for _, word := range part {
		if !slices.Contains(whole, word) {
			return false
		}
	}
	return len(part) > 0
}

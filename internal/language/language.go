// Package language has the languages of the pages and texts that customers and consultants read.
package language

import "golang.org/x/text/language"

// Language is the code of a language.
type Language string

const (
	// Norwegian is Norwegian bokmål, the default.
	Norwegian Language = "nb"
	// English is English.
	English Language = "en"
)

// All lists the languages. The first is the default.
func All() []Language { return []Language{Norwegian, English} }

// matcher knows the languages in the order of All. Norwegian's other codes (no, nn) match nb.
var matcher = language.NewMatcher([]language.Tag{language.MustParse("nb"), language.English})

// Of returns the language that fits best: the first of the given codes or Accept-Language headers (RFC 9110) that names
// a known one. It is Norwegian if none does.
func Of(preferred ...string) Language {
	_, index := language.MatchStrings(matcher, preferred...)
	return All()[index]
}

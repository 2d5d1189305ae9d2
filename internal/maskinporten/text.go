package maskinporten

import (
	"regexp"
	"strings"
	"unicode"
)

// maxText bounds what is kept of a text that a server sent, in characters.
const maxText = 300

var (
	// traceID is what Maskinporten ends its descriptions with, now and formerly. It
	// differs from answer to answer, and would make each look like a new one.
	traceID = regexp.MustCompile(`\s*\((?i:trace_id|correlation id):[^)]*(\)|$)`)
	// tokenLike is a JWT or the beginning of one, and longRun any other secret in
	// base64 or hexadecimal digits. Scopes, host names and UUIDs are shorter.
	tokenLike = regexp.MustCompile(`eyJ[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)*`)
	longRun   = regexp.MustCompile(`[A-Za-z0-9_+/=-]{48,}`)
	// identity is a person's identity number: eleven digits, also as 6 + 5.
	identity = regexp.MustCompile(`\b\d{6} ?\d{5}\b`)
	// errorName is how RFC 6749's error values are written by Maskinporten. The
	// error pages of frameworks also have a member "error", such as "Forbidden".
	errorName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
)

// withoutTrace takes the trace id off a description.
func withoutTrace(s string) string {
	return strings.TrimSpace(traceID.ReplaceAllString(s, ""))
}

// clean makes a foreign text fit to be shown: without secrets and people, on one
// line, printable, bounded. What must not be shown is taken out when the text is
// on one line, so that no line break hides it, and before the text is cut, so that
// no half of it stays.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, "�"))
	s = withoutTrace(strings.Join(strings.Fields(s), " "))
	s = tokenLike.ReplaceAllString(s, "(token)")
	s = longRun.ReplaceAllString(s, "(not shown)")
	s = identity.ReplaceAllString(s, "(not shown)")
	if runes := []rune(s); len(runes) > maxText {
		return string(runes[:maxText]) + "…"
	}
	return s
}

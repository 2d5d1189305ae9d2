package maskinporten

import (
	"regexp"
	"strings"
	"unicode"
)

// maxText bounds the kept part of a server's text, in characters.
const maxText = 300

var (
	// traceID matches the end of Maskinporten's descriptions, now and formerly. It differs from response to response.
	traceID = regexp.MustCompile(`\s*\((?i:trace_id|correlation id):[^)]*(\)|$)`)
	// tokenLike matches a JWT or the beginning of one, and longRun any other secret in base64 or hexadecimal digits.
	// Scopes, host names and UUIDs are shorter.
	tokenLike = regexp.MustCompile(`eyJ[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)*`)
	longRun   = regexp.MustCompile(`[A-Za-z0-9_+/=-]{48,}`)
	// identity matches a person's identity number: eleven digits, also as 6 + 5.
	identity = regexp.MustCompile(`\b\d{6} ?\d{5}\b`)
	// errorName matches Maskinporten's values of error. The error pages of frameworks also have a member "error", such as
	// "Forbidden".
	errorName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
)

// withoutTrace returns a description without the trace id.
func withoutTrace(s string) string {
	return strings.TrimSpace(traceID.ReplaceAllString(s, ""))
}

// clean returns a server's text as it can be shown: without secrets and identity numbers, on one line, printable,
// bounded. It replaces secrets after joining the lines, so that no line break hides one, and before cutting, so that no
// half of one stays.
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

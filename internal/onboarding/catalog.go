package onboarding

import (
	"fmt"
	"strings"

	"github.com/4human/integration-operator/internal/language"
)

// text is the message of a Finding and its advice, each a format for the same arguments.
type text struct{ message, advice string }

// entry is how serious a fault is, and its texts.
type entry struct {
	severity Severity
	en, nb   text
}

// in returns the text in a language.
func (e *entry) in(lang language.Language) text {
	if lang == language.Norwegian {
		return e.nb
	}
	return e.en
}

// write formats a fault's text. Formats refer to arguments by their positions, because languages order them differently
// and advice needs only some.
func write(lang language.Language, code Code, args []any) (severity Severity, message, advice string) {
	e, ok := texts[code]
	if !ok {
		return SeverityError, fmt.Sprint(append([]any{code}, args...)...), ""
	}
	t := e.in(lang)
	return e.severity, format(t.message, args), format(t.advice, args)
}

// format formats with the arguments that the pattern names.
func format(pattern string, args []any) string {
	if !strings.Contains(pattern, "%[") {
		return pattern
	}
	return fmt.Sprintf(pattern, args...)
}

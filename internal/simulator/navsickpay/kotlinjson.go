package navsickpay

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kotlinLexer reads JSON as kotlinx.serialization does where it is lenient (StringJsonLexer.kt and
// StreamingJsonDecoder.kt): texts and names need no quotes, numbers may have them, and everything else is strict. Its
// errors are kotlinx's words. Offsets in them are bytes, where Kotlin counts UTF-16 units.
type kotlinLexer struct {
	source string
	at     int
	path   string
}

// fail returns an error at an offset.
func (l *kotlinLexer) fail(offset int, message string) error {
	return fmt.Errorf("Unexpected JSON token at offset %d: %s at path: %s", offset, message, l.path) //nolint:staticcheck // kotlinx's words
}

// peek returns the next character after white space, or EOF.
func (l *kotlinLexer) peek() string {
	for l.at < len(l.source) && strings.ContainsRune(" \n\r\t", rune(l.source[l.at])) {
		l.at++
	}
	if l.at == len(l.source) {
		return "EOF"
	}
	_, size := utf8.DecodeRuneInString(l.source[l.at:])
	return l.source[l.at : l.at+size]
}

// expect consumes one character, which has this name.
func (l *kotlinLexer) expect(character, name string) error {
	if got := l.peek(); got != character {
		return l.fail(l.at, fmt.Sprintf("Expected %s '%s', but had '%s' instead", name, character, got))
	}
	l.at++
	return nil
}

// object reads an object: value is called at each, with its name, and consumes it.
func (l *kotlinLexer) object(value func(name string) error) error {
	if err := l.expect("{", "start of the object"); err != nil {
		return err
	}
	if l.peek() == "," {
		return l.fail(l.at, "Unexpected leading comma")
	}
	for l.peek() != "}" {
		name, err := l.text()
		if err != nil {
			return err
		}
		if err := l.expect(":", "colon"); err != nil {
			return err
		}
		if err := value(name); err != nil {
			return err
		}
		if l.peek() != "," {
			break
		}
		comma := l.at
		l.at++
		if l.peek() == "}" {
			return l.fail(comma, "Trailing comma before the end of JSON object")
		}
	}
	return l.expect("}", "end of the object")
}

// end expects the end of the input.
func (l *kotlinLexer) end() error {
	if got := l.peek(); got != "EOF" {
		return l.fail(l.at, fmt.Sprintf("Expected EOF after parsing, but had %s instead", got))
	}
	return nil
}

// isNull consumes a null, if it is next.
func (l *kotlinLexer) isNull() bool {
	l.peek()
	if l.unquoted() != "null" {
		return false
	}
	l.at += len("null")
	return true
}

// unquoted returns the text up to a character with a meaning in JSON.
func (l *kotlinLexer) unquoted() string {
	rest := l.source[l.at:]
	if end := strings.IndexAny(rest, " \n\r\t,:{}[]\"\\"); end >= 0 {
		return rest[:end]
	}
	return rest
}

// text reads a text, with or without quotes.
func (l *kotlinLexer) text() (string, error) {
	if l.peek() == `"` {
		return l.quoted()
	}
	text := l.unquoted()
	if text == "" {
		return "", l.fail(l.at, "Expected beginning of the string, but got "+l.peek())
	}
	l.at += len(text)
	if text == "null" {
		return "", l.fail(l.at, "Unexpected 'null' value instead of string literal")
	}
	return text, nil
}

func (l *kotlinLexer) quoted() (string, error) {
	l.at++
	var text strings.Builder
	for l.at < len(l.source) {
		switch c := l.source[l.at]; c {
		case '"':
			l.at++
			return text.String(), nil
		case '\\':
			unescaped, size := l.escaped(l.source[l.at:])
			if size == 0 {
				return "", l.fail(l.at, "Invalid escaped char")
			}
			text.WriteRune(unescaped)
			l.at += size
		default:
			text.WriteByte(c)
			l.at++
		}
	}
	return "", l.fail(l.at, "Expected quotation mark '\"', but had 'EOF' instead")
}

// escaped returns the character of an escape sequence and how long that is, 0 for one that is none.
func (l *kotlinLexer) escaped(sequence string) (character rune, size int) {
	if len(sequence) < len(`\n`) {
		return 0, 0
	}
	if at := strings.IndexByte(`"\/bfnrt`, sequence[1]); at >= 0 {
		return rune("\"\\/\b\f\n\r\t"[at]), len(`\n`)
	}
	if sequence[1] != 'u' || len(sequence) < len(`\u0000`) {
		return 0, 0
	}
	code, err := strconv.ParseUint(sequence[2:len(`\u0000`)], 16, 16)
	if err != nil {
		return 0, 0
	}
	return rune(code), len(`\u0000`)
}

// number reads a whole number, with or without quotes.
func (l *kotlinLexer) number() (int64, error) {
	if l.peek() == "EOF" {
		return 0, l.fail(l.at, "Unexpected EOF")
	}
	start, isQuoted := l.at, l.source[l.at] == '"'
	if isQuoted {
		l.at++
	}
	literal := l.unquoted()
	for i, c := range literal {
		if (c < '0' || c > '9') && (i > 0 || c != '-') {
			return 0, l.fail(l.at+i, fmt.Sprintf("Unexpected symbol '%c' in numeric literal", c))
		}
	}
	if literal == "" || literal == "-" {
		return 0, l.fail(start, "Expected numeric literal")
	}
	number, err := strconv.ParseInt(literal, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, l.fail(l.at, "Numeric value overflow")
	}
	l.at += len(literal)
	if !isQuoted {
		return number, nil
	}
	if l.at == len(l.source) || l.source[l.at] != '"' {
		return 0, l.fail(l.at, "Expected closing quotation mark")
	}
	l.at++
	return number, nil
}

package maskinporten

import (
	"bytes"
	"encoding/asn1"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// habit is a form in which tools write keys, and which is not one of ours.
type habit struct {
	matches func(data []byte) bool
	err     KeyError
}

// habits are recognized before a key is parsed, the first that matches.
var habits = []habit{
	{begins("\xEF\xBB\xBF"), KeyByteMark},
	{isUTF16, KeyUTF16},
	{begins("\xFE\xED\xFE\xED"), KeyJavaStore},
	{isPKCS12, KeyPKCS12},
	{begins("\x30\x82"), KeyDER}, // a SEQUENCE of 256 bytes or more, as all RSA keys are
	{regexp.MustCompile(`^"?-----BEGIN [A-Z0-9 ]+-----(\\r)?\\n`).Match, KeyEscaped},
	{regexp.MustCompile(`^-----BEGIN [A-Z0-9 ]+-----[ \t]+[A-Za-z0-9+/]`).Match, KeyOneLine},
	{regexp.MustCompile(`(?m)^[ \t]+-----END `).Match, KeyIndented},
	{isJSONString, KeyInString},
	{hasPrivateKey, KeyInJSON},
}

// recognizeHabit returns the error of a form that tools write, or nil.
func recognizeHabit(data []byte) error {
	i := slices.IndexFunc(habits, func(h habit) bool { return h.matches(data) })
	if i < 0 {
		return nil
	}
	return habits[i].err
}

func begins(prefix string) func([]byte) bool {
	return func(data []byte) bool { return bytes.HasPrefix(data, []byte(prefix)) }
}

// isUTF16 reports whether data begins with the mark of UTF-16, or with an ASCII character in two bytes.
func isUTF16(data []byte) bool {
	return begins("\xFF\xFE")(data) || begins("\xFE\xFF")(data) ||
		len(data) > 1 && (data[0] == 0) != (data[1] == 0)
}

// isPKCS12 reports whether data is a PFX of version 3: a SEQUENCE, whose length may be indefinite, that begins with the
// INTEGER 3 (RFC 7292, section 4).
func isPKCS12(data []byte) bool {
	if len(data) < 2 || data[0] != 0x30 {
		return false
	}
	content := data[2:]
	if long := int(data[1]) - 0x80; long > 0 {
		content = content[min(long, len(content)):]
	}
	return bytes.HasPrefix(content, []byte{asn1.TagInteger, 1, 3})
}

func isJSONString(data []byte) bool {
	var text string
	return json.Unmarshal(data, &text) == nil && json.Valid([]byte(text))
}

// hasPrivateKey reports whether data is a JSON object with a key in its member private_key, as clouds' credentials.
func hasPrivateKey(data []byte) bool {
	var document struct {
		PrivateKey string `json:"private_key"`
	}
	return json.Unmarshal(data, &document) == nil && document.PrivateKey != ""
}

// habitOfJWK returns why a JWK cannot be parsed, in the way of the tool that wrote it.
func habitOfJWK(data []byte) error {
	var members map[string]any
	if json.Unmarshal(data, &members) != nil {
		return KeyUnreadable
	}
	if _, isNumber := members["kid"].(float64); isNumber {
		return KeyIDNumber
	}
	number := func(name string) string { text, _ := members[name].(string); return text }
	for _, name := range []string{"n", "e", "d", "p", "q", "dp", "dq", "qi"} {
		if strings.ContainsAny(number(name), "+/=") {
			return KeyNotBase64URL
		}
	}
	if number("d") != "" && (number("p") == "" || number("q") == "") {
		return KeyNoPrimes
	}
	return KeyUnreadable
}

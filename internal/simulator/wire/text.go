package wire

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// RandomHex returns random bytes in hexadecimal digits.
func RandomHex(bytes int) string {
	random := make([]byte, bytes)
	_, _ = rand.Read(random) // documented never to fail
	return hex.EncodeToString(random)
}

// Bounded returns at most so many bytes of a text, as valid UTF-8.
func Bounded(text string, length int) string {
	if len(text) > length {
		text = text[:length]
	}
	return strings.ToValidUTF8(text, "?")
}

package outbound

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxBearer bounds a token, in bytes. Service account tokens have one or two thousand.
const maxBearer = 16 << 10

// hidden is printed in place of a Bearer.
const hidden = "(not shown)"

// Bearer is a bearer token (RFC 6750). However it is printed, logged or encoded, the token is not shown; it can only be
// sent in a Request. The zero Bearer is no token.
type Bearer struct {
	// token is behind a function, because reflection ends there, and with it every dumper and encoder.
	token func() string
}

// NewBearer returns a Bearer of a token: 1 byte to 16 KiB of printable ASCII without spaces, as a header allows. Its
// errors do not quote the token.
func NewBearer(token string) (Bearer, error) {
	switch {
	case token == "":
		return Bearer{}, errors.New("the token is empty")
	case len(token) > maxBearer:
		return Bearer{}, errors.New("the token is longer than 16 KiB")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return Bearer{}, errors.New("the token has characters that are not printable ASCII, or spaces")
	}
	return Bearer{token: func() string { return token }}, nil
}

// ReadBearer reads a token from a file that has nothing else but white space. Its errors name the file and quote
// nothing of it.
func ReadBearer(path string) (Bearer, error) {
	file, err := os.Open(path) //nolint:gosec // The path is the caller's own setting.
	if err != nil {
		return Bearer{}, fmt.Errorf("reading a token: %w", err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, 2*maxBearer))
	if err != nil {
		return Bearer{}, fmt.Errorf("reading a token: %w", err)
	}
	b, err := NewBearer(strings.TrimSpace(string(text)))
	if err != nil {
		return Bearer{}, fmt.Errorf("reading a token from %s: %w", path, err)
	}
	return b, nil
}

// IsZero reports whether b is no token.
func (b Bearer) IsZero() bool {
	return b.token == nil
}

// String returns a placeholder.
func (b Bearer) String() string {
	return hidden
}

// Format writes String, whatever the verb and flags.
func (b Bearer) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, b.String())
}

// MarshalText returns a placeholder. JSON and slog use it, too.
func (b Bearer) MarshalText() ([]byte, error) {
	return []byte(hidden), nil
}

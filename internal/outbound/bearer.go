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

// hidden is all that a Bearer shows of itself.
const hidden = "(not shown)"

// Bearer is a token that opens something to whoever has it (RFC 6750). It shows
// nothing of itself, however it is printed, logged or encoded, and all that can be
// done with it is to send it in a Request. The zero Bearer is "no token".
type Bearer struct {
	// token is behind a function because reflection, and with it every dumper and
	// encoder, ends there.
	token func() string
}

// NewBearer makes a Bearer of a token: 1 byte to 16 KiB of printable ASCII without
// spaces, as it can stand in a header. Its errors do not quote the token.
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

// ReadBearer reads a token from a file that holds nothing else; white space around
// it does not count. Its errors name the file and show nothing of what is in it.
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

// IsZero reports whether b is "no token".
func (b Bearer) IsZero() bool {
	return b.token == nil
}

// String shows nothing of the token.
func (b Bearer) String() string {
	return hidden
}

// Format writes String whatever the verb and flags.
func (b Bearer) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, b.String())
}

// MarshalText shows nothing of the token. It is also how JSON and slog write it.
func (b Bearer) MarshalText() ([]byte, error) {
	return []byte(hidden), nil
}

package outbound

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
)

// maxBearer bounds a token, in bytes. Service account tokens have one or two thousand.
const maxBearer = 16 << 10

// hidden is printed in place of a Bearer.
const hidden = "(not shown)"

// Bearer is a bearer token (RFC 6750). However it is printed, logged or encoded, the token is not shown; it can only be
// sent, in a Request or by Authorize. The zero Bearer is no token.
type Bearer struct {
	// token is behind a function, because reflection ends there, and with it every dumper and encoder.
	token func() string
}

// NewBearer returns a Bearer of a token: 1 byte to 16 KiB of printable ASCII without spaces, as a header allows. Its
// errors do not quote the token.
func NewBearer(token string) (Bearer, error) {
	for _, fault := range tokenFaults {
		if fault.matches(token) {
			return Bearer{}, fault.err
		}
	}
	return Bearer{token: func() string { return token }}, nil
}

// TokenError is why a token cannot be sent. The set is closed. It does not quote the token.
type TokenError string

// The errors of a token.
const (
	TokenMissing      TokenError = "TokenMissing"
	TokenEmpty        TokenError = "TokenEmpty"
	TokenTooLong      TokenError = "TokenTooLong"
	TokenByteMark     TokenError = "TokenByteMark"
	TokenWithScheme   TokenError = "TokenWithScheme"
	TokenOfLines      TokenError = "TokenOfLines"
	TokenNotPrintable TokenError = "TokenNotPrintable"
)

var tokenTexts = map[TokenError]string{
	TokenMissing:      "the file of the token does not exist",
	TokenEmpty:        "the token is empty",
	TokenTooLong:      "the token is longer than 16 KiB",
	TokenByteMark:     "the token begins with a byte order mark",
	TokenWithScheme:   `the token begins with "Bearer "`,
	TokenOfLines:      "the token has several lines",
	TokenNotPrintable: "the token has characters that are not printable ASCII, or spaces",
}

// Error returns what is wrong.
func (e TokenError) Error() string { return tokenTexts[e] }

// Cause returns the error's name, for package runreport.
func (e TokenError) Cause() string { return string(e) }

// tokenFaults are the faults of tokens. The first that matches is reported.
var tokenFaults = []struct {
	matches func(string) bool
	err     TokenError
}{
	{func(t string) bool { return t == "" }, TokenEmpty},
	{func(t string) bool { return len(t) > maxBearer }, TokenTooLong},
	{func(t string) bool { return strings.HasPrefix(t, "\uFEFF") }, TokenByteMark},
	{func(t string) bool { return len(t) > 6 && strings.EqualFold(t[:7], "bearer ") }, TokenWithScheme},
	{func(t string) bool { return strings.ContainsAny(t, "\r\n") }, TokenOfLines},
	{func(t string) bool {
		return strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r > '~' })
	}, TokenNotPrintable},
}

// ReadBearer reads a token from a file that has nothing else but white space. Its errors name the file and quote
// nothing of it.
func ReadBearer(path string) (Bearer, error) {
	file, err := os.Open(path) //nolint:gosec // The path is the caller's own setting.
	if errors.Is(err, fs.ErrNotExist) {
		return Bearer{}, fmt.Errorf("reading a token from %s: %w", path, TokenMissing)
	}
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

// Authorize sets the Authorization header of a request that is sent by another client than a Caller.
func (b Bearer) Authorize(header http.Header) {
	if !b.IsZero() {
		header.Set("Authorization", "Bearer "+b.token())
	}
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

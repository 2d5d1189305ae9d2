package outbound

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNewBearer(t *testing.T) {
	cases := map[string]struct {
		reason string
		token  string
		err    string
	}{
		"opaque":  {reason: "any token of printable characters", token: "s3cr3t!~"},
		"JWT":     {reason: "the usual one", token: "eyJhbGciOiJSUzI1NiJ9.e30.c2ln_-"},
		"longest": {reason: "as long as allowed", token: strings.Repeat("a", maxBearer)},
		"longer":  {reason: "no header is as long", token: strings.Repeat("a", maxBearer+1), err: "longer than 16 KiB"},
		"empty":   {reason: "no token", err: "is empty"},
		"space":   {reason: "two words are no token", token: "hush hush", err: "not printable ASCII, or spaces"},
		"line":    {reason: "a second line would be a header", token: "hush\r\nX: 1", err: "several lines"},
		"mark":    {reason: "as Windows' editors write it", token: "\uFEFFhush", err: "byte order mark"},
		"scheme":  {reason: "the whole header", token: "Bearer hush", err: `begins with "Bearer "`},
		"letters": {reason: "a header has ASCII only", token: "hüsh", err: "not printable ASCII, or spaces"},
		"bytes":   {reason: "and no bytes that are no text", token: "hush\xff", err: "not printable ASCII, or spaces"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			b, err := NewBearer(tc.token)
			checkErr(t, tc.reason, err, tc.err)
			if b.IsZero() != (err != nil) {
				t.Errorf("%s: IsZero() = %t with error %v", tc.reason, b.IsZero(), err)
			}
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: the error quotes the token: %v", tc.reason, err)
			}
		})
	}
}

func checkErr(t *testing.T, reason string, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("%s: error %v, want one with %q", reason, err, want)
	}
}

func TestReadBearer(t *testing.T) {
	cases := map[string]struct {
		reason string
		text   string
		err    string
	}{
		"token":   {reason: "as the kubelet writes it", text: secret},
		"newline": {reason: "as a person's editor writes it", text: "\n " + secret + " \r\n"},
		"empty":   {reason: "a Secret whose value was forgotten", err: "is empty"},
		"blank":   {reason: "or is white space", text: " \n", err: "is empty"},
		"two":     {reason: "more than a token", text: secret + "\n" + secret, err: "several lines"},
		"huge": {
			reason: "a file of another kind is not read whole", text: strings.Repeat(secret, 1<<14),
			err: "longer than 16 KiB",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "token")
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			b, err := ReadBearer(path)
			checkErr(t, tc.reason, err, tc.err)
			if err == nil && b.token() != secret {
				t.Errorf("%s: another token", tc.reason)
			}
			if err != nil && (strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), path)) {
				t.Errorf("%s: the error names no file, or quotes the token: %v", tc.reason, err)
			}
		})
	}
	if _, err := ReadBearer(filepath.Join(t.TempDir(), "nowhere")); !errors.Is(err, TokenMissing) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := ReadBearer(t.TempDir()); err == nil {
		t.Error("a folder was read as a token")
	}
}

// TestBearerShowsNothing prints, logs and encodes tokens in every way, alone and within what holds them.
func TestBearerShowsNothing(t *testing.T) {
	b := bearer(t)
	holders := map[string]any{
		"alone":   b,
		"pointer": &b,
		"field":   struct{ Token Bearer }{Token: b},
		"hidden":  struct{ token Bearer }{token: b},
		"slice":   []Bearer{b},
		"map":     map[string]Bearer{"token": b},
		"request": Request{Method: "GET", Bearer: b},
		"none":    Bearer{},
	}
	for name, holder := range holders {
		t.Run(name, func(t *testing.T) {
			var shown bytes.Buffer
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%20.3v"} {
				_, _ = fmt.Fprintf(&shown, verb+"\n", holder)
			}
			for _, handler := range []slog.Handler{slog.NewJSONHandler(&shown, nil), slog.NewTextHandler(&shown, nil)} {
				slog.New(handler).Info("Shown", "holder", holder)
			}
			if text, err := json.Marshal(holder); err == nil {
				shown.Write(text)
			}
			for _, form := range []string{secret, fmt.Sprintf("%x", secret), secret[:6]} {
				if strings.Contains(shown.String(), form) {
					t.Errorf("the token is shown: %s", shown.String())
				}
			}
		})
	}
}

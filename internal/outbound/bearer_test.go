package outbound

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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
		"opaque":  {"any token of printable characters", "s3cr3t!~", ""},
		"JWT":     {"the usual one", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln_-", ""},
		"longest": {"as long as allowed", strings.Repeat("a", maxBearer), ""},
		"longer":  {"no header is as long", strings.Repeat("a", maxBearer+1), "longer than 16 KiB"},
		"empty":   {"no token", "", "is empty"},
		"space":   {"two words are no token", "hush hush", "not printable ASCII, or spaces"},
		"line":    {"a second line would be a header", "hush\r\nX: 1", "not printable ASCII, or spaces"},
		"letters": {"a header has ASCII only", "hüsh", "not printable ASCII, or spaces"},
		"bytes":   {"and no bytes that are no text", "hush\xff", "not printable ASCII, or spaces"},
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
		"token":   {"as the kubelet writes it", secret, ""},
		"newline": {"as a person's editor writes it", "\n " + secret + " \r\n", ""},
		"empty":   {"a Secret whose value was forgotten", "", "is empty"},
		"blank":   {"or is white space", " \n", "is empty"},
		"two":     {"more than a token", secret + "\n" + secret, "spaces"},
		"huge":    {"a file of another kind is not read whole", strings.Repeat(secret, 1<<14), "longer than 16 KiB"},
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
	if _, err := ReadBearer(filepath.Join(t.TempDir(), "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := ReadBearer(t.TempDir()); err == nil {
		t.Error("a folder was read as a token")
	}
}

// TestBearerShowsNothing prints, logs and encodes tokens in every way, alone and
// within what holds them.
func TestBearerShowsNothing(t *testing.T) {
	b := bearer(t)
	holders := map[string]any{
		"alone":   b,
		"pointer": &b,
		"field":   struct{ Token Bearer }{b},
		"hidden":  struct{ token Bearer }{b},
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

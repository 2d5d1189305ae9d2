package outbound

import (
	"strings"
	"testing"
)

func TestParseBase(t *testing.T) {
	cases := map[string]struct {
		reason string
		base   string
		err    string
	}{
		"host":     {"the shortest", "https://nav.example", ""},
		"path":     {"an API below a path", "https://tiger.hrm.example/integration", ""},
		"slash":    {"written with its slash", "https://tiger.hrm.example/integration/", ""},
		"http":     {"the caller decides whether it is allowed", "http://localhost:8080", ""},
		"empty":    {"nothing was said", "", "https://"},
		"relative": {"a URL is absolute", "/integration", "https://"},
		"scheme":   {"files are not served", "file:///etc/passwd", "https://"},
		"no URL":   {"not a URL", "https://[hush", "not a URL"},
		"no host":  {"without a host", "https:///hush", "must have a host"},
		"user":     {"a password would be shown", "https://hush:hush@nav.example", "no user"},
		"query":    {"so would a token", "https://nav.example?token=hush", "no user, query"},
		"fragment": {"a fragment is not sent", "https://nav.example#hush", "fragment"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			u, err := ParseBase(tc.base)
			checkErr(t, tc.reason, err, tc.err)
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: the error quotes the URL: %v", tc.reason, err)
			}
			if err == nil && u.String() != tc.base {
				t.Errorf("%s: got %s", tc.reason, u)
			}
		})
	}
}

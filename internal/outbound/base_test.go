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
		"host":     {reason: "the shortest", base: "https://nav.example"},
		"path":     {reason: "an API below a path", base: "https://tiger.hrm.example/integration"},
		"slash":    {reason: "written with its slash", base: "https://tiger.hrm.example/integration/"},
		"http":     {reason: "the caller decides whether it is allowed", base: "http://localhost:8080"},
		"empty":    {reason: "nothing was said", err: "https://"},
		"relative": {reason: "a URL is absolute", base: "/integration", err: "https://"},
		"scheme":   {reason: "files are not served", base: "file:///etc/passwd", err: "https://"},
		"no URL":   {reason: "not a URL", base: "https://[hush", err: "not a URL"},
		"no host":  {reason: "without a host", base: "https:///hush", err: "must have a host"},
		"user":     {reason: "a password would be shown", base: "https://hush:hush@nav.example", err: "no user"},
		"query":    {reason: "so would a token", base: "https://nav.example?token=hush", err: "no user, query"},
		"fragment": {reason: "a fragment is not sent", base: "https://nav.example#hush", err: "fragment"},
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

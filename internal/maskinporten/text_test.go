package maskinporten

import (
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	jwtLike := "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln"
	cases := map[string]struct {
		reason, in, want string
	}{
		"plain":            {"a sentence stays", "Client not found", "Client not found"},
		"Norwegian":        {"letters of any language stay", "Ugyldig nøkkel på «klient»", "Ugyldig nøkkel på «klient»"},
		"trace":            {"ids differ from call to call", "Expired key. (trace_id: 356666143081bbec11d293753e9702ca)", "Expired key."},
		"old trace":        {"so did the older ones", "Expired key. (correlation id: 2d4fa134-eacb-eae8-63f4-eeb2ea408979) ", "Expired key."},
		"trace within":     {"wherever they stand", "a (trace_id: 1) b", "a b"},
		"half a trace":     {"also if the server cut it", "Expired key. (trace_id: 3566", "Expired key."},
		"newlines":         {"one line", "a\r\n\tb\x00\u2028c", "a b c"},
		"terminal":         {"no escape sequences", "\x1b[31mred", "[31mred"},
		"right to left":    {"nothing that turns the text around", "a\u202eb", "a b"},
		"no UTF-8":         {"text stays text", "a\xffb", "a�b"},
		"long":             {"bounded, and said to be", strings.Repeat("ab ", 500), strings.Repeat("ab ", 100) + "…"},
		"token":            {"a token that is echoed", "bad assertion " + jwtLike + "!", "bad assertion (token)!"},
		"half a token":     {"or its beginning", "bad assertion " + jwtLike[:12], "bad assertion (token)"},
		"token at the cut": {"or one that the bound would cut", strings.Repeat("ab ", 99) + jwtLike, strings.Repeat("ab ", 99) + "(to…"},
		"long run":         {"or another secret", "sig " + strings.Repeat("Ab9_", 20), "sig (not shown)"},
		"identity number":  {"a person", "pid 05908399546 is unknown", "pid (not shown) is unknown"},
		"with space":       {"a person as people write it", "pid 059083 99546", "pid (not shown)"},
		"spread":           {"a person over two lines", "pid 059083 \n 99546", "pid (not shown)"},
		"org number":       {"an organization is no person", "Consumer 314240979 to supplier 897757222.", "Consumer 314240979 to supplier 897757222."},
		"UUID":             {"nor is a client", testClient, testClient},
		"scope":            {"scopes stay", "folkeregister:deling/offentligutenhjemmel", "folkeregister:deling/offentligutenhjemmel"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := clean(tc.in); got != tc.want {
				t.Errorf("%s: clean(%q) = %q, want %q", tc.reason, tc.in, got, tc.want)
			}
		})
	}
}

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
		"plain": {reason: "a sentence stays", in: "Client not found", want: "Client not found"},
		"Norwegian": {
			reason: "letters of any language stay", in: "Ugyldig nøkkel på «klient»",
			want: "Ugyldig nøkkel på «klient»",
		},
		"trace": {
			reason: "ids differ from call to call",
			in:     "Expired key. (trace_id: 356666143081bbec11d293753e9702ca)", want: "Expired key.",
		},
		"old trace": {
			reason: "so did the older ones",
			in:     "Expired key. (correlation id: 2d4fa134-eacb-eae8-63f4-eeb2ea408979) ", want: "Expired key.",
		},
		"trace within":  {reason: "wherever they stand", in: "a (trace_id: 1) b", want: "a b"},
		"half a trace":  {reason: "also if the server cut it", in: "Expired key. (trace_id: 3566", want: "Expired key."},
		"newlines":      {reason: "one line", in: "a\r\n\tb\x00\u2028c", want: "a b c"},
		"terminal":      {reason: "no escape sequences", in: "\x1b[31mred", want: "[31mred"},
		"right to left": {reason: "nothing that turns the text around", in: "a\u202eb", want: "a b"},
		"no UTF-8":      {reason: "text stays text", in: "a\xffb", want: "a�b"},
		"long": {
			reason: "bounded, and said to be", in: strings.Repeat("ab ", 500),
			want: strings.Repeat("ab ", 100) + "…",
		},
		"token": {
			reason: "a token that is echoed", in: "bad assertion " + jwtLike + "!",
			want: "bad assertion (token)!",
		},
		"half a token": {reason: "or its beginning", in: "bad assertion " + jwtLike[:12], want: "bad assertion (token)"},
		"token at the cut": {
			reason: "or one that the bound would cut", in: strings.Repeat("ab ", 99) + jwtLike,
			want: strings.Repeat("ab ", 99) + "(to…",
		},
		"long run":        {reason: "or another secret", in: "sig " + strings.Repeat("Ab9_", 20), want: "sig (not shown)"},
		"identity number": {reason: "a person", in: "pid 05908399546 is unknown", want: "pid (not shown) is unknown"},
		"with space":      {reason: "a person as people write it", in: "pid 059083 99546", want: "pid (not shown)"},
		"spread":          {reason: "a person over two lines", in: "pid 059083 \n 99546", want: "pid (not shown)"},
		"org number": {
			reason: "an organization is no person", in: "Consumer 314240979 to supplier 897757222.",
			want: "Consumer 314240979 to supplier 897757222.",
		},
		"UUID": {reason: "nor is a client", in: testClient, want: testClient},
		"scope": {
			reason: "scopes stay", in: "folkeregister:deling/offentligutenhjemmel",
			want: "folkeregister:deling/offentligutenhjemmel",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := clean(tc.in); got != tc.want {
				t.Errorf("%s: clean(%q) = %q, want %q", tc.reason, tc.in, got, tc.want)
			}
		})
	}
}

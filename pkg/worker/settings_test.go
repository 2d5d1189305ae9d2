package worker

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func makeSettings() Settings {
	return Settings{
		APIURL:   "https://plans.example",
		HRM:      HRM{AllowedAddresses: []string{"10.20.0.0/16", "fd00::/8"}},
		Supplier: Supplier{Name: "4HUMAN HRM AS"},
	}
}

// TestSettings verifies that settings are read as they were written.
func TestSettings(t *testing.T) {
	for name, s := range map[string]Settings{"full": makeSettings(), "empty": {}} {
		t.Run(name, func(t *testing.T) {
			text, err := s.encode()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(text, "\n") {
				t.Errorf("more than one line: %s", text)
			}
			got, err := decodeSettings(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(s, got); diff != "" {
				t.Errorf("-written +read:\n%s", diff)
			}
		})
	}
}

// TestDecode verifies what is accepted and what is refused.
func TestDecode(t *testing.T) {
	cases := map[string]struct {
		reason string
		text   string
		want   Settings
		fails  string
	}{
		"unknown field": {
			reason: "an operator that is newer than the worker has more to say",
			text:   `{"hrm":{"nat64Prefixes":["64:ff9b:1::/96"],"more":2},"later":{"a":[1]},"supplier":{"name":"4HUMAN"}}`,
			want: Settings{
				HRM: HRM{NAT64Prefixes: []string{"64:ff9b:1::/96"}}, Supplier: Supplier{Name: "4HUMAN"},
			},
		},
		"empty":   {reason: "nothing was passed", text: "", fails: "decoding the settings: EOF"},
		"no JSON": {reason: "it is of another form", text: "supplier: {}", fails: "decoding the settings: invalid"},
		"other type": {
			reason: "a known field must be what it was", text: `{"supplier":{"name":1}}`,
			fails: "decoding the settings: json",
		},
		"two": {reason: "it is not clear which one counts", text: `{}{}`, fails: "something follows"},
		"huge": {
			reason: "it is not what the operator writes", text: strings.Repeat(" ", maxSettings+1),
			fails: "more than 65536 bytes",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := decodeSettings(c.text)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Fatalf("%s: error %v, want %q", c.reason, err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s: %v", c.reason, err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// FuzzDecode verifies that decoded settings are the same after encoding and decoding.
func FuzzDecode(f *testing.F) {
	full := makeSettings()
	text, err := full.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(`{"hrm":{"allowedAddresses":[]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := decodeSettings(text)
		if err != nil {
			return
		}
		again, err := s.encode()
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid([]byte(again)) {
			t.Errorf("not JSON: %s", again)
		}
	})
}

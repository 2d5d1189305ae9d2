package runsettings

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func makeSettings() Settings {
	return Settings{
		TokenBroker: TokenBroker{
			URL: "https://token-broker.system.svc/token",
			CA:  "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		},
		NAV:      NAV{FollowUpPlans: "https://plans.example", SickPay: "https://sick-pay.example"},
		HRM:      HRM{AllowedAddresses: []string{"10.20.0.0/16", "fd00::/8"}},
		Supplier: Supplier{Name: "4HUMAN HRM AS"},
	}
}

// TestSettings reads back what is written.
func TestSettings(t *testing.T) {
	for name, s := range map[string]Settings{"full": makeSettings(), "empty": {}} {
		t.Run(name, func(t *testing.T) {
			text, err := s.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(text, "\n") {
				t.Errorf("more than one line: %s", text)
			}
			got, err := Decode(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(s, got); diff != "" {
				t.Errorf("-written +read:\n%s", diff)
			}
		})
	}
}

// TestDecode holds what is read and what is refused.
func TestDecode(t *testing.T) {
	cases := map[string]struct {
		reason string
		text   string
		want   Settings
		fails  string
	}{
		"unknown field": {
			reason: "an operator that is newer than the worker has more to say",
			text:   `{"tokenBroker":{"url":"https://b","protocol":2},"later":{"a":[1]},"supplier":{"name":"4HUMAN"}}`,
			want:   Settings{TokenBroker: TokenBroker{URL: "https://b"}, Supplier: Supplier{Name: "4HUMAN"}},
		},
		"empty":   {reason: "nothing was passed", text: "", fails: "decoding the settings: EOF"},
		"no JSON": {reason: "it is of another form", text: "tokenBroker: {}", fails: "decoding the settings: invalid"},
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
			got, err := Decode(c.text)
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

// FuzzDecode sees that whatever is decoded can be encoded, and is the same again.
func FuzzDecode(f *testing.F) {
	full := makeSettings()
	text, err := full.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(`{"hrm":{"allowedAddresses":[]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Decode(text)
		if err != nil {
			return
		}
		again, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid([]byte(again)) {
			t.Errorf("not JSON: %s", again)
		}
	})
}

// TestLiteral holds the rule of Kubernetes' Container.args: "$$" becomes "$", and "$(NAME)" a variable's value.
func TestLiteral(t *testing.T) {
	for text, want := range map[string]string{
		"https://tiger.example/a": "https://tiger.example/a", "$(HOME)": "$$(HOME)", "$$": "$$$$", "a$": "a$$", "": "",
	} {
		if got := Literal(text); got != want {
			t.Errorf("Literal(%q) = %q, want %q", text, got, want)
		}
	}
}

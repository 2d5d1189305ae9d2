package conformance

import "testing"

func TestHasElevenDigits(t *testing.T) {
	cases := map[string]struct {
		reason, text string
		want         bool
	}{
		"identity number": {reason: "a person's", text: "01447842099", want: true},
		"in a text":       {reason: "a person's", text: "no employee 01447842099 here", want: true},
		"in a name":       {reason: "a person's", text: "plan-01447842099", want: true},
		"UUID": {
			reason: "its last group has eleven digits and a letter", text: "1ffccd63-485a-4fb1-93c2-a25065055866",
		},
		"upper-case UUID": {reason: "likewise", text: "1FFCCD63-485A-4FB1-93C2-25065055866A"},
		"beside a UUID": {
			reason: "a person's", text: "1ffccd63-485a-4fb1-93c2-a25065055866:01447842099", want: true,
		},
		"twelve digits": {reason: "no identity number", text: "123456789012"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := hasElevenDigits([]byte(c.text)); got != c.want {
				t.Errorf("%s: %q: got %t, want %t", c.reason, c.text, got, c.want)
			}
		})
	}
}

package orgnumber

import (
	"bytes"
	"regexp"
	"testing"
)

var nineDigits = regexp.MustCompile(`^[0-9]{9}\z`)

// independent reports whether s is an organization number, by another algorithm than Parse: the sum over all nine
// digits, with weight 1 for the check digit, must be divisible by 11.
func independent(s string) bool {
	if !nineDigits.MatchString(s) {
		return false
	}
	sum := 0
	for i, w := range []int{3, 2, 7, 6, 5, 4, 3, 2, 1} {
		sum += w * int(s[i]-'0')
	}
	return sum%11 == 0
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"897757222", "889640782", "999888777", "100000300", "", "897 757 222", "89775722\xff",
		"05908399546",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := Parse(s)
		if (err == nil) != independent(s) {
			t.Fatalf("Parse(%q) = %v, but the independent check says %t", s, err, independent(s))
		}
		if err != nil {
			checkMessage(t, err)
			return
		}
		if n.String() != s {
			t.Fatalf("Parse(%q).String() = %q", s, n)
		}
		if back, err := ParseISO6523(n.ISO6523()); err != nil || back != n {
			t.Fatalf("%q through ISO 6523 became %q, %v", s, back, err)
		}
	})
}

func FuzzParseISO6523(f *testing.F) {
	for _, s := range []string{"0192:897757222", "0192:991825827:ER//987464291:1", "0192", ":", "0007:897757222"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseISO6523(s)
		if err != nil {
			checkMessage(t, err)
			return
		}
		if n.ISO6523() != s || !independent(n.String()) {
			t.Fatalf("ParseISO6523(%q) = %q", s, n)
		}
	})
}

func FuzzUnmarshalText(f *testing.F) {
	f.Add([]byte("897757222"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		var n Number
		if err := n.UnmarshalText(text); err != nil {
			if !n.IsZero() {
				t.Fatalf("refused %q but kept %q", text, n)
			}
			return
		}
		back, err := n.MarshalText()
		if err != nil || !bytes.Equal(back, text) {
			t.Fatalf("%q became %q, %v", text, back, err)
		}
	})
}

package orgnumber

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	type want struct {
		number string
		err    string // a part of the message; "" for none
	}
	cases := map[string]struct {
		reason string
		in     string
		want   want
	}{
		"4human": {reason: "a real number of the 8 series", in: "897757222", want: want{number: "897757222"}},
		"NAV":    {reason: "a real number of the 8 series", in: "889640782", want: want{number: "889640782"}},
		"Digdir": {reason: "a real number of the 9 series", in: "991825827", want: want{number: "991825827"}},
		"synthetic 3": {
			reason: "the first digit does not mark test organizations", in: "314240979",
			want: want{number: "314240979"},
		},
		"synthetic 2": {
			reason: "the first digit does not mark test organizations", in: "215649202",
			want: want{number: "215649202"},
		},
		"brreg example": {
			reason: "the example of the register's own page begins with 1", in: "123456785",
			want: want{number: "123456785"},
		},
		"check digit 0": {
			reason: "a sum divisible by 11 has the check digit 0", in: "974652250",
			want: want{number: "974652250"},
		},
		"all zeros": {
			reason: "modulus 11 is 0, and the first digit may be any", in: "000000000",
			want: want{number: "000000000"},
		},
		"empty":          {reason: "the text is empty", want: want{err: "is empty"}},
		"spaces":         {reason: "people group digits", in: "897 757 222", want: want{err: `"897 757 222" has spaces`}},
		"no-break space": {reason: "pasted from a web page", in: "897\u00a0757\u00a0222", want: want{err: "has spaces"}},
		"newline": {
			reason: "a file ends with a line break", in: "897757222\n",
			want: want{err: `"897757222\n" has spaces`},
		},
		"letters": {
			reason: "O is not 0", in: "8977572O2",
			want: want{err: `"8977572O2" has characters that are not digits`},
		},
		"VAT form":     {reason: "the number of the VAT register", in: "NO897757222MVA", want: want{err: "not digits"}},
		"other digits": {reason: "only ASCII digits are digits here", in: "٨٩٧٧٥٧٢٢٢", want: want{err: "not digits"}},
		"too short": {
			reason: "one digit is missing", in: "89775722",
			want: want{err: "has 8 digits: it must have nine"},
		},
		"too long": {
			reason: "one digit too many, and not shown", in: "8977572222",
			want: want{err: "(not shown) has 10 digits"},
		},
		"check digit": {
			reason: "a mistyped digit", in: "897757223",
			want: want{err: `"897757223" has a wrong check digit`},
		},
		"swapped": {
			reason: "two digits in the wrong order", in: "897757222"[:1] + "79757222",
			want: want{err: "wrong check digit"},
		},
		"doc example": {
			reason: "documentation uses this invalid number", in: "999888777",
			want: want{err: "wrong check digit"},
		},
		"remainder 1": {
			reason: "these eight digits have no check digit", in: "100000300",
			want: want{err: "wrong check digit"},
		},
		"no UTF-8": {reason: "errors are printable", in: "\xff\xfe", want: want{err: `"��" has characters`}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			n, err := Parse(tc.in)
			if diff := cmp.Diff(tc.want.number, n.String()); diff != "" {
				t.Errorf("%s: Parse(%q): -want, +got:\n%s", tc.reason, tc.in, diff)
			}
			checkErr(t, tc.reason, err, tc.want.err)
			if n.IsZero() != (err != nil) {
				t.Errorf("%s: IsZero() = %t with error %v", tc.reason, n.IsZero(), err)
			}
		})
	}
}

// TestParseHidesPeople verifies that errors do not contain an identity number that was typed by mistake, or is part of
// a long text.
func TestParseHidesPeople(t *testing.T) {
	for _, in := range []string{
		"05908399546", "059083 99546", "05908399546x", "fnr 05908399546",
		strings.Repeat("a", 15) + "05908399546", "0192:05908399546",
	} {
		for _, parse := range []func(string) (Number, error){Parse, ParseISO6523} {
			_, err := parse(in)
			if err == nil {
				t.Fatalf("%q was accepted", in)
			}
			if strings.Contains(err.Error(), "99546") {
				t.Errorf("error for %q shows an identity number: %v", in, err)
			}
		}
	}
}

func TestMustParse(t *testing.T) {
	if got := MustParse("897757222").String(); got != "897757222" {
		t.Errorf("MustParse = %q", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("MustParse did not panic at an invalid number")
		}
	}()
	MustParse("897757223")
}

func TestText(t *testing.T) {
	type doc struct {
		Org  Number            `json:"org,omitzero"`
		Seen map[Number]string `json:"seen,omitempty"`
	}
	n := MustParse("897757222")
	cases := map[string]struct {
		reason string
		doc    doc
		json   string
	}{
		"number": {reason: "a number is its nine digits", doc: doc{Org: n}, json: `{"org":"897757222"}`},
		"map key": {
			reason: "a number may be a key", doc: doc{Seen: map[Number]string{n: "x"}},
			json: `{"seen":{"897757222":"x"}}`,
		},
		"no number": {reason: "no number is left out", json: `{}`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := json.Marshal(tc.doc)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.json, string(got)); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			var back doc
			if err := json.Unmarshal(got, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.doc, back, cmp.AllowUnexported(Number{})); diff != "" {
				t.Errorf("%s: read back: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestUnmarshalTextRefuses(t *testing.T) {
	for in, want := range map[string]string{`{"org":""}`: "is empty", `{"org":"897757223"}`: "check digit"} {
		t.Run(in, func(t *testing.T) {
			keep := MustParse("889640782")
			doc := struct {
				Org Number `json:"org"`
			}{Org: keep}
			checkErr(t, "an invalid text", json.Unmarshal([]byte(in), &doc), want)
			if doc.Org != keep {
				t.Errorf("%s changed the number to %s", in, doc.Org)
			}
		})
	}
}

func checkErr(t *testing.T, reason string, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("%s: unexpected error: %v", reason, err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error = %v, want one with %q", reason, err, want)
	}
	if err != nil {
		checkMessage(t, err)
	}
}

// checkMessage verifies that an error is one short printable line.
func checkMessage(t *testing.T, err error) {
	t.Helper()
	if len(err.Error()) > 300 {
		t.Errorf("error has %d bytes: %.80s…", len(err.Error()), err)
	}
	for _, r := range err.Error() {
		if !unicode.IsPrint(r) {
			t.Errorf("error %q has the character %U", err, r)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("897757222"); err != nil {
			b.Fatal(err)
		}
	}
}

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
		"4human":         {"a real number of the 8 series", "897757222", want{number: "897757222"}},
		"NAV":            {"a real number of the 8 series", "889640782", want{number: "889640782"}},
		"Digdir":         {"a real number of the 9 series", "991825827", want{number: "991825827"}},
		"synthetic 3":    {"test organizations are not told by their first digit", "314240979", want{number: "314240979"}},
		"synthetic 2":    {"test organizations are not told by their first digit", "215649202", want{number: "215649202"}},
		"brreg example":  {"the example of the register's own page begins with 1", "123456785", want{number: "123456785"}},
		"check digit 0":  {"a sum that 11 divides has the check digit 0", "974652250", want{number: "974652250"}},
		"all zeros":      {"modulus 11 holds for it, and the first digit is not looked at", "000000000", want{number: "000000000"}},
		"empty":          {"nothing was written", "", want{err: "is empty"}},
		"spaces":         {"the way people write it", "897 757 222", want{err: `"897 757 222" has spaces`}},
		"no-break space": {"pasted from a web page", "897\u00a0757\u00a0222", want{err: "has spaces"}},
		"newline":        {"a file with a last line end", "897757222\n", want{err: `"897757222\n" has spaces`}},
		"letters":        {"O is not 0", "8977572O2", want{err: `"8977572O2" has characters that are not digits`}},
		"VAT form":       {"the number of the VAT register", "NO897757222MVA", want{err: "not digits"}},
		"other digits":   {"only ASCII digits are digits here", "٨٩٧٧٥٧٢٢٢", want{err: "not digits"}},
		"too short":      {"one digit is missing", "89775722", want{err: "has 8 digits: it must have nine"}},
		"too long":       {"one digit too many, and not shown", "8977572222", want{err: "(not shown) has 10 digits"}},
		"check digit":    {"a mistyped digit", "897757223", want{err: `"897757223" has a wrong check digit`}},
		"swapped":        {"two digits in the wrong order", "897757222"[:1] + "79757222", want{err: "wrong check digit"}},
		"doc example":    {"a number that documentation uses but no register gives", "999888777", want{err: "wrong check digit"}},
		"remainder 1":    {"these eight digits have no check digit", "100000300", want{err: "wrong check digit"}},
		"no UTF-8":       {"bytes that are no text stay printable", "\xff\xfe", want{err: `"��" has characters`}},
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

// TestParseHidesPeople checks that an identity number typed by mistake, or hidden in a
// long text, does not reach a log through the error.
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
		"number":    {"a number is its nine digits", doc{Org: n}, `{"org":"897757222"}`},
		"map key":   {"a number may be a key", doc{Seen: map[Number]string{n: "x"}}, `{"seen":{"897757222":"x"}}`},
		"no number": {"no number is left out", doc{}, `{}`},
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
		keep := MustParse("889640782")
		doc := struct {
			Org Number `json:"org"`
		}{keep}
		checkErr(t, "an invalid text is refused", json.Unmarshal([]byte(in), &doc), want)
		if doc.Org != keep {
			t.Errorf("%s changed the number to %s", in, doc.Org)
		}
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

// checkMessage holds for every error: it can be printed on one short line.
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

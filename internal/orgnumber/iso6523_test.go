package orgnumber

import "testing"

func TestISO6523(t *testing.T) {
	if got := MustParse("897757222").ISO6523(); got != "0192:897757222" {
		t.Errorf("ISO6523() = %q", got)
	}
	if got := (Number{}).ISO6523(); got != "" {
		t.Errorf("ISO6523() of no number = %q, want nothing", got)
	}
}

func TestParseISO6523(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     string
		want   string
		err    string
	}{
		"identifier": {reason: "the form in consumer and supplier claims", in: "0192:897757222", want: "897757222"},
		"sub-unit pilot": {
			reason: "more elements identify another unit", in: "0192:991825827:ER//987464291:1",
			err: "4 elements",
		},
		"third element": {reason: "an empty third element is one too", in: "0192:897757222:", err: "3 elements"},
		"digits only":   {reason: "no scheme, no identifier", in: "897757222", err: "does not begin with 0192:"},
		"scheme only":   {reason: "a scheme and nothing else", in: "0192", err: "1 elements"},
		"empty":         {reason: "nothing", err: "does not begin with 0192:"},
		"other scheme":  {reason: "another country's register", in: "0007:897757222", err: "does not begin with 0192:"},
		"longer scheme": {
			reason: "the element must match exactly", in: "01920:897757222",
			err: "does not begin with 0192:",
		},
		"no number":        {reason: "a scheme without a number", in: "0192:", err: "is empty"},
		"wrong number":     {reason: "the number is validated too", in: "0192:897757223", err: "check digit"},
		"space":            {reason: "no trimming", in: "0192: 897757222", err: "has spaces"},
		"padded":           {reason: "spaces are not trimmed", in: " 0192:897757222", err: "does not begin with 0192:"},
		"personal numbers": {reason: "a person is no organization", in: "0192:05908399546", err: "(not shown) has 11 digits"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			n, err := ParseISO6523(tc.in)
			if n.String() != tc.want {
				t.Errorf("%s: ParseISO6523(%q) = %q, want %q", tc.reason, tc.in, n, tc.want)
			}
			checkErr(t, tc.reason, err, tc.err)
		})
	}
}

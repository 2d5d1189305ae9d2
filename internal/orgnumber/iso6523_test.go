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
		"identifier":       {"the form in consumer and supplier claims", "0192:897757222", "897757222", ""},
		"sub-unit pilot":   {"more elements mean another unit", "0192:991825827:ER//987464291:1", "", "4 elements"},
		"third element":    {"an empty third element is one too", "0192:897757222:", "", "3 elements"},
		"digits only":      {"no scheme, no identifier", "897757222", "", "does not begin with 0192:"},
		"scheme only":      {"a scheme and nothing else", "0192", "", "1 elements"},
		"empty":            {"nothing", "", "", "does not begin with 0192:"},
		"other scheme":     {"another country's register", "0007:897757222", "", "does not begin with 0192:"},
		"longer scheme":    {"the whole element counts", "01920:897757222", "", "does not begin with 0192:"},
		"no number":        {"a scheme without a number", "0192:", "", "is empty"},
		"wrong number":     {"the number is checked too", "0192:897757223", "", "check digit"},
		"space":            {"no trimming", "0192: 897757222", "", "has spaces"},
		"padded":           {"no trimming before either", " 0192:897757222", "", "does not begin with 0192:"},
		"personal numbers": {"a person is no organization", "0192:05908399546", "", "(not shown) has 11 digits"},
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

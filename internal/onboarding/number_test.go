package onboarding

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/orgnumber"
)

func TestReadNumber(t *testing.T) {
	type want struct {
		Number string
		Fault  Code
		Args   string
	}
	cases := map[string]struct {
		reason string
		in     string
		want   want
	}{
		"plain":    {reason: "nine digits", in: "310330701", want: want{Number: "310330701"}},
		"spaces":   {reason: "people group digits", in: " 310 330 701 ", want: want{Number: "310330701"}},
		"no-break": {reason: "pasted from a web page", in: "310\u00a0330\u202f701", want: want{Number: "310330701"}},
		"invisible": {
			reason: "pasted with a mark of direction",
			in:     "\u200e310330701\ufeff", want: want{Number: "310330701"},
		},
		"VAT":        {reason: "the form on invoices", in: "NO 974 760 673 MVA", want: want{Number: "974760673"}},
		"VAT, lower": {reason: "case does not count", in: "no974760673mva", want: want{Number: "974760673"}},
		"title":      {reason: "the title in the cell", in: "Org.nr.: 974 760 673", want: want{Number: "974760673"}},
		"title, long": {
			reason: "the title in the cell",
			in:     "Organisasjonsnummer 974760673", want: want{Number: "974760673"},
		},
		"ISO 6523":      {reason: "the form in Peppol", in: "0192:974760673", want: want{Number: "974760673"}},
		"dots":          {reason: "Norwegian marks of thousands", in: "310.330.701", want: want{Number: "310330701"}},
		"commas":        {reason: "English marks of thousands", in: "310,330,701", want: want{Number: "310330701"}},
		"apostrophe":    {reason: "Excel's mark of text", in: "'310330701", want: want{Number: "310330701"}},
		"decimal":       {reason: "a program made it a decimal number", in: "310330701.0", want: want{Number: "310330701"}},
		"decimal comma": {reason: "the same in Norwegian", in: "310330701,00", want: want{Number: "310330701"}},
		"zero in front": {reason: "the first digit may be any", in: "012345674", want: want{Number: "012345674"}},
		"empty":         {reason: "an empty cell", want: want{Fault: OrganizationNumberMissing}},
		"only spaces":   {reason: "an empty cell", in: " \u00a0", want: want{Fault: OrganizationNumberMissing}},
		"check digit": {
			reason: "a digit is mistyped", in: "310 330 702", want: want{Fault: WrongCheckDigit, Args: "[310330702]"},
		},
		"zero lost": {
			reason: "Excel removed the zero", in: "12345674",
			want: want{Fault: LeadingZeroLost, Args: "[12345674 8 012345674]"},
		},
		"two zeros lost": {
			reason: "Excel removed both zeros", in: "1234560",
			want: want{Fault: LeadingZeroLost, Args: "[1234560 7 001234560]"},
		},
		"too short": {
			reason: "a digit is missing",
			in:     "31033070", want: want{Fault: NumberTooShort, Args: "[31033070 8 031033070]"},
		},
		"too long": {
			reason: "a digit too many, and not shown",
			in:     "3103307011", want: want{Fault: NumberTooLong, Args: "[10]"},
		},
		"shortened": {
			reason: "Excel's form of long numbers", in: "3,1033E+08", want: want{Fault: NumberShortened, Args: `["3,1033E+08"]`},
		},
		"letters": {
			reason: "O is not 0", in: "31O33O7O1", want: want{Fault: NumberHasOtherCharacters, Args: `["31O33O7O1"]`},
		},
		"name": {
			reason: "the columns are mixed up",
			in:     "Tiger AS", want: want{Fault: NumberHasOtherCharacters, Args: `["Tiger AS"]`},
		},
		"person":           {reason: "a person's number, not shown", in: "05908399546", want: want{Fault: PersonNumber}},
		"person, grouped":  {reason: "a person's number, not shown", in: "059083 99546", want: want{Fault: PersonNumber}},
		"person, in words": {reason: "a person's number, not shown", in: "fnr 059083-99546", want: want{Fault: PersonNumber}},
		"two numbers": {
			reason: "two numbers in a cell are not shown", in: "310330701 og 315587336",
			want: want{Fault: NumberHasOtherCharacters, Args: "[(…)]"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			number, fault, args := readNumber(tc.in)
			got := want{Number: number, Fault: fault}
			if len(args) > 0 {
				got.Args = fmt.Sprint(args)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: readNumber(%q): -want, +got:\n%s", tc.reason, tc.in, diff)
			}
		})
	}
}

func FuzzReadNumber(f *testing.F) {
	for _, s := range []string{
		"310330701", "NO 974 760 673 MVA", "3,1E+08", "059083 99546", "", "0192:974760673", "12345674", "{",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		number, fault, args := readNumber(s)
		if (number == "") == (fault == "") {
			t.Fatalf("readNumber(%q) = %q, %q", s, number, fault)
		}
		if fault == "" {
			if _, err := orgnumber.Parse(number); err != nil {
				t.Fatalf("readNumber(%q) = %q: %v", s, number, err)
			}
			return
		}
		_, message, advice := describe("nb", fault, args)
		text := message + advice
		if hasPlaceholder := strings.Contains(text, "{") && !strings.Contains(s, "{"); hasPlaceholder ||
			longestDigits(text) >= personDigits {
			t.Fatalf("readNumber(%q): %s %s", s, message, advice)
		}
	})
}

// longestDigits returns the length of the longest run of digits.
func longestDigits(s string) int {
	longest, run := 0, 0
	for _, r := range s {
		if r < '0' || r > '9' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

package onboarding

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/4human/integration-operator/api/v1alpha1"
)

func TestDecodeText(t *testing.T) {
	encode := func(s string, with interface{ String(string) (string, error) }) []byte {
		t.Helper()
		out, err := with.String(s)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(out)
	}
	const text = "navn;orgnr\r\nBærøya Gård;310330701\r\n"
	const want = "navn;orgnr\nBærøya Gård;310330701\n"
	little := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()
	big := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()
	cases := map[string]struct {
		reason   string
		in       []byte
		encoding string
	}{
		"UTF-8":           {reason: "most programs", in: []byte(text), encoding: utf8Text},
		"byte order mark": {reason: "Excel's CSV UTF-8", in: []byte("\uFEFF" + text), encoding: utf8Text},
		"UTF-16 LE":       {reason: "Excel's Unicode text", in: encode("\uFEFF"+text, little), encoding: utf16Text},
		"UTF-16 BE":       {reason: "older programs", in: encode("\uFEFF"+text, big), encoding: utf16Text},
		"UTF-16 LE bare":  {reason: "without a mark", in: encode(text, little), encoding: utf16Text},
		"UTF-16 BE bare":  {reason: "without a mark", in: encode(text, big), encoding: utf16Text},
		"Windows-1252":    {reason: "Excel's CSV", in: encode(text, charmap.Windows1252.NewEncoder()), encoding: windows1252},
		"old Mac":         {reason: "lines end by CR", in: []byte("navn;orgnr\rBærøya Gård;310330701\r"), encoding: utf8Text},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, encoding := decodeText(tc.in)
			if got != want || encoding != tc.encoding {
				t.Errorf("%s: %q in %s, want %q in %s", tc.reason, got, encoding, want, tc.encoding)
			}
		})
	}
}

func TestReadCell(t *testing.T) {
	cases := map[string]struct {
		reason, in, want string
		fault            Code
	}{
		"text":          {reason: "as it is", in: "Tiger AS", want: "Tiger AS"},
		"blanks":        {reason: "blanks around it do not count", in: "\u00a0 Tiger\u200b\n", want: "Tiger"},
		"formula":       {reason: "text as a formula", in: `="012345674"`, want: "012345674"},
		"reference":     {reason: "a formula that was not calculated", in: "=A2&B2", fault: FormulaNotCalculated},
		"not available": {reason: "Norwegian Excel", in: "#I/T", fault: FormulaError},
		"reference gone": {
			reason: "a column was deleted", in: "#REF!", fault: FormulaError,
		},
		"division":     {reason: "divided by zero", in: "#DIV/0!", fault: FormulaError},
		"value":        {reason: "Norwegian Excel", in: "#VERDI!", fault: FormulaError},
		"name":         {reason: "Norwegian Excel", in: "#NAVN?", fault: FormulaError},
		"number sign":  {reason: "a name may begin so", in: "#1 Bil AS", want: "#1 Bil AS"},
		"minus":        {reason: "no formula", in: "-", want: "-"},
		"empty":        {reason: "an empty cell"},
		"empty quoted": {reason: "an empty text as a formula", in: `=""`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, fault, _ := readCell(tc.in)
			if got != tc.want || fault != tc.fault {
				t.Errorf("%s: readCell(%q) = %q, %q, want %q, %q", tc.reason, tc.in, got, fault, tc.want, tc.fault)
			}
		})
	}
}

func TestReadServices(t *testing.T) {
	plans, notes, pay := v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications
	cases := map[string]struct {
		reason, in string
		want       []v1alpha1.ServiceName
		fault      Code
	}{
		"name":      {reason: "as in the API", in: "FollowUpPlans", want: []v1alpha1.ServiceName{plans}},
		"Norwegian": {reason: "as customers say", in: "Oppfølgingsplaner", want: []v1alpha1.ServiceName{plans}},
		"list": {
			reason: "in the order of their names", in: "sykepengesøknader, Sykmeldinger og oppfølgingsplan",
			want: []v1alpha1.ServiceName{plans, notes, pay},
		},
		"English": {
			reason: "with signs and blanks", in: "Follow-up plans + sick notes", want: []v1alpha1.ServiceName{plans, notes},
		},
		"own": {
			reason: "the Supplier's own, by its title", in: "Innrapportering til NRL; sykmeldinger",
			want: []v1alpha1.ServiceName{"NetRegistration", notes},
		},
		"lines":   {reason: "one a line", in: "Sykmeldinger\nSykmeldinger", want: []v1alpha1.ServiceName{notes}},
		"unknown": {reason: "another service", in: "sykmeldinger, lønn", fault: ServiceUnknown},
		"empty":   {reason: "an empty cell"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, fault, _ := readServices(tc.in, map[string]v1alpha1.ServiceName{"netregistration": "NetRegistration", "innrapporteringtilnrl": "NetRegistration"})
			if diff := cmp.Diff(tc.want, got); diff != "" || fault != tc.fault {
				t.Errorf("%s: fault %q, want %q, -want, +got:\n%s", tc.reason, fault, tc.fault, diff)
			}
		})
	}
}

func TestReadAnswer(t *testing.T) {
	cases := map[string]struct {
		reason, in string
		want       bool
		fault      Code
	}{
		"cross":   {reason: "the usual mark", in: "x", want: true},
		"yes":     {reason: "Norwegian", in: "Ja", want: true},
		"check":   {reason: "a check mark", in: "✓", want: true},
		"true":    {reason: "Norwegian Excel's true", in: "SANN", want: true},
		"no":      {reason: "Norwegian", in: "nei"},
		"dash":    {reason: "a dash for nothing", in: "–"},
		"empty":   {reason: "an empty cell"},
		"unclear": {reason: "a person must say", in: "kanskje?", fault: AnswerUnclear},
		"mark":    {reason: "a person must say", in: "?", fault: AnswerUnclear},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, fault, _ := readAnswer(tc.in)
			if got != tc.want || fault != tc.fault {
				t.Errorf("%s: readAnswer(%q) = %t, %q", tc.reason, tc.in, got, fault)
			}
		})
	}
}

func TestReadDate(t *testing.T) {
	cases := map[string]struct{ reason, in, want string }{
		"ISO":            {reason: "as in the API", in: "2026-06-15", want: "2026-06-15"},
		"Norwegian":      {reason: "as Norwegian Excel shows it", in: "15.06.2026", want: "2026-06-15"},
		"short":          {reason: "without zeros", in: "5.6.2026", want: "2026-06-05"},
		"with time":      {reason: "a program added the time", in: "2026-06-15 00:00:00", want: "2026-06-15"},
		"two digits":     {reason: "the century is not certain", in: "15.06.26"},
		"slashes":        {reason: "day and month are not certain", in: "05/06/2026"},
		"no such day":    {reason: "June has 30 days", in: "31.06.2026"},
		"serial number":  {reason: "Excel's own count of days", in: "46188"},
		"words":          {reason: "a person must say", in: "etter ferien"},
		"leap year":      {reason: "2028 has 29 days in February", in: "29.02.2028", want: "2028-02-29"},
		"no leap year":   {reason: "2026 does not", in: "29.02.2026"},
		"with full stop": {reason: "a sentence's end", in: "15.06.2026."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, fault, _ := readDate(tc.in)
			if got != tc.want || (fault == "") != (tc.want != "") {
				t.Errorf("%s: readDate(%q) = %q, %q, want %q", tc.reason, tc.in, got, fault, tc.want)
			}
		})
	}
}

func TestReadUnits(t *testing.T) {
	cases := map[string]struct {
		reason, in string
		want       []string
		fault      Code
	}{
		"one":     {reason: "a number", in: "315587336", want: []string{"315587336"}},
		"blanks":  {reason: "separated by blanks", in: "315587336 310702641", want: []string{"310702641", "315587336"}},
		"grouped": {reason: "with blanks inside", in: "315 587 336, 310 702 641", want: []string{"310702641", "315587336"}},
		"lines":   {reason: "one a line, twice", in: "315587336\n315587336", want: []string{"315587336"}},
		"wrong":   {reason: "a wrong digit", in: "315587336; 315587337", fault: WrongCheckDigit},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, fault, _ := readUnits(tc.in)
			if diff := cmp.Diff(tc.want, got); diff != "" || fault != tc.fault {
				t.Errorf("%s: fault %q, -want, +got:\n%s", tc.reason, fault, diff)
			}
		})
	}
}

func TestSameName(t *testing.T) {
	cases := map[string]struct {
		reason, one, other string
		want               bool
	}{
		"case and form": {reason: "the register writes capitals", one: "Tiger", other: "TIGER AS", want: true},
		"place":         {reason: "one has a place more", one: "Coop Extra Bergen", other: "COOP EXTRA AS", want: true},
		"signs":         {reason: "& is og", one: "Hansen & Sønn", other: "HANSEN OG SØNN ANS", want: true},
		"letters":       {reason: "without æ, ø and å", one: "Baeroya Gard", other: "BÆRØYA GÅRD", want: true},
		"typing error": {
			reason: "one letter",
			one:    "Dynamisk Altetende Tigger", other: "DYNAMISK ALTETENDE TIGER AS", want: true,
		},
		"blanks":    {reason: "written together", one: "Nord Bil", other: "NORDBIL AS", want: true},
		"another":   {reason: "the wrong company", one: "Kreativ Oransje Ulv", other: "DYNAMISK ALTETENDE TIGER AS"},
		"only form": {reason: "nothing in common but the form", one: "Ulv AS", other: "ELG AS"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := sameName(tc.one, tc.other); got != tc.want {
				t.Errorf("%s: sameName(%q, %q) = %t", tc.reason, tc.one, tc.other, got)
			}
		})
	}
}

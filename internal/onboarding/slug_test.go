package onboarding

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
)

func TestSlug(t *testing.T) {
	cases := map[string]struct{ reason, in, want string }{
		"plain": {
			reason: "the legal form is left out",
			in:     "DYNAMISK ALTETENDE TIGER AS", want: "dynamisk-altetende-tiger",
		},
		"letters":     {reason: "æ, ø and å", in: "Bærøya Gård ASA", want: "baeroya-gard"},
		"decomposed":  {reason: "macOS writes å as two characters", in: "Ga\u030ard", want: "gard"},
		"accents":     {reason: "other languages' accents", in: "Café Müller & Søn ANS", want: "cafe-muller-og-son"},
		"signs":       {reason: "signs separate words once", in: "A/S «Nord»  (Bergen)", want: "a-s-nord-bergen"},
		"ends":        {reason: "a label ends in a letter or digit", in: "--Elg--", want: "elg"},
		"only a form": {reason: "a name is not emptied", in: "AS", want: "as"},
		"digits":      {reason: "a label may begin with a digit", in: "3D Print", want: "3d-print"},
		"other script": {
			reason: "nothing remains, so the customer's number will be the name", in: "北京烤鸭", want: "",
		},
		"empty": {reason: "no name", in: "", want: ""},
		"long": {
			reason: "cut between words",
			in:     "Samvirkelaget for Bygdefolk og Andre Interesserte i Nordre og Søndre Land",
			want:   "samvirkelaget-for-bygdefolk-og-andre-interesserte-i-nordre-og",
		},
		"long word": {reason: "cut within a word", in: strings.Repeat("å", 80), want: strings.Repeat("a", 63)},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := slug(tc.in)
			if got != tc.want {
				t.Errorf("%s: slug(%q) = %q, want %q", tc.reason, tc.in, got, tc.want)
			}
			if errs := validation.IsDNS1123Label(got); got != "" && len(errs) > 0 {
				t.Errorf("%s: slug(%q) = %q is no label: %v", tc.reason, tc.in, got, errs)
			}
		})
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("Bærøya Gård ASA")
	f.Add("ﬁ…Ⅷ")
	f.Fuzz(func(t *testing.T, s string) {
		label := slug(s)
		for _, name := range []string{label, withNumber(label, "310330701")} {
			if errs := validation.IsDNS1123Label(name); name != "" && len(errs) > 0 {
				t.Fatalf("slug(%q) = %q: %v", s, name, errs)
			}
		}
	})
}

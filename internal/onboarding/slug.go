package onboarding

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
	"k8s.io/apimachinery/pkg/util/validation"
)

// letters replaces letters that are no others with an accent. ø and å become one letter, as in the domain names of most
// Norwegian companies.
var letters = strings.NewReplacer("æ", "ae", "ø", "o", "å", "a", "ß", "ss", "ð", "d", "þ", "th", "ł", "l", "đ", "d",
	"œ", "oe", "ı", "i", "ŋ", "n", "ŧ", "t", "&", " og ")

// foldLetters returns a text in lower case, with the letters a to z where there is one for a letter.
func foldLetters(s string) string {
	s = letters.Replace(strings.ToLower(norm.NFC.String(s)))
	accents := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	if folded, _, err := transform.String(accents, s); err == nil {
		return folded
	}
	return s
}

// legalForms are the forms of companies at the end of names, which objects' names leave out.
var legalForms = []string{
	"as", "asa", "ans", "da", "ba", "sa", "ks", "enk", "nuf", "iks", "kf", "fkf", "sf", "hf", "rhf", "bbl", "brl", "sti",
}

// notNames are names that cannot be names of files: Windows reserves the first ones, and kustomize the last.
var notNames = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9]|kustomization)$`)

// wordBreaks matches what separates words.
var wordBreaks = regexp.MustCompile(`[^a-z0-9]+`)

// slug returns a name for Kubernetes for a customer's name: a DNS label, or "" if nothing of it remains.
func slug(name string) string {
	words := strings.Split(strings.Trim(wordBreaks.ReplaceAllString(foldLetters(name), "-"), "-"), "-")
	if last := len(words) - 1; last > 0 && isLegalForm(words[last]) {
		words = words[:last]
	}
	return shorten(strings.Join(words, "-"), validation.DNS1123LabelMaxLength)
}

func isLegalForm(word string) bool {
	return slices.Contains(legalForms, word)
}

// shorten cuts a label to a length, between words if at least half of it remains.
func shorten(label string, most int) string {
	if len(label) <= most {
		return label
	}
	cut := label[:most]
	if label[most] != '-' {
		if i := strings.LastIndexByte(cut, '-'); i >= most/2 {
			cut = cut[:i]
		}
	}
	return strings.Trim(cut, "-")
}

// withNumber returns a name with the organization number, for customers whose names are the same, or have none.
func withNumber(name, number string) string {
	if name == "" {
		name = "customer"
	}
	if number == "" {
		return name
	}
	return shorten(name, validation.DNS1123LabelMaxLength-1-len(number)) + "-" + number
}

// Package languagetest checks catalogues of texts.
package languagetest

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/language"
)

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// Check fails the test unless all languages have the same keys, and each text the same placeholders in all of them.
func Check(t *testing.T, c language.Catalogue) {
	t.Helper()
	first := language.All()[0]
	for _, l := range language.All()[1:] {
		if diff := cmp.Diff(keys(c[first]), keys(c[l])); diff != "" {
			t.Errorf("keys (-%s +%s):\n%s", first, l, diff)
		}
		for key, text := range c[first] {
			if diff := cmp.Diff(placeholders(text), placeholders(c[l][key])); diff != "" {
				t.Errorf("placeholders of %s (-%s +%s):\n%s", key, first, l, diff)
			}
		}
	}
	for l, texts := range c {
		for key, text := range texts {
			if strings.Contains(text, "  ") || strings.Contains(text, "\t") {
				t.Errorf("%s: %s has two blanks in a row: %q", l, key, text)
			}
		}
	}
}

func keys(texts map[string]string) []string { return slices.Sorted(maps.Keys(texts)) }

// placeholders returns the placeholders of a text, each once, sorted.
func placeholders(text string) []string {
	all := placeholder.FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

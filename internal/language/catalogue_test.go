package language

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var catalogue = MustLoad(fstest.MapFS{
	"texts/nb.yaml": {Data: []byte("a: {b: 'Hei {name}, {name}'}\ndays: {one: '{n} dag', other: '{n} dager {name}'}\n")},
	"texts/en.yaml": {Data: []byte("a: {b: 'Hello {name}'}\ndays: {one: '{n} day', other: '{n} days {name}'}\n")},
}, "texts")

func TestText(t *testing.T) {
	cases := map[string]struct {
		reason string
		got    string
		want   string
	}{
		"replaced": {
			reason: "Each placeholder is replaced wherever it is.",
			got:    catalogue.Text(Norwegian, "a.b", "name", "Kari"), want: "Hei Kari, Kari",
		},
		"other-language": {
			reason: "The language decides the text.",
			got:    catalogue.Text(English, "a.b", "name", "Kari"), want: "Hello Kari",
		},
		"value-with-braces": {
			reason: "A value is no text: what looks like a placeholder in it stays.",
			got:    catalogue.Text(English, "a.b", "name", "{name}"), want: "Hello {name}",
		},
		"unknown-placeholder": {
			reason: "A placeholder without a value stays visible, so that a test or a reader finds it.",
			got:    catalogue.Text(English, "a.b", "other", "x"), want: "Hello {name}",
		},
		"missing": {
			reason: "A missing text is visible as its key.",
			got:    catalogue.Text(English, "a.c"), want: "a.c",
		},
		"one": {
			reason: "One thing is singular.",
			got:    catalogue.Count(Norwegian, "days", 1), want: "1 dag",
		},
		"none": {
			reason: "No thing is plural.",
			got:    catalogue.Count(English, "days", 0, "name", "x"), want: "0 days x",
		},
		"thousands": {
			reason: "A count is written as numbers are.",
			got:    catalogue.Count(English, "days", 1234, "name", "x"), want: "1,234 days x",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

func TestNumber(t *testing.T) {
	cases := map[string]struct {
		n      int
		nb, en string
	}{
		"none":      {n: 0, nb: "0", en: "0"},
		"three":     {n: 999, nb: "999", en: "999"},
		"four":      {n: 1000, nb: "1\u00a0000", en: "1,000"},
		"seven":     {n: 1234567, nb: "1\u00a0234\u00a0567", en: "1,234,567"},
		"minus":     {n: -1, nb: "−1", en: "−1"},
		"minus-big": {n: -12345, nb: "−12\u00a0345", en: "−12,345"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]string{c.nb, c.en}, []string{Number(c.n, Norwegian), Number(c.n, English)}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestMustLoad panics on files that a release must not have.
func TestMustLoad(t *testing.T) {
	cases := map[string]string{
		"list":    "a: [b]",
		"number":  "a: 1",
		"twice":   "a: b\na: c",
		"no-yaml": "{",
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was loaded")
				}
			}()
			file := &fstest.MapFile{Data: []byte(text)}
			MustLoad(fstest.MapFS{"nb.yaml": file, "en.yaml": file}, ".")
		})
	}
}

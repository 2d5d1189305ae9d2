package onboarding

import (
	"embed"
	"fmt"

	"github.com/4human/integration-operator/internal/language"
)

//go:embed words
var wordFiles embed.FS

// catalogue has the texts of findings, by the codes of the faults, and the words around them.
var catalogue = language.MustLoad(wordFiles, "words")

// describe returns the severity of a fault, its message and its advice.
func describe(lang language.Language, code Code, values []any) (severity Severity, message, advice string) {
	known := faults[code]
	pairs := make([]string, 0, 2*len(known.args))
	for i, name := range known.args[:min(len(known.args), len(values))] {
		pairs = append(pairs, name, fmt.Sprint(values[i]))
	}
	key := "faults." + string(code)
	message = catalogue.Text(lang, key+".message", pairs...)
	if catalogue.Has(key + ".advice") {
		advice = catalogue.Text(lang, key+".advice", pairs...)
	}
	return known.severity, message, advice
}

// word returns one of the words around findings.
func (f *findings) word(key string, args ...string) string {
	return catalogue.Text(f.lang, key, args...)
}

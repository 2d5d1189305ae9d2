package rollout

import (
	"time"

	"github.com/4human/integration-operator/internal/language"
)

// Chip returns the state of a service in a few words, such as "tilgang siden 3. nov." or "venter i 16 dager".
func Chip(s Service, lang language.Language, now time.Time) string {
	key := "chip." + string(s.State)
	if s.Since.IsZero() || !words.Has(key+".since") {
		return words.Text(lang, key+".plain")
	}
	return words.Text(lang, key+".since",
		"date", ShortDate(s.Since, lang, now), "span", Span(now.Sub(s.Since), lang))
}

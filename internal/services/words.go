package services

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/4human/integration-operator/internal/language"
)

// Words are a service's names for people in one language.
type Words struct {
	// Title is the name as a heading, such as "Sick notes", and Name the one inside a sentence, such as "sick notes".
	Title string `json:"title"`
	Name  string `json:"name"`
	// Purpose is what the service does, as an infinitive: "send follow-up plans to NAV".
	Purpose string `json:"purpose"`
	// Why is the benefit for the customer, as a sentence.
	Why string `json:"why"`
	// Search is what to search for in Altinn's list of APIs. It is "" for system users.
	Search string `json:"search,omitempty"`
}

// check returns what is missing.
func (w Words) check(lang language.Language, delegated bool) error {
	var errs []error
	texts := map[string]string{"title": w.Title, "name": w.Name, "purpose": w.Purpose, "why": w.Why}
	if delegated {
		texts["search"] = w.Search
	}
	for field, text := range texts {
		if text == "" {
			errs = append(errs, fmt.Errorf("words.%s.%s: is empty", lang, field))
		}
	}
	return errors.Join(errs...)
}

// Words returns the service's names in a language. Those of a custom service follow from its titles. Those of a service
// that is unknown are its name.
func (s Service) Words(lang language.Language) Words {
	if words, ok := s.words[lang]; ok {
		return words
	}
	norwegian := cmp.Or(s.Title, string(s.Name))
	if lang == language.English && s.Custom != nil {
		return ofTitle(lang, cmp.Or(string(s.Custom.TitleEn), norwegian), norwegian)
	}
	return ofTitle(lang, norwegian, norwegian)
}

// ofTitle returns the words of a service that has only titles. Altinn has the Norwegian one.
func ofTitle(lang language.Language, title, norwegian string) Words {
	words := Words{Title: title, Name: title, Search: norwegian}
	if lang == language.English {
		words.Purpose = "use " + title
		words.Why = "The access is used for this service only."
		return words
	}
	words.Purpose = "bruke " + title
	words.Why = "Tilgangen brukes bare til denne tjenesten."
	return words
}

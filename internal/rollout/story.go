package rollout

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
)

// Story is one customer's state in words, for a reader without access to the cluster.
type Story struct {
	// Headline is one sentence, such as "DYNAMISK ALTETENDE TIGER AS har ikke gitt tilgang ennå".
	Headline string
	// Turn says who has to act, and for how long, such as "Kunden, i 16 dager". It is "" if no person has to.
	Turn string
	// Paragraphs say what happened and since when.
	Paragraphs []string
	// Steps are what to do, in order.
	Steps []Step
}

// Step is one thing that a person does.
type Step struct {
	Actor v1alpha1.Actor
	Text  string
	// URL is where, "" if the step has no address.
	URL string
}

// Tell tells the story of a customer.
func Tell(c Customer, lang language.Language, now time.Time) Story {
	s := Story{Headline: c.Title + ": " + c.State.Title(lang)}
	if c.Turn != "" {
		s.Turn = words.Text(lang, "turn.since", "actor", ActorTitle(c.Turn, lang), "span", Span(now.Sub(c.TurnSince), lang))
	}
	for _, service := range c.Services {
		s.Paragraphs = append(s.Paragraphs, ServiceTitle(service.Name, lang)+": "+Chip(service, lang, now)+".")
	}
	return s
}

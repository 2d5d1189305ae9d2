package rollout

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
)

// Story is one customer's state in words, for a reader who has no access to the cluster.
type Story struct {
	// Headline is one sentence without a full stop, such as "DYNAMISK ALTETENDE TIGER AS har ikke gitt tilgang ennå".
	Headline string
	// Turn says who has to act, and for how long, such as "Kunden, i 16 dager". It is "" if no person has to.
	Turn string
	// Paragraphs say what happened and since when. The last one says when access was last checked, and when data was last
	// transferred.
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

// Tell tells the story of a customer: the reason of Ready first, then what else concerns its services.
func Tell(c Customer, lang language.Language, now time.Time) Story {
	t := teller{c: &c, lang: lang, now: now}
	var s Story
	if c.Turn != "" {
		s.Turn = t.text("turn.since", "actor", ActorTitle(c.Turn, lang), "span", Span(now.Sub(c.TurnSince), lang))
	}
	chapters := t.chapters()
	for i := range chapters {
		if !words.Has("story." + chapters[i].key + ".headline") { // a reason of a later version
			chapters[i].key = other
		}
	}
	s.Headline = t.chapterText(&chapters[0], "headline")
	for i := range chapters {
		s.Paragraphs = append(s.Paragraphs, join(t.chapterText(&chapters[i], "what"), t.since(&chapters[i], i == 0)))
		for _, step := range t.steps(&chapters[i]) {
			if !slices.Contains(s.Steps, step) {
				s.Steps = append(s.Steps, step)
			}
		}
	}
	for _, fact := range []string{t.access(chapters), t.register(), t.history()} {
		if fact != "" {
			s.Paragraphs = append(s.Paragraphs, fact)
		}
	}
	return s
}

// teller tells the story of one customer.
type teller struct {
	c    *Customer
	lang language.Language
	now  time.Time
}

func (t *teller) text(key string, args ...string) string { return words.Text(t.lang, key, args...) }

// join joins the sentences that are not empty.
func join(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}

// chapterText returns a text of a chapter, with its placeholders replaced.
func (t *teller) chapterText(c *chapter, part string) string {
	key := "story." + c.key + "." + part
	args := t.arguments(c)
	if words.Has(key + ".one") {
		return words.Count(t.lang, key, plansOf(c.services), args...)
	}
	return t.text(key, args...)
}

// arguments are the placeholders of a chapter's texts.
func (t *teller) arguments(c *chapter) []string {
	register := &v1alpha1.Organization{}
	if t.c.Register != nil {
		register = t.c.Register
	}
	mainUnit := t.text("fact.unknownNumber")
	if register.MainUnit != "" {
		mainUnit = Organization(register.MainUnit)
	}
	agent := t.text("fact.unknownNumber")
	if through := throughOf(c.services); through != "" {
		agent = Organization(through)
	}
	failing := worstRun(c.services)
	return []string{
		"customer", t.c.Title, "number", Organization(t.c.Organization), "state", t.c.State.Title(t.lang),
		"supplier", cmp.Or(t.c.SupplierTitle, t.text("fact.supplier")), "supplierName", t.c.Supplier,
		"name", t.c.Name, "namespace", t.c.Namespace, "reason", t.c.Reason,
		"services", t.list(c.services), "api", apiOf(c.services), "duplicate", duplicateOf(c.services),
		"agent", agent,
		"mainUnit", mainUnit, "deletedOn", t.day(register.DeletedOn),
		"failures", language.Number(failing.Failures, t.lang), "run", t.run(failing.RunReason),
	}
}

// day returns a date that the register wrote.
func (t *teller) day(text string) string {
	if d, err := time.ParseInLocation(time.DateOnly, text, oslo); err == nil {
		return Date(d, t.lang)
	}
	return text
}

// run returns why a run failed, in a few words.
func (t *teller) run(reason string) string {
	switch {
	case reason == "":
		return t.text("run.Unknown")
	case !words.Has("run." + reason):
		return t.text("run.Other", "reason", reason)
	}
	return t.text("run." + reason)
}

// list returns services inside a sentence, such as "sykmeldinger og sykepengesøknader".
func (t *teller) list(all []Service) string {
	names := make([]string, 0, len(all))
	for _, s := range all {
		names = append(names, s.definition().Words(t.lang).Name)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return t.text("data.and", "first", strings.Join(names[:last], ", "), "last", names[last])
}

// steps returns the steps of a chapter. The customer's has the address of its request.
func (t *teller) steps(c *chapter) []Step {
	var all []Step
	for line := range strings.Lines(t.chapterText(c, "steps")) {
		actor, text, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found {
			continue
		}
		step := Step{Actor: v1alpha1.Actor(actor), Text: text}
		if i := strings.LastIndex(text, " https://"); i >= 0 {
			step.Text, step.URL = text[:i], text[i+1:]
		}
		if step.Actor == v1alpha1.ActorCustomer {
			step.URL = confirmURLOf(c.services)
		}
		all = append(all, step)
	}
	return all
}

package page

import (
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// speaker says things in one language.
type speaker struct{ lang language.Language }

// functions returns the functions of the templates of one language.
func functions(lang language.Language, assets *Assets) template.FuncMap {
	s := speaker{lang}
	return template.FuncMap{
		"asset":          assets.Path,
		"language":       func() language.Language { return lang },
		"otherLanguages": s.otherLanguages,

		"word": s.word, "count": s.count, "number": s.number,

		"state": s.state, "service": s.service, "actor": s.actor, "organization": rollout.Organization,
		"states": rollout.States, "actors": rollout.Actors,
		"story": s.story, "chipOf": s.chip,

		"date": s.date, "dateTime": s.dateTime, "clock": s.clock, "machine": machineTime,
		"ago": s.ago, "span": s.span, "duration": s.duration,

		"guestTone": guestTone, "guestService": s.guestService,
		"bySupplier": bySupplier, "lightIcon": lightIcon, "lightName": s.lightName, "lightText": s.lightText,
		"problemIcon": problemIcon, "transition": s.transition,

		"icon": icon, "bigIcon": bigIcon, "field": newField, "guideOf": newNumberedGuide,
		"isPage": isPage, "join": join, "lower": lower, "phone": phoneURL, "site": site,
	}
}

// otherLanguage is a language that a page can be switched to.
type otherLanguage struct {
	Code language.Language
	// Name is the language's own name for itself.
	Name string
}

func (s speaker) otherLanguages() []otherLanguage {
	others := make([]otherLanguage, 0, len(language.All())-1)
	for _, l := range language.All() {
		if l != s.lang {
			others = append(others, otherLanguage{l, words.Text(l, "site.thisLanguage")})
		}
	}
	return others
}

func (s speaker) word(key string, args ...string) string { return words.Text(s.lang, key, args...) }

func (s speaker) count(key string, n int) string { return words.Count(s.lang, key, n) }

func (s speaker) number(n int) string { return language.Number(n, s.lang) }

func (s speaker) state(state rollout.State) string { return state.Title(s.lang) }

func (s speaker) service(of rollout.Service) string { return of.Title(s.lang) }

func (s speaker) actor(actor v1alpha1.Actor) string { return rollout.ActorTitle(actor, s.lang) }

func (s speaker) story(c rollout.Customer, now time.Time) rollout.Story {
	return rollout.Tell(c, s.lang, now)
}

// chip is the state of a service in a few words.
type chip struct {
	State rollout.State
	Text  string
}

func (s speaker) chip(service rollout.Service, now time.Time) chip {
	return chip{service.State, sentence(rollout.Chip(service, s.lang, now))}
}

// transition returns what a change of a condition means, or its names if that is not known.
func (s speaker) transition(t Transition) string {
	if key := "transition." + t.Condition + "." + t.Status; words.Has(key) {
		return words.Text(s.lang, key)
	}
	return t.Condition + " " + t.Status
}

// date returns a date with its year.
func (s speaker) date(t time.Time) string { return rollout.Date(t, s.lang) }

func (s speaker) dateTime(t time.Time) string { return rollout.DateTime(t, s.lang) }

func (s speaker) clock(t time.Time) string { return rollout.Clock(t, s.lang) }

func (s speaker) ago(t, now time.Time) string { return rollout.Ago(now.Sub(t), s.lang) }

func (s speaker) span(since, now time.Time) string { return rollout.Span(now.Sub(since), s.lang) }

// duration returns a time to wait, at least a minute.
func (s speaker) duration(d time.Duration) string { return rollout.Span(max(d, time.Minute), s.lang) }

// machineTime returns a time for the attribute datetime.
func machineTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// icon returns a drawing that repeats what the words beside it say. Its symbols are in frame.html.
func icon(name string) template.HTML { return drawing("icon", name) }

// bigIcon returns the drawing of a page that has little else.
func bigIcon(name string) template.HTML { return drawing("icon big", name) }

func drawing(class, name string) template.HTML {
	if name == "spinner" {
		class += " spinner"
	}
	return template.HTML(`<svg class="` + class + `" aria-hidden="true"><use href="#i-` + //nolint:gosec // names are ours
		template.HTMLEscapeString(name) + `"/></svg>`)
}

// field is a text to copy.
type field struct {
	// ID is an HTML id.
	ID, Value, Label string
}

func newField(id, value, label string) field { return field{id, value, label} }

// numberedGuide is a Guide with a number that is unique on its page.
type numberedGuide struct {
	Guide

	ID int
}

func newNumberedGuide(g Guide, id int) numberedGuide { return numberedGuide{g, id} }

// isPage reports whether a path with its query is that of a page.
func isPage(address, page string) bool {
	address, _, _ = strings.Cut(address, "?")
	return address == page
}

func join(all []string) string { return strings.Join(all, ", ") }

// lower returns the name of a state as styles and icons spell it.
func lower(state any) string {
	switch s := state.(type) {
	case rollout.State:
		return strings.ToLower(string(s))
	case LightState:
		return strings.ToLower(string(s))
	default:
		return ""
	}
}

// sentence returns a text with a capital first letter.
func sentence(text string) string {
	for i, first := range text {
		return text[:i] + strings.ToUpper(string(first)) + text[i+len(string(first)):]
	}
	return text
}

// site returns the host of an address, as the text of a link to it.
func site(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return strings.TrimPrefix(u.Host, "www.")
}

// phoneURL returns the address that calls a phone number.
func phoneURL(number string) template.URL {
	digits := strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	return template.URL("tel:" + digits) //nolint:gosec // digits alone
}

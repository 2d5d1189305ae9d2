// Package report writes the overview of a roll-out as one file: HTML, text or CSV. All three have the same numbers and
// the same list of customers.
package report

import (
	"cmp"
	"embed"
	"fmt"
	"io"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/rollout"
)

// Options configure a report.
type Options struct {
	// Language is Norwegian if it is "".
	Language language.Language
	// Now is the time of the report.
	Now time.Time
	// Waiting restricts the list to customers whose access has been awaited for at least this long. If it is 0, the list
	// has the customers for whom a person has to act, and in CSV all customers.
	Waiting time.Duration
	// Lights are what the Suppliers depend on.
	Lights []rollout.Light
}

//go:embed words
var files embed.FS

var words = language.MustLoad(files, "words")

// lang returns the report's language.
func (o *Options) lang() language.Language { return cmp.Or(o.Language, language.Norwegian) }

func (o *Options) text(key string, args ...string) string { return words.Text(o.lang(), key, args...) }

func (o *Options) number(n int) string { return language.Number(n, o.lang()) }

// CSV writes one row per customer: all, or those of Options.Waiting.
func CSV(w io.Writer, all []rollout.Customer, opts Options) error {
	rows := rollout.Select(all, rollout.Query{WaitingFor: opts.Waiting}, opts.Now)
	if err := rollout.WriteCSV(w, rows, opts.lang()); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// group are the customers of the list for whom the same actor has to act.
type group struct {
	actor     v1alpha1.Actor
	customers []rollout.Customer
}

// sortKey returns what the list is sorted by.
func (o *Options) sortKey() rollout.SortKey {
	if o.Waiting > 0 {
		return rollout.ByWaiting
	}
	return rollout.ByTurn
}

// groups returns the list by actor, the supplier's own people first. In each group, the customers that have waited
// longest are first. Groups without customers are left out.
func groups(all []rollout.Customer, opts *Options) []group {
	var list []group
	for _, actor := range []v1alpha1.Actor{
		v1alpha1.ActorSupplier, v1alpha1.ActorPlatformTeam, v1alpha1.ActorCustomer, v1alpha1.ActorNAV, v1alpha1.ActorDigdir,
		"",
	} {
		if actor == "" && opts.Waiting == 0 {
			continue
		}
		query := rollout.Query{Turn: actor, WaitingFor: opts.Waiting, Sort: opts.sortKey()}
		g := group{actor: actor, customers: withTurn(rollout.Select(all, query, opts.Now), actor)}
		if len(g.customers) > 0 {
			list = append(list, g)
		}
	}
	return list
}

// withTurn keeps the customers for whom an actor has to act, "" for no person.
func withTurn(all []rollout.Customer, actor v1alpha1.Actor) []rollout.Customer {
	kept := all[:0]
	for i := range all {
		if all[i].Turn == actor {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// listTitle returns the title of the list.
func (o *Options) listTitle() string {
	if o.Waiting > 0 {
		return o.text("list.waiting", "span", rollout.Span(o.Waiting, o.lang()))
	}
	return o.text("list.all")
}

// groupTitle returns the title of a group.
func (o *Options) groupTitle(g *group) string {
	return words.Count(o.lang(), "list.group", len(g.customers), "actor", rollout.ActorTitle(g.actor, o.lang()))
}

// listedSince returns since when it is the actor's turn or, with Waiting, since when the access is awaited.
func (o *Options) listedSince(c *rollout.Customer) time.Time {
	if o.Waiting > 0 || c.TurnSince.IsZero() {
		return c.WaitingSince
	}
	return c.TurnSince
}

// tile is one of the numbers at the top.
type tile struct{ Number, Label string }

// tiles returns the numbers at the top.
func tiles(o *rollout.Overview, opts *Options) []tile {
	of := func(states ...rollout.State) string {
		n := 0
		for _, s := range states {
			for _, c := range o.ByState {
				if c.State == s {
					n += c.Count
				}
			}
		}
		return opts.number(n)
	}
	return []tile{
		{opts.number(o.Customers), opts.text("tile.customers")},
		{of(rollout.Granted), opts.text("tile.granted")},
		{of(rollout.Waiting), opts.text("tile.waiting")},
		{of(rollout.Withdrawn, rollout.Rejected), opts.text("tile.refused")},
		{of(rollout.Failing), opts.text("tile.failing")},
		{of(rollout.Blocked), opts.text("tile.blocked")},
	}
}

// signal is one light of a Supplier: its name, colour and text.
type signal struct {
	Name   string
	Signal rollout.Signal
	Text   string
}

// signals returns the lights of a Supplier.
func signals(l *rollout.Light, opts *Options) []signal {
	service := func(name string, s rollout.Signal) signal { return signal{name, s, opts.text("light." + string(s))} }
	return []signal{
		service("Maskinporten", l.Maskinporten), service("Altinn", l.Altinn), service("NAV", l.NAV),
		{opts.text("light.key"), l.Key, keyText(l, opts)},
	}
}

// keyText returns how long the key of a Supplier lasts.
func keyText(l *rollout.Light, opts *Options) string {
	switch {
	case l.KeyEnd.IsZero():
		return opts.text("light.key" + string(l.Key))
	case l.KeyDays < 0:
		return opts.text("light.keyOver")
	default:
		return words.Count(opts.lang(), "light.keyDays", l.KeyDays)
	}
}

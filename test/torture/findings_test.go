package torture

import (
	"fmt"
	"slices"
	"time"
)

// The names of findings.
const (
	findTwice         = "a plan reached NAV twice"
	findLost          = "a plan is sent, and NAV does not have it"
	findUnsettled     = "a plan is in no final state"
	findDenied        = "a plan is not sent by the HRM system's record, and NAV has it"
	findUncaused      = "a plan is unknown, and nothing was done to it"
	findMissing       = "a document is not stored"
	findStale         = "a document is not stored in its last version"
	findReportContent = "a settlement report is not stored with its CSV file"
	findNotAside      = "a document that cannot be carried is not set aside"
	findBackwards     = "a cursor went backwards"
	findForeign       = "something of one customer is at another's"
	findOutage        = "a plan was rejected, although NAV's registers were down and it is valid"
	findUnknownPlan   = "NAV has a plan that was not offered"
	findLetterMissing = "a letter is not stored with its content"
	findLetterKept    = "a letter that NAV has withdrawn is stored"
	findLetterDeleted = "a letter was deleted that NAV has not withdrawn"
	findLetterAgain   = "a letter was fetched again, and nothing was done to its customer"

	findDecided = "a plan that NAV refused for days is not undecided, and no person has decided"
)

// finding is a promise that was broken.
type finding struct {
	name, detail string
}

func (f finding) String() string { return f.name + ": " + f.detail }

// slack is how much the clocks of different processes may differ.
const slack = 2 * time.Second

// check compares the records of NAV with those of the HRM systems.
func check(l ledger) []finding {
	var all []finding
	all = append(all, checkPlans(l)...)
	all = append(all, checkSubmissions(l)...)
	all = append(all, checkDocuments(l)...)
	all = append(all, checkAside(l)...)
	all = append(all, checkLetters(l)...)
	return append(all, checkCursors(l)...)
}

// final are the final states of plans.
var final = []string{"sent", "rejected", "abandoned"}

func checkPlans(l ledger) []finding {
	var all []finding
	byPlan := map[string][]submission{}
	for _, s := range l.submissions {
		byPlan[s.owner+"/"+s.planID] = append(byPlan[s.owner+"/"+s.planID], s)
	}
	for _, p := range l.plans {
		name := p.customer + "/" + p.id
		at := byPlan[name]
		if len(at) > 1 {
			all = append(all, finding{name: findTwice, detail: name + timeline(p, at)})
		}
		has := func(s submission) bool { return s.uuid == p.uuid }
		switch {
		case !slices.Contains(final, p.state):
			all = append(all, finding{name: findUnsettled, detail: name + " is " + p.state})
		case p.state == "sent" && !slices.ContainsFunc(at, has):
			all = append(all, finding{name: findLost, detail: name})
		case p.state != "sent" && len(at) > 0:
			all = append(all, finding{name: findDenied, detail: name + " is " + p.state})
		}
		if p.resumed {
			all = append(all, finding{name: findDecided, detail: name + " was offered again"})
		}
		if p.state == "rejected" && !p.invalid {
			all = append(all, finding{name: findOutage, detail: name})
		}
		for _, u := range p.unknowns {
			if !caused(l.causes, p.customer, u) {
				all = append(all, finding{
					name:   findUncaused,
					detail: fmt.Sprintf("%s, call %s, %s to %s", name, u.callID, u.from.Format(clock), u.to.Format(clock)),
				})
			}
		}
	}
	return all
}

// timeline describes what happened to a plan, at NAV and at the HRM system.
func timeline(p planRecord, at []submission) string {
	text := ", at NAV:"
	for _, s := range at {
		text += fmt.Sprintf(" %s in call %s;", s.received.Format(clock), s.callID)
	}
	return text + " at the HRM system:" + p.history
}

const clock = "15:04:05.000"

// caused reports whether a fault explains why a plan became unknown: of its call, or of the customer's worker or HRM
// system at that time.
func caused(causes []cause, customer string, u unknown) bool {
	return slices.ContainsFunc(causes, func(c cause) bool {
		if c.callID != "" {
			return c.callID == u.callID
		}
		return c.customer == customer && c.from.Before(u.to.Add(slack)) && c.to.After(u.from.Add(-slack))
	})
}

func checkSubmissions(l ledger) []finding {
	var all []finding
	offered := map[string]bool{}
	for _, p := range l.plans {
		offered[p.customer+"/"+p.id] = true
	}
	for _, s := range l.submissions {
		if !offered[s.owner+"/"+s.planID] {
			all = append(all, finding{name: findUnknownPlan, detail: s.owner + "/" + s.planID})
		}
		if s.owner != s.customer {
			all = append(all, finding{name: findForeign, detail: "a plan of " + s.owner + " was sent as " + s.customer})
		}
	}
	return all
}

// onTime returns the ledger without late documents.
func onTime(l ledger) ledger {
	l.held = slices.DeleteFunc(slices.Clone(l.held), func(d document) bool { return d.late })
	return l
}

type documentKey struct{ unit, kind, id string }

func checkDocuments(l ledger) []finding {
	var all []finding
	owners := map[string]string{} // of units
	stored := map[documentKey]document{}
	for _, d := range l.stored {
		stored[documentKey{unit: d.unit, kind: d.kind, id: d.id}] = d
	}
	for _, d := range l.held {
		owners[d.unit] = d.customer
		got, ok := stored[documentKey{unit: d.unit, kind: d.kind, id: d.id}]
		switch {
		case !ok:
			all = append(all, finding{
				name:   findMissing,
				detail: fmt.Sprintf("%s %s %s, number %d", d.unit, d.kind, d.id, d.sequence),
			})
		case got.sequence != d.sequence || got.sum != d.sum:
			all = append(all, finding{
				name:   findStale,
				detail: fmt.Sprintf("%s %s %s, number %d instead of %d", d.unit, d.kind, d.id, got.sequence, d.sequence),
			})
		case got.csv != d.csv:
			all = append(all, finding{name: findReportContent, detail: fmt.Sprintf("%s %s", d.unit, d.id)})
		}
	}
	for _, d := range l.stored {
		if owner := owners[d.unit]; owner != d.customer {
			all = append(all, finding{
				name:   findForeign,
				detail: fmt.Sprintf("a document of unit %s, of %q, is at %s", d.unit, owner, d.customer),
			})
		}
	}
	return all
}

// checkAside checks that the HRM systems know each document that was set aside.
func checkAside(l ledger) []finding {
	var all []finding
	reported := map[documentKey]bool{}
	for _, d := range l.aside {
		reported[documentKey{unit: d.unit, kind: d.kind, id: d.id}] = true
	}
	for _, d := range l.unfit {
		if !reported[documentKey{unit: d.unit, kind: d.kind, id: d.id}] {
			all = append(all, finding{
				name:   findNotAside,
				detail: fmt.Sprintf("%s %s %s, number %d", d.unit, d.kind, d.id, d.sequence),
			})
		}
	}
	return all
}

func checkCursors(l ledger) []finding {
	var all []finding
	for _, c := range l.cursors {
		if !slices.IsSorted(c.values) {
			all = append(all, finding{name: findBackwards, detail: c.customer + " " + c.unit + " " + c.kind})
		}
	}
	return all
}

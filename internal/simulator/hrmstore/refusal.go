package hrmstore

import (
	"time"

	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// The contract's times for plans that NAV refuses for now, in hours.
const (
	longestWait   = 24
	undecidedFrom = 72
)

// Refusals is the record of NAV's refusals of a plan.
type Refusals struct {
	// First and Last are the times of the first and the last, Count their number.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	Count int       `json:"count"`
	// Answer is NAV's last refusal.
	Answer hrmapi.Refused `json:"answer"`
}

// refuse settles a plan as refused: it waits, or becomes undecided. hour is the duration of an hour of the waits.
func (p *Plan) refuse(answer hrmapi.Refused, now time.Time, hour time.Duration) {
	if p.Refusals == nil {
		p.Refusals = &Refusals{First: now}
	}
	r := p.Refusals
	r.Last, r.Answer = now, answer
	r.Count++
	if now.Sub(r.First) >= undecidedFrom*hour {
		p.move(Undecided, now, Worker)
		return
	}
	p.Until = now.Add(time.Duration(waitAfter(r.Count)) * hour)
	p.move(Refused, now, Worker)
}

// waitAfter returns how many hours a plan waits after so many refusals.
func waitAfter(refusals int) int {
	wait := 1
	for range refusals - 1 {
		wait = min(2*wait, longestWait)
	}
	return wait
}

// Decision is a person's decision on a plan that NAV refuses.
type Decision string

// The decisions.
const (
	OfferAgain Decision = "OfferAgain"
	Abandon    Decision = "Abandon"
)

// Decide records a person's decision on a plan that is refused or undecided. ErrConflict means that the plan is
// neither.
func (t *Tenant) Decide(id string, d Decision) error {
	return t.withPlan(id, func(b *bolt.Bucket, now time.Time, number []byte, p *Plan) error {
		switch {
		case p.State != Refused && p.State != Undecided:
			return ErrConflict
		case d == OfferAgain:
			p.offerAgain(now, Person)
		default:
			p.ByPerson = true
			p.move(Abandoned, now, Person)
		}
		return save(b, number, p)
	})
}

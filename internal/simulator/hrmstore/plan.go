package hrmstore

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// State is the state of a plan.
type State string

// The states of the contract.
const (
	Offered  State = "offered"
	Claimed  State = "claimed"
	Sending  State = "sending"
	Sent     State = "sent"
	Rejected State = "rejected"
	Unknown  State = "unknown"
	// Refused and Undecided are plans that NAV refuses for now. Abandoned are plans that a person gave up.
	Refused   State = "refused"
	Undecided State = "undecided"
	Abandoned State = "abandoned"
)

// Plan is a plan with its state.
type Plan struct {
	// ID is the HRM system's id of the plan.
	ID string `json:"id"`
	// Document is the content of the plan.
	Document json.RawMessage `json:"-"`
	State    State           `json:"state"`
	// ClaimID and CallID are those of the last valid claim. Until is the end of its lease, of its deadline, or of the wait
	// after a refusal.
	ClaimID uuid.UUID `json:"claimID"`
	CallID  uuid.UUID `json:"callID"`
	Until   time.Time `json:"until"`
	// Settlement is the last settlement.
	Settlement *hrmapi.Settlement `json:"settlement,omitempty"`
	// Refusals are NAV's refusals since a person last offered the plan; nil for none.
	Refusals *Refusals `json:"refusals,omitempty"`
	// ByPerson reports whether a person has settled the plan.
	ByPerson bool `json:"byPerson,omitempty"`
	// History has all states of the plan, or only the last one in a temporary store.
	History []Transition `json:"history"`
}

// Actor is the cause of a transition.
type Actor string

// The actors.
const (
	Worker Actor = "worker"
	Person Actor = "person"
	Time   Actor = "time" // a lease, a deadline or a wait that ended
)

// Transition is a change of state.
type Transition struct {
	State State     `json:"state"`
	Time  time.Time `json:"time"`
	By    Actor     `json:"by"`
	// ClaimID and CallID are those of the claim at that time. Offering the plan again ends the claim.
	ClaimID uuid.UUID `json:"claimID"`
	CallID  uuid.UUID `json:"callID"`
}

// move changes the state of a plan.
func (p *Plan) move(to State, at time.Time, by Actor) {
	p.State = to
	p.History = append(p.History, Transition{to, at, by, p.ClaimID, p.CallID})
}

// offerAgain offers a plan without its claim.
func (p *Plan) offerAgain(at time.Time, by Actor) {
	p.move(Offered, at, by)
	p.ClaimID, p.CallID, p.Until, p.Settlement = uuid.Nil, uuid.Nil, time.Time{}, nil
	if by == Person {
		p.Refusals = nil
	}
}

// expire applies the passing of time, and reports whether it changed the plan.
func (p *Plan) expire(now time.Time) bool {
	if now.Before(p.Until) {
		return false
	}
	switch p.State {
	case Claimed, Refused:
		p.offerAgain(p.Until, Time)
		return true
	case Sending:
		p.move(Unknown, p.Until, Time)
		return true
	case Offered, Sent, Rejected, Unknown, Undecided, Abandoned:
	}
	return false
}

// maxPlan limits a plan, in bytes, so that a response stays below 1 MiB: JSON may escape one byte as six.
const maxPlan = 128 << 10

var idPattern = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

// isUsable reports whether the contract allows a plan.
func isUsable(id string, document []byte) bool {
	var fields map[string]json.RawMessage
	return idPattern.MatchString(id) && len(document) <= maxPlan && json.Unmarshal(document, &fields) == nil &&
		fields != nil
}

// Offer offers finished plans, in the order of their ids: all of them or, with an error, none. ErrExists means that an
// id is in use, ErrUnusable that an id or a plan is invalid.
func (t *Tenant) Offer(plans map[string]json.RawMessage) error {
	ids := slices.Sorted(maps.Keys(plans))
	for _, id := range ids {
		if !isUsable(id, plans[id]) {
			return ErrUnusable
		}
	}
	return t.update(func(b *bolt.Bucket, now time.Time) error {
		for _, id := range ids {
			var known uint64
			found, err := get(b, bucketNumbers, []byte(id), &known)
			if err != nil {
				return err
			}
			if found {
				return fmt.Errorf("plan %s %w", id, ErrExists)
			}
		}
		for _, id := range ids {
			if err := offer(b, id, plans[id], now); err != nil {
				return err
			}
		}
		return nil
	})
}

func offer(b *bolt.Bucket, id string, document []byte, now time.Time) error {
	inner, err := b.CreateBucketIfNotExists(bucketPlans)
	if err != nil {
		return err
	}
	number, err := inner.NextSequence()
	if err != nil {
		return err
	}
	p := &Plan{ID: id, Document: document}
	p.move(Offered, now, Person)
	return errors.Join(put(b, bucketNumbers, []byte(id), number), save(b, key(number), p))
}

func key(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }

// planRecord stores a plan with its exact bytes, which JSON would reformat.
type planRecord struct {
	Plan
	Document []byte `json:"document"`
}

func (r planRecord) plan() *Plan {
	r.Plan.Document = r.Document
	return &r.Plan
}

// planOf reads a plan as it was last written.
func planOf(b *bolt.Bucket, number []byte) (*Plan, error) {
	var r planRecord
	_, err := get(b, bucketPlans, number, &r)
	return r.plan(), err
}

// save writes a plan and updates the lists by state.
func save(b *bolt.Bucket, number []byte, p *Plan) error {
	lists := map[string]bool{
		string(bucketOffered):      p.State == Offered && p.Refusals == nil,
		string(bucketOfferedAgain): p.State == Offered && p.Refusals != nil,
		string(bucketRunning):      p.State == Claimed || p.State == Sending || p.State == Refused,
		string(bucketUnknown):      p.State == Unknown,
		string(bucketUndecided):    p.State == Undecided,
	}
	if isTemporary := b.Tx().DB().NoSync; isTemporary {
		p.History = p.History[len(p.History)-1:]
	}
	err := put(b, bucketPlans, number, planRecord{*p, p.Document})
	for list, listed := range lists {
		if listed {
			err = errors.Join(err, put(b, []byte(list), number, p.Until))
			continue
		}
		err = errors.Join(err, remove(b, []byte(list), number))
	}
	return err
}

// expireClaims applies the passing of time to all plans.
func expireClaims(b *bolt.Bucket, now time.Time) error {
	for _, number := range keys(b, bucketRunning) {
		var until time.Time
		if _, err := get(b, bucketRunning, number, &until); err == nil && now.Before(until) {
			continue
		}
		if _, err := planNow(b, number, now); err != nil {
			return err
		}
	}
	return nil
}

// planNow returns a plan as of now. If its lease, deadline or wait has ended, it saves the new state.
func planNow(b *bolt.Bucket, number []byte, now time.Time) (*Plan, error) {
	p, err := planOf(b, number)
	if err != nil {
		return nil, err
	}
	if p.expire(now) {
		err = save(b, number, p)
	}
	return p, err
}

// Plans returns all plans as of now, in the order in which they were finished.
func (t *Tenant) Plans() ([]Plan, error) {
	all := []Plan{}
	err := t.view(func(b *bolt.Bucket) error {
		inner := b.Bucket(bucketPlans)
		if inner == nil {
			return nil
		}
		now := t.store.now().UTC()
		return inner.ForEach(func(_, text []byte) error {
			var r planRecord
			if err := json.Unmarshal(text, &r); err != nil {
				return err
			}
			p := r.plan()
			p.expire(now)
			all = append(all, *p)
			return nil
		})
	})
	return all, err
}

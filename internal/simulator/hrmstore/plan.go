package hrmstore

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// State is where a plan is on its way.
type State string

// The states of the contract.
const (
	Offered  State = "offered"
	Claimed  State = "claimed"
	Sending  State = "sending"
	Sent     State = "sent"
	Rejected State = "rejected"
	Unknown  State = "unknown"
)

// Plan is a plan, and what has become of it.
type Plan struct {
	// ID is the HRM solution's name for it.
	ID string `json:"id"`
	// Document is the plan itself.
	Document json.RawMessage `json:"document"`
	State    State           `json:"state"`
	// ClaimID and CallID are those of the last claim that counts, Until is the end of its lease or its deadline.
	ClaimID uuid.UUID `json:"claimID"`
	CallID  uuid.UUID `json:"callID"`
	Until   time.Time `json:"until"`
	// Settlement is the last one.
	Settlement *hrmapi.Settlement `json:"settlement,omitempty"`
	// ByPerson says that a person has settled it.
	ByPerson bool `json:"byPerson,omitempty"`
	// History has every state that it was in.
	History []Transition `json:"history"`
}

// Transition is the beginning of a state.
type Transition struct {
	State   State     `json:"state"`
	Time    time.Time `json:"time"`
	ClaimID uuid.UUID `json:"claimID"`
	CallID  uuid.UUID `json:"callID"`
}

// move brings a plan into a state.
func (p *Plan) move(to State, at time.Time) {
	p.State = to
	p.History = append(p.History, Transition{to, at, p.ClaimID, p.CallID})
}

// offerAgain makes a plan one that nobody has claimed.
func (p *Plan) offerAgain(at time.Time) {
	p.ClaimID, p.CallID, p.Until, p.Settlement = uuid.Nil, uuid.Nil, time.Time{}, nil
	p.move(Offered, at)
}

// expire does what time does.
func (p *Plan) expire(now time.Time) {
	if now.Before(p.Until) {
		return
	}
	switch p.State {
	case Claimed:
		p.offerAgain(p.Until)
	case Sending:
		p.move(Unknown, p.Until)
	case Offered, Sent, Rejected, Unknown:
	}
}

// Offer offers plans that a person has finished, under new ids.
func (t *Tenant) Offer(plans map[string]json.RawMessage) error {
	return t.update(func(b *bolt.Bucket) error {
		inner, err := b.CreateBucketIfNotExists(bucketPlans)
		if err != nil {
			return err
		}
		for id, document := range plans {
			var known uint64
			if found, err := get(b, bucketNumbers, []byte(id), &known); err != nil || found {
				return errors.Join(err, fmt.Errorf("plan %s is there already", id))
			}
			number, err := inner.NextSequence()
			if err != nil {
				return err
			}
			p := &Plan{ID: id, Document: document}
			p.move(Offered, t.store.now())
			if err := errors.Join(put(b, bucketNumbers, []byte(id), number), save(b, key(number), p)); err != nil {
				return err
			}
		}
		return nil
	})
}

func key(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }

// save writes a plan, and keeps the lists of those that are looked for by their state.
func save(b *bolt.Bucket, number []byte, p *Plan) error {
	lists := map[string]bool{
		string(bucketOffered): p.State == Offered,
		string(bucketRunning): p.State == Claimed || p.State == Sending,
		string(bucketUnknown): p.State == Unknown,
	}
	err := put(b, bucketPlans, number, p)
	for list, listed := range lists {
		if listed {
			err = errors.Join(err, put(b, []byte(list), number, true))
			continue
		}
		err = errors.Join(err, remove(b, []byte(list), number))
	}
	return err
}

// pass lets the time pass for the plans that it means something for.
func (t *Tenant) pass(b *bolt.Bucket) error {
	for _, number := range keys(b, bucketRunning, 0) {
		var p Plan
		if _, err := get(b, bucketPlans, number, &p); err != nil {
			return err
		}
		before := p.State
		p.expire(t.store.now())
		if p.State == before {
			continue
		}
		if err := save(b, number, &p); err != nil {
			return err
		}
	}
	return nil
}

// Plans gives all plans, in the order of finishing, as they are now.
func (t *Tenant) Plans() ([]Plan, error) {
	all := []Plan{}
	err := t.view(func(b *bolt.Bucket) error {
		inner := b.Bucket(bucketPlans)
		if inner == nil {
			return nil
		}
		return inner.ForEach(func(_, text []byte) error {
			var p Plan
			if err := json.Unmarshal(text, &p); err != nil {
				return err
			}
			p.expire(t.store.now())
			all = append(all, p)
			return nil
		})
	})
	return all, err
}

// SettleByPerson writes down what a person has found out about an unknown plan: NAV has it, under a name, or, with the
// zero UUID, has not; then it is offered again.
func (t *Tenant) SettleByPerson(id string, received uuid.UUID) error {
	return t.update(func(b *bolt.Bucket) error {
		var number uint64
		if found, err := get(b, bucketNumbers, []byte(id), &number); err != nil || !found {
			return errors.Join(err, ErrNotFound)
		}
		var p Plan
		if _, err := get(b, bucketPlans, key(number), &p); err != nil {
			return err
		}
		p.expire(t.store.now())
		if p.State != Unknown {
			return ErrConflict
		}
		if received == uuid.Nil {
			p.offerAgain(t.store.now())
			return save(b, key(number), &p)
		}
		p.ByPerson, p.Settlement = true, &hrmapi.Settlement{
			State: hrmapi.SettledStateSent, Sent: &hrmapi.Sent{NAVUUID: received, SentToNAV: true, GeneralPractitioner: hrmapi.NotAsked},
		}
		p.move(Sent, t.store.now())
		return save(b, key(number), &p)
	})
}

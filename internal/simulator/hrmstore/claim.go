package hrmstore

import (
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// claimRecord is what is remembered of a claim, also when it has ended.
type claimRecord struct {
	Number     uint64             `json:"number"`
	Settlement *hrmapi.Settlement `json:"settlement,omitempty"`
}

// Claim claims the plan that was finished first, nil if none is offered. It also gives how many are unknown. ErrConflict means that
// the claim has ended.
func (t *Tenant) Claim(claimID uuid.UUID, lease time.Duration) (claimed *Plan, openUnknown int, err error) {
	err = t.update(func(b *bolt.Bucket) error {
		claimed = nil
		if err := t.pass(b); err != nil {
			return err
		}
		openUnknown = len(keys(b, bucketUnknown, 0))
		var known claimRecord
		found, err := get(b, bucketClaims, claimID[:], &known)
		if err != nil {
			return err
		}
		if found {
			p, err := t.claimed(b, claimID, known)
			if err != nil || p.State != Claimed {
				return errors.Join(err, ErrConflict)
			}
			claimed = p
			return nil
		}
		claimed, err = t.claimNew(b, claimID, lease)
		return err
	})
	return claimed, openUnknown, err
}

func (t *Tenant) claimNew(b *bolt.Bucket, claimID uuid.UUID, lease time.Duration) (*Plan, error) {
	first := keys(b, bucketOffered, 1)
	if len(first) == 0 {
		return nil, nil
	}
	var p Plan
	if _, err := get(b, bucketPlans, first[0], &p); err != nil {
		return nil, err
	}
	p.ClaimID, p.Until = claimID, t.store.now().Add(lease)
	p.move(Claimed, t.store.now())
	var number uint64
	_, err := get(b, bucketNumbers, []byte(p.ID), &number)
	return &p, errors.Join(err, save(b, first[0], &p), put(b, bucketClaims, claimID[:], claimRecord{Number: number}))
}

// claimed gives the plan of a claim, as it is now. ErrConflict means that the claim is no longer the plan's.
func (t *Tenant) claimed(b *bolt.Bucket, claimID uuid.UUID, c claimRecord) (*Plan, error) {
	var p Plan
	if _, err := get(b, bucketPlans, key(c.Number), &p); err != nil {
		return nil, err
	}
	before := p.State
	p.expire(t.store.now())
	if p.State != before {
		if err := save(b, key(c.Number), &p); err != nil {
			return nil, err
		}
	}
	if p.ClaimID != claimID {
		return nil, ErrConflict
	}
	return &p, nil
}

// Sending writes down that a plan is about to be sent. ErrConflict means that it must not be.
func (t *Tenant) Sending(claimID, callID uuid.UUID, deadline time.Duration) error {
	return t.ofClaim(claimID, func(b *bolt.Bucket, c claimRecord, p *Plan) error {
		switch {
		case p.State == Sending && p.CallID == callID:
			return nil
		case p.State != Claimed:
			return ErrConflict
		}
		p.CallID, p.Until = callID, t.store.now().Add(deadline)
		p.move(Sending, t.store.now())
		return save(b, key(c.Number), p)
	})
}

// Settle writes down what has become of a plan. ErrConflict means that this is not taken.
func (t *Tenant) Settle(claimID uuid.UUID, s hrmapi.Settlement) error {
	return t.ofClaim(claimID, func(b *bolt.Bucket, c claimRecord, p *Plan) error {
		if p == nil || !takes(*p, s) {
			return ErrConflict
		}
		c.Settlement, p.Settlement = &s, &s
		switch s.State {
		case hrmapi.SettledStateSent:
			p.move(Sent, t.store.now())
		case hrmapi.SettledStateRejected:
			p.move(Rejected, t.store.now())
		case hrmapi.SettledStateUnknown:
			p.move(Unknown, t.store.now())
		case hrmapi.SettledStateNotSent:
			p.offerAgain(t.store.now())
		}
		return errors.Join(save(b, key(c.Number), p), put(b, bucketClaims, claimID[:], c))
	}, &s)
}

// takes says which settlement a plan takes: the table of the contract.
func takes(p Plan, s hrmapi.Settlement) bool {
	switch p.State {
	case Claimed:
		byWorker := s.State == hrmapi.SettledStateRejected && s.Rejected.By == hrmapi.Worker
		return byWorker || s.State == hrmapi.SettledStateNotSent
	case Sending:
		return true
	case Unknown:
		return !p.ByPerson && s.State != hrmapi.SettledStateNotSent
	default:
		return false
	}
}

// ofClaim changes the plan of a claim. A settlement that was taken before changes nothing.
func (t *Tenant) ofClaim(claimID uuid.UUID, change func(*bolt.Bucket, claimRecord, *Plan) error, repeated ...*hrmapi.Settlement) error {
	stale := false
	err := t.update(func(b *bolt.Bucket) error {
		stale = false
		var c claimRecord
		found, err := get(b, bucketClaims, claimID[:], &c)
		if err != nil {
			return err
		}
		if !found {
			stale = true
			return nil
		}
		if len(repeated) > 0 && c.Settlement != nil && same(*c.Settlement, *repeated[0]) {
			return nil
		}
		p, err := t.claimed(b, claimID, c)
		if err == nil {
			err = change(b, c, p)
		}
		if errors.Is(err, ErrConflict) { // what time has done meanwhile is kept
			stale = true
			return nil
		}
		return err
	})
	if err == nil && stale {
		return ErrConflict
	}
	return err
}

// same compares settlements by what they say.
func same(a, b hrmapi.Settlement) bool {
	one, err1 := json.Marshal(a)
	other, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && reflect.DeepEqual(one, other)
}

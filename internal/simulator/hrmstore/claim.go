package hrmstore

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// claimRecord is the record of a claim, kept after its end.
type claimRecord struct {
	// Number is the plan's.
	Number uint64 `json:"number"`
	// Settlements are the accepted ones.
	Settlements []hrmapi.Settlement `json:"settlements,omitempty"`
}

// Waiting counts the plans of a tenant that wait for a person.
type Waiting struct{ Unknown, Undecided int }

func waitingIn(b *bolt.Bucket) Waiting {
	return Waiting{count(b, bucketUnknown), count(b, bucketUndecided)}
}

// Claim claims the first offered plan. It returns nil if none is offered, and the number of plans that wait for a
// person. ErrConflict means that the claim has ended.
func (t *Tenant) Claim(claimID uuid.UUID, lease time.Duration) (claimed *Plan, open Waiting, err error) {
	idle, open, err := t.idle(claimID)
	if err != nil || idle {
		return nil, open, err
	}
	err = t.update(func(b *bolt.Bucket, now time.Time) error {
		claimed = nil
		if err := expireClaims(b, now); err != nil {
			return err
		}
		open = waitingIn(b)
		var known claimRecord
		found, err := get(b, bucketClaims, claimID[:], &known)
		if err != nil {
			return err
		}
		if !found {
			claimed, err = claimFirst(b, claimID, now, lease)
			return err
		}
		p, err := planOf(b, key(known.Number))
		if err != nil {
			return err
		}
		if p.ClaimID != claimID || p.State != Claimed {
			return ErrConflict
		}
		claimed = p
		return nil
	})
	return claimed, open, err
}

// idle reports whether there is nothing to claim and nothing that time can change. Most claims find it so, and need no
// write.
func (t *Tenant) idle(claimID uuid.UUID) (idle bool, open Waiting, err error) {
	idle = true
	err = t.view(func(b *bolt.Bucket) error {
		var known claimRecord
		found, err := get(b, bucketClaims, claimID[:], &known)
		idle = !found && firstOffered(b) == nil && first(b, bucketRunning) == nil
		open = waitingIn(b)
		return err
	})
	return idle, open, err
}

// firstOffered returns the number of the plan that is claimed next, nil if none is offered.
func firstOffered(b *bolt.Bucket) []byte {
	if number := first(b, bucketOffered); number != nil {
		return number
	}
	return first(b, bucketOfferedAgain)
}

func claimFirst(b *bolt.Bucket, claimID uuid.UUID, now time.Time, lease time.Duration) (*Plan, error) {
	number := firstOffered(b)
	if number == nil {
		return nil, nil
	}
	p, err := planOf(b, number)
	if err != nil {
		return nil, err
	}
	p.ClaimID, p.Until = claimID, now.Add(lease)
	p.move(Claimed, now, Worker)
	claim := claimRecord{Number: binary.BigEndian.Uint64(number)}
	return p, errors.Join(save(b, number, p), put(b, bucketClaims, claimID[:], claim))
}

// Announce records that a plan is about to be sent. The deadline counts from the call. ErrConflict means that it must
// not be sent.
func (t *Tenant) Announce(claimID, callID uuid.UUID, deadline time.Duration) error {
	until := t.store.now().UTC().Add(deadline)
	return t.withClaim(claimID, func(b *bolt.Bucket, now time.Time, c *claimRecord) error {
		p, err := c.plan(b, claimID, now)
		switch {
		case err != nil:
			return err
		case p.State == Sending && p.CallID == callID:
			return nil
		case p.State != Claimed:
			return ErrConflict
		}
		p.CallID, p.Until = callID, until
		p.move(Sending, now, Worker)
		return save(b, key(c.Number), p)
	})
}

// plan returns the plan of a claim, as it is now. ErrConflict means that the claim has lost it.
func (c *claimRecord) plan(b *bolt.Bucket, claimID uuid.UUID, now time.Time) (*Plan, error) {
	p, err := planNow(b, key(c.Number), now)
	if err != nil {
		return nil, err
	}
	if p.ClaimID != claimID {
		return nil, ErrConflict
	}
	return p, nil
}

// withClaim makes a change under a known claim. ErrConflict means that the claim is unknown.
func (t *Tenant) withClaim(claimID uuid.UUID, change func(*bolt.Bucket, time.Time, *claimRecord) error) error {
	return t.update(func(b *bolt.Bucket, now time.Time) error {
		var c claimRecord
		found, err := get(b, bucketClaims, claimID[:], &c)
		if err != nil {
			return err
		}
		if !found {
			return ErrConflict
		}
		return change(b, now, &c)
	})
}

package hrmstore

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// Settle settles a plan. ErrConflict means that its state does not accept the settlement, which must be valid by the
// contract.
func (t *Tenant) Settle(claimID uuid.UUID, s hrmapi.Settlement) error {
	return t.withClaim(claimID, func(b *bolt.Bucket, now time.Time, c *claimRecord) error {
		if c.hasAccepted(s) {
			return nil
		}
		p, err := c.plan(b, claimID, now)
		if err != nil {
			return err
		}
		if !accepts(p.State, s) {
			return ErrConflict
		}
		p.settle(s, now, t.store.refusalHour())
		c.Settlements = append(c.Settlements, s)
		return errors.Join(save(b, key(c.Number), p), put(b, bucketClaims, claimID[:], c))
	})
}

// hasAccepted reports whether the settlement was accepted before. It is repeated if its response was lost.
func (c *claimRecord) hasAccepted(s hrmapi.Settlement) bool {
	return slices.ContainsFunc(c.Settlements, func(taken hrmapi.Settlement) bool { return reflect.DeepEqual(taken, s) })
}

// accepts reports whether a state accepts a settlement of its claim: the table of the contract.
func accepts(state State, s hrmapi.Settlement) bool {
	switch state {
	case Claimed:
		byWorker := s.State == hrmapi.SettledStateRejected && s.Rejected.By == hrmapi.Worker
		return byWorker || s.State == hrmapi.SettledStateNotSent
	case Sending:
		return true
	case Unknown: // a person who settles it takes it from the claim
		return s.State != hrmapi.SettledStateNotSent
	case Offered, Sent, Rejected, Refused, Undecided, Abandoned:
	}
	return false
}

func (p *Plan) settle(s hrmapi.Settlement, now time.Time, hour time.Duration) {
	p.Settlement = &s
	switch s.State {
	case hrmapi.SettledStateSent:
		p.move(Sent, now, Worker)
	case hrmapi.SettledStateRejected:
		p.move(Rejected, now, Worker)
	case hrmapi.SettledStateRefused:
		p.refuse(*s.Refused, now, hour)
	case hrmapi.SettledStateUnknown:
		p.move(Unknown, now, Worker)
	case hrmapi.SettledStateNotSent:
		p.offerAgain(now, Worker)
	}
}

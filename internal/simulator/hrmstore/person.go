package hrmstore

import (
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// SettleByPerson settles an unknown plan as a person: NAV has it under a UUID, or, with the zero UUID, does not; then
// it is offered again. ErrConflict means that the plan is not unknown.
func (t *Tenant) SettleByPerson(id string, received uuid.UUID) error {
	return t.withPlan(id, func(b *bolt.Bucket, now time.Time, number []byte, p *Plan) error {
		if p.State != Unknown {
			return ErrConflict
		}
		if received == uuid.Nil {
			p.offerAgain(now, Person)
			return save(b, number, p)
		}
		p.ByPerson, p.Settlement = true, &hrmapi.Settlement{
			State: hrmapi.SettledStateSent, Sent: &hrmapi.Sent{
				NAVUUID: received, SentToNAV: true,
				GeneralPractitioner: hrmapi.NotAsked,
			},
		}
		p.move(Sent, now, Person)
		return save(b, number, p)
	})
}

// withPlan changes a plan by its id. ErrNotFound means that it does not exist.
func (t *Tenant) withPlan(id string, change func(b *bolt.Bucket, now time.Time, number []byte, p *Plan) error) error {
	return t.update(func(b *bolt.Bucket, now time.Time) error {
		var number uint64
		found, err := get(b, bucketNumbers, []byte(id), &number)
		if err != nil {
			return err
		}
		if !found {
			return ErrNotFound
		}
		p, err := planNow(b, key(number), now)
		if err != nil {
			return err
		}
		return change(b, now, key(number), p)
	})
}

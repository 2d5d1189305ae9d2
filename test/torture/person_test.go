package torture

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// person settles unknown plans, as people at the customers do: some time after the deadline, by what NAV says. It offers
// undecided plans again.
type person struct {
	world *world
	// waits is how long after its deadline a plan may still be on its way.
	waits            time.Duration
	settled, decided int
}

// run looks now and then.
func (p *person) run(ctx context.Context) error {
	for {
		if _, err := p.look(); err != nil {
			return err
		}
		timer := time.NewTimer(500 * time.Millisecond)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// look settles what can be settled, and gives how many plans are in no final state.
func (p *person) look() (open int, err error) {
	atNAV := map[string]uuid.UUID{}
	for _, s := range p.world.sim.NAVPlans.Plans() {
		atNAV[s.CallID] = s.UUID
	}
	for _, c := range p.world.customers {
		tenant, err := p.world.sim.HRM.Tenant(c.tenant)
		if err != nil {
			return 0, err
		}
		plans, err := tenant.Plans()
		if err != nil {
			return 0, err
		}
		for i := range plans {
			plan := &plans[i]
			if slices.Contains(final, string(plan.State)) {
				continue
			}
			open++
			if plan.State == hrmstore.Undecided && tenant.Decide(plan.ID, hrmstore.OfferAgain) == nil { // NAV was down for long
				p.decided++
			}
			since := plan.History[len(plan.History)-1].Time
			if plan.State != hrmstore.Unknown || time.Since(since) < p.waits {
				continue
			}
			// Somebody may have settled it a moment ago: then there is nothing to do.
			if tenant.SettleByPerson(plan.ID, atNAV[plan.CallID.String()]) == nil {
				p.settled++
			}
		}
	}
	return open, nil
}

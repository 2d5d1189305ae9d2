package torture

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// person does what people at the customers do: some time after the deadline it settles unknown plans by NAV's records,
// and it offers undecided plans again.
type person struct {
	world *world
	// waits is how long a plan may be in flight after its deadline.
	waits            time.Duration
	settled, decided int
}

// run settles plans until the context ends.
func (p *person) run(ctx context.Context) error {
	for {
		if _, err := p.settlePlans(); err != nil {
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

// settlePlans settles plans and returns the number of plans without final state.
func (p *person) settlePlans() (open int, err error) {
	atNAV, looked := map[string]uuid.UUID{}, time.Now()
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
			// after a long outage of NAV
			if plan.State == hrmstore.Undecided && tenant.Decide(plan.ID, hrmstore.OfferAgain) == nil {
				p.decided++
			}
			since := plan.History[len(plan.History)-1].Time
			if plan.State != hrmstore.Unknown || looked.Sub(since) < p.waits {
				continue
			}
			// A worker may have settled it in between. This then fails.
			if tenant.SettleByPerson(plan.ID, atNAV[plan.CallID.String()]) == nil {
				p.settled++
			}
		}
	}
	return open, nil
}

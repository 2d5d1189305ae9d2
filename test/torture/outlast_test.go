package torture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
	"github.com/4human/integration-operator/internal/simulator/navplans"
)

const (
	// outlastPlans is how many plans are offered while a register is down. Fewer than the refusals that end a run.
	outlastPlans = 2
	// outlastWithin bounds the outage. The plans are undecided after 79 hours, each of hourOfRefusals.
	outlastWithin = 30 * time.Second
	// outlastRuns is how many runs must leave the undecided plans alone.
	outlastRuns = 3
)

// outlast keeps NAV's register of persons down until plans of a customer are undecided. Then the register is up, and
// the customer's runs must not send the plans, because no person has decided. No other plan of the customer may be
// open.
func outlast(ctx context.Context, w *world, team *workers) ([]finding, error) {
	c := w.customers[0]
	tenant, err := w.sim.HRM.Tenant(c.tenant)
	if err != nil {
		return nil, err
	}
	plans := map[string]json.RawMessage{}
	for i := range outlastPlans {
		id := fmt.Sprintf("outlast-%d", i)
		plans[id] = plan(c.number, id)
	}
	down := simulator.Faults{NAVPlans: navplans.Faults{OpenDoors: true, PersonRegisterDown: true}}
	if err := errors.Join(w.sim.SetFaults(down), tenant.Offer(plans)); err != nil {
		return nil, err
	}
	carry := run{customer: c, service: followUpPlans}
	end := time.Now().Add(outlastWithin)
	for isOpen := true; isOpen && time.Now().Before(end); {
		if err := gentle(ctx, w, team, carry); err != nil {
			return nil, err
		}
		if isOpen, err = anyPlan(tenant, isWaiting); err != nil {
			return nil, err
		}
	}
	if err := w.sim.SetFaults(registersUp); err != nil {
		return nil, err
	}
	for range outlastRuns {
		if err := gentle(ctx, w, team, carry); err != nil {
			return nil, err
		}
	}
	return checkUndecided(tenant, plans)
}

// isWaiting reports whether a plan is offered again by time alone.
func isWaiting(p *hrmstore.Plan) bool {
	return p.State != hrmstore.Undecided && !slices.Contains(final, string(p.State))
}

// anyPlan reports whether a condition holds for a plan of a tenant.
func anyPlan(tenant *hrmstore.Tenant, holds func(*hrmstore.Plan) bool) (bool, error) {
	plans, err := tenant.Plans()
	for i := range plans {
		if holds(&plans[i]) {
			return true, err
		}
	}
	return false, err
}

// checkUndecided returns a finding for each of the plans that is not undecided.
func checkUndecided(tenant *hrmstore.Tenant, ids map[string]json.RawMessage) ([]finding, error) {
	plans, err := tenant.Plans()
	if err != nil {
		return nil, err
	}
	var all []finding
	for i := range plans {
		if p := &plans[i]; ids[p.ID] != nil && p.State != hrmstore.Undecided {
			all = append(all, finding{name: findDecided, detail: fmt.Sprintf("%s is %s", p.ID, p.State)})
		}
	}
	return all, nil
}

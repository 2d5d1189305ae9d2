package verification

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
)

// healed is how long after a fault each access is verified again, at most: an interval and five minutes, because one
// access per minute is verified while no system user is found, and jitter delays each customer's turn.
const healed = faultInterval + 5*time.Minute

// TestNoFaultTakesAccessAway walks every fault of every outside service over customers in every state: with access by
// delegation and by system user, waiting, rejected, withdrawn, and with some services only. During a fault and after it
// no access changes, no CronJob is suspended and no Job deleted. A new leader in the middle of it changes nothing about
// that. When the fault is over, each access is verified again within an interval and five minutes; a customer that took
// its access back, during the fault or after it, has lost it.
//
//nolint:tparallel // Nothing else of this package runs beside it: its time is the machine's.
func TestNoFaultTakesAccessAway(t *testing.T) {
	all := walkedFaults(t, numbers(customers))
	worlds := map[string]struct { // all at a time
		offer  offer
		faults []oneFault
	}{
		"built in":          {offer: asBuiltIn, faults: everyOther(all, 0)},
		"built in, as many": {offer: asBuiltIn, faults: everyOther(all, 1)},
		"custom":            {offer: asCustom, faults: faultsOfCustom(t, numbers(customers))},
	}
	for name, w := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p *population
			for _, f := range w.faults {
				if p == nil {
					p = newPopulation(t, w.offer)
					p.inEveryState(t)
				}
				if !t.Run(f.name, func(t *testing.T) { p.walk(t, f) }) {
					p = nil // the next fault finds a world that is whole
				}
			}
		})
	}
}

// everyOther returns every other fault, from one on.
func everyOther(all []oneFault, from int) []oneFault {
	var some []oneFault
	for i := from; i < len(all); i += 2 {
		some = append(some, all[i])
	}
	return some
}

// TestAnswersThatMeanIt verifies that each response that is not walked above takes access away.
func TestAnswersThatMeanIt(t *testing.T) {
	t.Parallel()
	left := maps.Clone(meansIt)
	for _, f := range simulatorFaults(t, numbers(customers)) {
		if meansIt[f.name] == "" {
			continue
		}
		delete(left, f.name)
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			p := newPopulation(t, asBuiltIn)
			p.breaks(f)
			p.roundOfNewLeader()
			if got := p.states()[granted+" FollowUpPlans"]; !strings.HasPrefix(got, "Withdrawn DelegationWithdrawn ") {
				t.Errorf("access is %q, although %s", got, meansIt[f.name])
			}
		})
	}
	for name := range left {
		t.Errorf("the simulator has no fault %s", name)
	}
}

// inEveryState verifies that there is a customer in each state.
func (p *population) inEveryState(t *testing.T) {
	t.Helper()
	want := map[string]string{
		granted + " FollowUpPlans":        "Granted Delegated",
		granted + " SickNotes":            "Granted Delegated",
		granted + " SickPayApplications":  "Granted Delegated",
		waiting + " FollowUpPlans":        "NotGranted NotDelegated",
		waiting + " SickNotes":            "AwaitingApproval AwaitingApproval",
		withdrawn + " FollowUpPlans":      "Withdrawn DelegationWithdrawn",
		withdrawn + " SickNotes":          "Withdrawn DelegationWithdrawn",
		partly + " FollowUpPlans":         "Granted Delegated",
		partly + " SickNotes":             "Rejected ApprovalRejected",
		changing + " SickNotes":           "Granted Delegated",
		changing + " SickPayApplications": "AwaitingApproval AwaitingApproval",
	}
	states := p.states()
	for what, state := range want {
		if !strings.HasPrefix(states[what], state+" ") {
			t.Fatalf("%s is %q, want %s", what, states[what], state)
		}
	}
	if jobs := states[granted+" jobs"]; strings.Count(jobs, "CronJob") != 3 || strings.Count(jobs, "first Job") != 3 {
		t.Fatalf("what runs for a customer with access: %q", jobs)
	}
}

// walk makes one fault, lets it last, and ends it.
func (p *population) walk(t *testing.T, f oneFault) {
	t.Helper()
	ofAll := p.t
	p.t = t
	defer func() { p.t = ofAll }()
	before := p.states(lost)
	p.withdrawals.Store(0)
	p.breaks(f)
	p.round()
	p.isUnchanged(f, "during it", before)
	p.isNamed(f)
	p.roundOfNewLeader()
	p.isUnchanged(f, "met by a new leader", before)
	for _, next := range f.then {
		p.breaks(next)
		p.roundOfNewLeader()
		p.isUnchanged(next, "met by a new leader", before)
	}
	if n := p.withdrawals.Load(); n > 0 {
		t.Errorf("%d accesses were taken for withdrawn", n)
	}
	p.takeBack(lost)
	p.round()
	p.isUnchanged(f, "while another customer took its access back", before)

	p.mends(f)
	over := p.clock.Now()
	p.within(healed, func() bool { return p.unverified(over) == "" && p.stillThere() == "" })
	p.isUnchanged(f, "after it", before)
	for _, problem := range []string{p.unverified(over), p.stillThere()} {
		if problem != "" {
			t.Errorf("%s after the fault: %s", healed, problem)
		}
	}
	p.restore(t)
}

// isUnchanged verifies that a fault changed no access, and no reason unless the fault names customers.
func (p *population) isUnchanged(f oneFault, when string, before map[string]string) {
	p.t.Helper()
	after := p.states(lost)
	if p.offer.namesCustomers(f) {
		before, after = grantedOf(before), grantedOf(after)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		p.t.Fatalf("%s, %s (-before +after):\n%s", f.name, when, diff)
	}
}

// isNamed verifies the state and reason of a customer without access to a custom service, if the fault changes them.
func (p *population) isNamed(f oneFault) {
	p.t.Helper()
	c, isNamed := namesCustomersOfCustom[f.name]
	if !isNamed || p.offer == asBuiltIn {
		return
	}
	if got := p.states()[waiting+" FollowUpPlans"]; !strings.HasPrefix(got, c.becomes+" ") {
		p.t.Errorf("%s: %q, want %s: %s", f.name, got, c.becomes, c.reason)
	}
}

func (p *population) breaks(f oneFault) {
	p.t.Helper()
	if f.breaks != nil {
		f.breaks(p.loop)
	}
	p.transport.limit.Store(0)
	if f.slow {
		p.transport.limit.Store(int64(10 * time.Millisecond))
	}
	p.must(p.simulator.SetFaults(f.faults))
}

func (p *population) mends(f oneFault) {
	p.t.Helper()
	p.must(p.simulator.SetFaults(simulator.Faults{}))
	p.transport.limit.Store(0)
	p.registerClient(allScopes()...)
	if f.mends != nil {
		f.mends(p.loop)
	}
}

// unverified returns a text about an access that was not verified since a time, or a Supplier that is not ready; "" if
// there is none.
func (p *population) unverified(since time.Time) string {
	p.t.Helper()
	if got := says(p.current().Status.Conditions, v1alpha1.ConditionReady); got != "True CredentialsProved" {
		return "Supplier Ready " + got
	}
	for what, c := range p.all() {
		for _, s := range c.Status.Services {
			if at := s.Authorization.LastVerifiedTime; at == nil || at.Time.Before(since) {
				return fmt.Sprintf("%s %s was last verified %s, and all was well since %s", what, s.Name, at, since)
			}
		}
	}
	return ""
}

// stillThere returns a text about an access that was withdrawn and still counts, or what runs for it; "" if there is
// none.
func (p *population) stillThere() string {
	p.t.Helper()
	for _, s := range p.customer(p.keys[lost]).Status.Services {
		if s.Authorization.State != v1alpha1.AuthorizationWithdrawn {
			return fmt.Sprintf("access was taken back, and %s is %s", s.Name, s.Authorization.State)
		}
	}
	if runs := p.running(p.keys[lost]); strings.Contains(runs, "suspended=false") || strings.Contains(runs, "first Job") {
		return "access was taken back, and there runs: " + runs
	}
	return ""
}

// restore restores access.
func (p *population) restore(t *testing.T) {
	t.Helper()
	p.giveBack(lost)
	p.round()
	p.within(healed, func() bool { return p.restored() == "" })
	if problem := p.restored(); problem != "" {
		t.Fatal(problem)
	}
}

// restored returns a text about an access that was granted again and does not count; "" if there is none.
func (p *population) restored() string {
	p.t.Helper()
	for _, s := range p.customer(p.keys[lost]).Status.Services {
		if s.Authorization.State != v1alpha1.AuthorizationGranted {
			return fmt.Sprintf("access was given again, and %s is %s", s.Name, s.Authorization.State)
		}
	}
	if runs := p.running(p.keys[lost]); strings.Count(runs, "suspended=false") != 2 ||
		strings.Count(runs, "first Job") != 2 {
		return "access was given again, and there runs: " + runs
	}
	return ""
}

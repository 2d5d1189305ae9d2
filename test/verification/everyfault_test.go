package verification

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
)

// healed is within what time after a fault everybody is verified again: an interval, in which each has its turn, and one more for
// who was tried shortly before the end of the fault and is tried again then.
const healed = 2 * faultInterval

// TestNoFaultTakesAccessAway walks every fault of every outside service over customers in every state: with access by delegation
// and by system user, waiting, rejected, withdrawn, and with some services only. During a fault and after it no access changes,
// no CronJob is suspended and no Job deleted. A new leader in the middle of it changes nothing about that. When the fault is over,
// everybody is verified again within two intervals; and who took access back, during the fault or after it, has lost it.
func TestNoFaultTakesAccessAway(t *testing.T) {
	inMemory(t)
	p := newPopulation(t)
	p.inEveryState(t)
	var customers []string
	for _, number := range p.numbers {
		customers = append(customers, number)
	}
	for _, f := range everyFault(t, customers) {
		t.Run(f.name, func(t *testing.T) { p.walk(t, f) })
	}
}

// inEveryState sees that there is a customer in each state, so that nothing is walked in vain.
func (p *population) inEveryState(t *testing.T) {
	t.Helper()
	want := map[string]string{
		"plans-granted FollowUpPlans":        "Granted Delegated",
		"plans-waiting FollowUpPlans":        "NotGranted NotDelegated",
		"plans-withdrawn FollowUpPlans":      "Withdrawn DelegationWithdrawn",
		"notes-granted SickNotes":            "Granted Delegated",
		"notes-waiting SickNotes":            "AwaitingApproval AwaitingApproval",
		"notes-rejected SickNotes":           "Rejected ApprovalRejected",
		"notes-withdrawn SickNotes":          "Withdrawn DelegationWithdrawn",
		"all-granted SickPayApplications":    "Granted Delegated",
		"partly FollowUpPlans":               "Granted Delegated",
		"partly SickNotes":                   "AwaitingApproval AwaitingApproval",
		"change-waiting SickNotes":           "Granted Delegated",
		"change-waiting SickPayApplications": "AwaitingApproval AwaitingApproval",
	}
	states := p.states()
	for what, state := range want {
		if !strings.HasPrefix(states[what], state+" ") {
			t.Fatalf("%s is %q, want %s", what, states[what], state)
		}
	}
	if jobs := states["notes-granted jobs"]; !strings.Contains(jobs, "CronJob") || !strings.Contains(jobs, "Job ") {
		t.Fatalf("nothing runs for a customer with access: %q", jobs)
	}
}

// walk makes one fault, lets it last, and ends it.
func (p *population) walk(t *testing.T, f oneFault) {
	t.Helper()
	ofAll := p.t
	p.t = t
	defer func() { p.t = ofAll }()
	before := p.states()
	p.withdrawn.Store(0)
	p.breaks(f)
	p.pass(faultInterval)
	p.lead()
	p.pass(2 * faultInterval)
	if n := p.withdrawn.Load(); n > 0 {
		t.Errorf("%d accesses were taken for withdrawn", n)
	}
	same(t, "during the fault", before, p.states())
	p.takeBack(true)
	p.pass(faultInterval)
	same(t, "during the fault, when others had taken access back", without(before, lost()), p.states(lost()...))

	p.mends(f)
	p.takeBack(false)
	over := p.clock.Now()
	p.pass(healed)
	same(t, "after the fault", without(before, lost()), p.states(lost()...))
	p.isVerifiedSince(t, over)
	p.hasLost(t)
	p.restore(t)
}

func (p *population) breaks(f oneFault) {
	p.t.Helper()
	if f.breaks != nil {
		f.breaks(p.loop)
	}
	if f.slow {
		p.transport.limit.Store(int64(20 * time.Millisecond))
	}
	p.must(p.simulator.SetFaults(f.faults))
}

func (p *population) mends(f oneFault) {
	p.t.Helper()
	p.must(p.simulator.SetFaults(simulator.Faults{}))
	p.transport.limit.Store(0)
	p.registerClient(systemUserScopes()...)
	if f.mends != nil {
		f.mends(p.loop)
	}
}

func same(t *testing.T, when string, before, after map[string]string) {
	t.Helper()
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("%s (-before +after):\n%s", when, diff)
	}
}

// without leaves customers out.
func without(states map[string]string, names []string) map[string]string {
	rest := map[string]string{}
	for what, state := range states {
		name, _, _ := strings.Cut(what, " ")
		if !strings.Contains(strings.Join(names, " "), name) {
			rest[what] = state
		}
	}
	return rest
}

// isVerifiedSince sees that every access has been verified since a time.
func (p *population) isVerifiedSince(t *testing.T, since time.Time) {
	t.Helper()
	for what, key := range p.keys {
		for _, s := range p.customer(key).Status.Services {
			if at := s.Authorization.LastVerifiedTime; at == nil || at.Time.Before(since) {
				t.Errorf("%s %s was last verified %v, and all was well since %s", what, s.Name, at, since)
			}
		}
	}
	if got := says(p.current().Status.Conditions, integrationsv1alpha1.ConditionReady); got != "True CredentialsProved" {
		t.Errorf("Supplier Ready %s", got)
	}
}

// hasLost sees that who took access back has lost it, and that nothing runs for it.
func (p *population) hasLost(t *testing.T) {
	t.Helper()
	for _, what := range lost() {
		key := p.keys[what]
		a := p.customer(key).Status.Services[0].Authorization
		if a.State != integrationsv1alpha1.AuthorizationWithdrawn {
			t.Errorf("%s took access back, and is %s", what, a.State)
		}
		if runs := p.running(key); strings.Contains(runs, "suspended=false") || strings.Contains(runs, "Job "+"-") || !strings.Contains(runs, "suspended=true") {
			t.Errorf("%s took access back, and runs: %s", what, runs)
		}
	}
}

// restore gives everybody access again who had it.
func (p *population) restore(t *testing.T) {
	t.Helper()
	p.giveBack()
	p.pass(healed)
	for _, what := range lost() {
		if a := p.customer(p.keys[what]).Status.Services[0].Authorization; a.State != integrationsv1alpha1.AuthorizationGranted {
			t.Fatalf("%s gave access again, and is %s", what, a.State)
		}
	}
}

package verification

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// customersOnly breaks the responses to requests on customers' behalf, and leaves our own.
func customersOnly(consumers []string, a simmaskinporten.AnswerFaults) simulator.Faults {
	return simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{{
		Consumers:    consumers,
		AnswerFaults: a,
	}}}}
}

// newPlansLoop returns a loop over customers who have delegated, all of them verified.
func newPlansLoop(t *testing.T, interval time.Duration, customers int) (*loop, []client.ObjectKey) {
	t.Helper()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newWorld(t, inMemory(t), clock.Now, interval), clock)
	l.run(0)
	var keys []client.ObjectKey
	for _, number := range numbers(customers) {
		key := l.addCustomer(number)
		l.delegate(number)
		l.wake(key)
		keys = append(keys, key)
	}
	l.until("access of all", time.Minute, func() bool { return l.verified("True Delegated") == customers })
	return l, keys
}

// TestSupplierSaysThatCustomersFail breaks customers' requests while our own token is issued, as when Altinn is down
// behind Maskinporten. The Supplier reports it within two intervals, for any number of customers, also after a restart,
// until customers are verified again.
func TestSupplierSaysThatCustomersFail(t *testing.T) {
	t.Parallel()
	modes := map[string]simmaskinporten.AnswerFaults{
		"503":             {Outage: simwire.OutageServiceUnavailable},
		"500 HTML":        {Outage: simwire.OutageInternalServerError},
		"502":             {Outage: simwire.OutageBadGateway},
		"403 HTML":        {Outage: simwire.OutageForbiddenHTML},
		"reset":           {Outage: simwire.OutageConnectionReset},
		"429":             {Outage: simwire.OutageTooManyRequests},
		"invalid_request": {RefuseWith: "InvalidRequest"},
		"MP-250":          {RefuseWith: "MP-250"},
		"MP-301":          {RefuseWith: "MP-301"},
		"too late":        {Latency: simwire.Duration(100 * time.Millisecond)},
	}
	const interval = time.Minute
	for name, mode := range modes {
		for size, customers := range map[string]int{"one": 1, "four": 4, "twenty": 20} {
			for how, restart := range map[string]bool{"running": false, "restarted": true} {
				if (size != "four" || restart) && name != "503" && name != "invalid_request" {
					continue // what matters is the mode or the crowd
				}
				t.Run(name+"-"+size+"-"+how, func(t *testing.T) {
					t.Parallel()
					l, keys := newPlansLoop(t, interval, customers)
					l.must(l.simulator.SetFaults(customersOnly(numbers(customers), mode)))
					if restart {
						l.restart(keys...)
					}
					if mode.Latency != 0 {
						l.pool.Connect = ofLittlePatience
						l.pool.Forget(l.name)
					}
					l.run(2 * interval)
					l.supplierSaysNow(v1alpha1.ConditionMaskinportenReachable, "False "+v1alpha1.ReasonCustomerRequestsFailing)
					if got := l.verified("True Delegated"); got != customers {
						t.Errorf("%d customers have access, want %d", got, customers)
					}
					l.must(l.simulator.SetFaults(simulator.Faults{}))
					l.run(interval)
					l.supplierSaysNow(v1alpha1.ConditionMaskinportenReachable, "True Reachable")
				})
			}
		}
	}
}

// ofLittlePatience makes clients whose time-out is a moment.
func ofLittlePatience(c maskinporten.Config) (authority.TokenSource, error) {
	c.Timeout = 50 * time.Millisecond
	return maskinporten.New(c)
}

// TestFewBrokenCustomersAreTheirOwnTrouble breaks one customer in ten for many intervals, from the start of the process
// or later. The Supplier never reports a fault of all.
func TestFewBrokenCustomersAreTheirOwnTrouble(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]simmaskinporten.AnswerFaults{
		"503": {Outage: simwire.OutageServiceUnavailable}, "invalid_request": {RefuseWith: "InvalidRequest"},
		"MP-303": {RefuseWith: "MP-303"},
	} {
		for how, restart := range map[string]bool{"running": false, "restarted": true} {
			t.Run(name+"-"+how, func(t *testing.T) {
				t.Parallel()
				const interval, customers = 10 * time.Minute, 40
				l, keys := newPlansLoop(t, interval, customers)
				l.run(interval)
				l.must(l.simulator.SetFaults(customersOnly(numbers(customers)[:4], mode)))
				for i := range 40 {
					if restart && i == 20 {
						l.restart(keys...)
					}
					l.run(interval / 10)
					l.supplierSaysNow(v1alpha1.ConditionMaskinportenReachable, "True Reachable")
				}
			})
		}
	}
}

// TestWaitingCustomersKeepTheirReason refuses the requests of all customers at once, just when they have given access:
// that is a fault of ours. A refusal of one customer only is soon reported on it.
func TestWaitingCustomersKeepTheirReason(t *testing.T) {
	t.Parallel()
	for refusal, customers := range map[string]int{ // what matters is the refusal or the crowd
		"InvalidRequest": 23, "InvalidAssertion": 4, "MP-011": 4, "MP-250": 23, "MP-303": 4, "OwnConsumerOrg": 4,
	} {
		t.Run(refusal, func(t *testing.T) {
			t.Parallel()
			clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
			l := newLoop(newWorld(t, inMemory(t), clock.Now, 10*time.Second), clock)
			var keys []client.ObjectKey
			for _, number := range numbers(customers) {
				key := l.addCustomer(number)
				l.wake(key)
				keys = append(keys, key)
			}
			l.until("a refusal of all", time.Minute, func() bool { return l.verified("False NotDelegated") == customers })
			before := l.states(keys)
			for _, number := range numbers(customers) {
				l.delegate(number)
			}
			l.must(l.simulator.SetFaults(customersOnly(numbers(customers), simmaskinporten.AnswerFaults{RefuseWith: refusal})))
			for range 30 {
				l.run(10 * time.Second)
				if diff := changed(before, l.states(keys)); len(diff) > 0 {
					t.Fatalf("all are refused: %v", diff)
				}
			}
			alone := numbers(customers)[0]
			l.must(l.simulator.SetFaults(customersOnly([]string{alone}, simmaskinporten.AnswerFaults{RefuseWith: refusal})))
			l.run(time.Minute)
			if got := l.verified("True Delegated"); got != customers-1 {
				t.Errorf("%d customers have access, want %d", got, customers-1)
			}
			want := v1alpha1.ReasonRequestRejected
			if refusal == "MP-250" {
				want = v1alpha1.ReasonScopeNotGranted
			}
			l.has(keys[0], plans, "NotGranted "+want)
		})
	}
}

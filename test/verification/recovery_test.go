package verification

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// pace is how often customers are verified, for how long a fault lasts, and how soon after its end all is well again:
// two retries, one for the Supplier's own proof and one for what customers met.
type pace struct {
	interval, fault, recovery time.Duration
}

var paces = map[string]pace{
	"10s": {interval: 10 * time.Second, fault: 26 * time.Second, recovery: 12 * time.Second},
	"6h":  {interval: 6 * time.Hour, fault: 6 * time.Minute, recovery: 134 * time.Second},
}

// crowdSize is how many customers a crowd has.
const crowdSize = 12

// crowd is customers of every kind.
type crowd struct {
	plans, notes, waiting, awaiting []client.ObjectKey
}

func (c crowd) granted() []client.ObjectKey { return append(slices.Clone(c.plans), c.notes...) }
func (c crowd) all() []client.ObjectKey {
	return append(append(c.granted(), c.waiting...), c.awaiting...)
}

// newCrowd creates customers with access to follow-up plans and to sick notes, and customers that wait for either.
func (l *loop) newCrowd() (c crowd) {
	l.t.Helper()
	all := numbers(crowdSize)
	for i, number := range all[:8] {
		if i < 5 {
			l.delegate(number)
			c.plans = append(c.plans, l.customerOf(number, plans))
			continue
		}
		_, err := l.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{SystemID: systemID, OrganizationNumber: number})
		l.must(err)
		c.notes = append(c.notes, l.customerOf(number, notes))
	}
	for _, number := range all[8:10] {
		c.waiting = append(c.waiting, l.customerOf(number, plans))
	}
	for _, number := range all[10:] {
		c.awaiting = append(c.awaiting, l.customerOf(number, notes))
	}
	l.until("access of the crowd", time.Minute,
		func() bool { return l.verified("True Delegated") == 8 && l.verified("") == 0 })
	l.run(10 * time.Second)
	return c
}

// walkAll walks every fault; representative has one of each class, which take a minute less.
var (
	walkAll = flag.Bool("every-fault", false,
		"let the customers recover from every fault, and not only from one of each class")
	representative = map[string]bool{
		"IgnoreAuthorizationDetails": true, "IgnoreConsumerOrg": true, "UnknownSigningKey": true, "WrongIssuer": true,
		"ExpiredTokens":              true,
		"outage InternalServerError": true, "outage TooManyRequests": true, "outage ForbiddenHTML": true,
		"outage ConnectionReset": true,
		"outage EmptyBody":       true, "refused MP-011": true, "refused MP-012": true, "refused MP-100": true,
		"refused MP-110": true,
		"refused MP-120": true, "refused MP-121": true, "refused MP-124": true, "refused MP-200": true,
		"refused MP-250": true,
		"refused MP-301": true, "refused MP-303": true, "refused UnknownKeyID": true, "refused OwnConsumerOrg": true,
	}
)

// everyFault has every way in which Maskinporten and Altinn can fail or refuse, for customers' requests alone and for
// ours too.
func everyFault() map[string]simulator.Faults {
	all := map[string]simulator.Faults{
		"own KeysExpired":    {Faults: simmaskinporten.Faults{KeysExpired: true}},
		"own ClockAhead":     {Faults: simmaskinporten.Faults{ClockOffset: simwire.Duration(time.Minute)}},
		"own ClockBehind":    {Faults: simmaskinporten.Faults{ClockOffset: simwire.Duration(-time.Minute)}},
		"Altinn unavailable": {Altinn: simwire.Faults{Outage: simwire.OutageServiceUnavailable}},
		"Altinn HTML":        {Altinn: simwire.Faults{Outage: simwire.OutageForbiddenHTML}},
		"everything is down": {Faults: simmaskinporten.Faults{
			AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageBadGateway}, EveryEndpoint: true,
		}},
	}
	for name, a := range answers() {
		if name == "refused MP-251" || !*walkAll && !representative[name] {
			continue // the first is an answer
		}
		all[name+", us too"] = simulator.Faults{Faults: simmaskinporten.Faults{AnswerFaults: a}}
		all[name+", customers alone"] = simulator.Faults{
			Faults: simmaskinporten.Faults{
				Limited: []simmaskinporten.LimitedFaults{{Consumers: numbers(crowdSize), AnswerFaults: a}},
			},
		}
	}
	return all
}

// TestRecovery makes each fault last for a while and then end. The Supplier and all customers with access recover as
// soon as after an outage, no access has changed, and no customer that waits has another reason.
func TestRecovery(t *testing.T) {
	t.Parallel()
	for how, p := range paces {
		for _, name := range slices.Sorted(maps.Keys(everyFault())) {
			t.Run(how+" "+name, func(t *testing.T) {
				t.Parallel()
				l := newSystemUserLoop(t, inMemory(t))
				l.costs = nil
				l.verifyEvery(p.interval)
				c := l.newCrowd()
				l.clock.Set(l.clock.Now().Add(p.interval * 12 / 10))
				before := l.states(c.all())
				l.must(l.simulator.SetFaults(everyFault()[name]))
				began := l.clock.Now()
				l.run(p.fault)
				if during := l.states(c.all()); !maps.Equal(before, during) {
					t.Errorf("during the fault: %v", changed(before, during))
				}
				l.must(l.simulator.SetFaults(simulator.Faults{}))
				proof, customers := l.recovers(c, began, 15*time.Minute)
				t.Logf("recovery: Supplier %s, customers %s", proof, customers)
				if max(proof, customers) > p.recovery {
					t.Errorf("after the fault the Supplier needed %s and the customers %s, want at most %s", proof, customers,
						p.recovery)
				}
			})
		}
	}
}

// states returns what the customers' services are, as "State Reason".
func (l *loop) states(keys []client.ObjectKey) map[client.ObjectKey]string {
	l.t.Helper()
	all := map[client.ObjectKey]string{}
	for _, key := range keys {
		a := l.customer(key).Status.Services[0].Authorization
		all[key] = fmt.Sprintf("%s %s", a.State, a.Reason)
	}
	return all
}

// changed lists what differs.
func changed(before, after map[client.ObjectKey]string) []string {
	var all []string
	for key, was := range before {
		if after[key] != was {
			all = append(all, was+" became "+after[key])
		}
	}
	slices.Sort(all)
	return all
}

// recovers lets time pass until the Supplier is well and every customer with access has been verified, and returns how
// long either took.
func (l *loop) recovers(c crowd, fault time.Time, limit time.Duration) (supplier, customers time.Duration) {
	l.t.Helper()
	supplier, customers = -1, -1
	for passed := time.Duration(0); passed <= limit && (supplier < 0 || customers < 0); passed += time.Second {
		if supplier < 0 && l.supplierIsWell() {
			supplier = passed
		}
		if customers < 0 && l.verifiedSince(c.granted(), fault) {
			customers = passed
		}
		l.run(time.Second)
	}
	if supplier < 0 {
		supplier = limit
	}
	if customers < 0 {
		customers = limit
	}
	return supplier, customers
}

func (l *loop) supplierIsWell() bool {
	conditions := l.current().Status.Conditions
	return says(conditions, v1alpha1.ConditionReady) == "True CredentialsProved" &&
		says(conditions, v1alpha1.ConditionMaskinportenReachable) == "True Reachable"
}

// verifiedSince reports whether all customers have been verified since a time, and none is overdue.
func (l *loop) verifiedSince(keys []client.ObjectKey, since time.Time) bool {
	l.t.Helper()
	interval := l.current().VerificationInterval()
	return !slices.ContainsFunc(keys, func(key client.ObjectKey) bool {
		last := l.customer(key).Status.Services[0].Authorization.LastVerifiedTime
		return last == nil || last.Before(&metav1.Time{Time: since}) ||
			l.clock.Now().Sub(last.Time) > interval*11/10+time.Second
	})
}

// TestManagerRecovers runs a whole manager that holds customers back because tokens fail their checks. Once the tokens
// are right, the customers are woken and do not wait for their next reconcile, ten minutes later.
func TestManagerRecovers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, server.Client, time.Now, 10*time.Second)
	keys := []client.ObjectKey{w.addCustomer(numbers(2)[0]), w.addCustomer(numbers(2)[1])}
	for _, number := range numbers(2) {
		w.delegate(number)
	}
	w.startManager()
	eventually(t, "access", func() bool { return w.verified("True Delegated") == len(keys) })
	w.must(w.simulator.SetFaults(simulator.Faults{
		Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{WrongIssuer: true}},
	}))
	w.supplierSays("False TokenMismatch")
	// The Supplier's proof is retried as often as customers are: after three retries none of these is left.
	w.simulator.Recorder.Reset()
	eventually(t, "customers that are not asked for", func() bool {
		if w.tokenRequests(numbers(2)[0])+w.tokenRequests(numbers(2)[1]) > 0 {
			w.simulator.Recorder.Reset()
		}
		return w.tokenRequests(supplierNumber) >= 3
	})
	w.must(w.simulator.SetFaults(simulator.Faults{}))
	healed := metav1.Now()
	eventually(t, "verified customers", func() bool {
		return !slices.ContainsFunc(keys, func(key client.ObjectKey) bool {
			return w.customer(key).Status.Services[0].Authorization.LastVerifiedTime.Before(&healed)
		})
	})
}

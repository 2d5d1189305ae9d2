package verification

import (
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

// hides is a fault that keeps Maskinporten from finding any system user, and what the register returns meanwhile.
type hides struct {
	breaks, mends func(l *loop)
	reason        string // on the Supplier
	perMinute     int    // tokens that are requested at most
}

// withFaults breaks by faults of the simulator only.
func withFaults(f simulator.Faults, reason string, perMinute int) hides {
	return hides{
		breaks: func(l *loop) { l.must(l.simulator.SetFaults(f)) },
		mends:  func(l *loop) { l.must(l.simulator.SetFaults(simulator.Faults{})) },
		reason: reason, perMinute: perMinute,
	}
}

// hidden are all ways in which every system user seems to be gone. In the first two the register has them. In the
// others it does not: it takes our system for another vendor's, with a code or without; its look-up finds no user
// although its list does; its list is empty, or is not.
func hidden() map[string]hides {
	const clientMissing, notRegistered = "SystemClientMissing", "SystemNotRegistered"
	hide := simmaskinporten.AnswerFaults{HideSystemUsers: true}
	coded := simulator.Readings{AltinnReadings: simaltinn.Readings{MissingUserHasCode: true}}
	foreign, blind := simaltinn.Faults{ForeignSystem: true}, simaltinn.Faults{QueryFindsNobody: true}
	empty := simaltinn.Faults{QueryFindsNobody: true, EmptyUserList: true}
	return map[string]hides{
		"hidden": withFaults(simulator.Faults{Faults: simmaskinporten.Faults{AnswerFaults: hide}}, clientMissing, 1),
		"client-not-on-the-system": {
			breaks: func(l *loop) {
				s := registeredSystem()
				s.ClientIDs = nil
				l.must(l.simulator.Altinn.RegisterSystem(s))
			},
			mends:  func(l *loop) { l.must(l.simulator.Altinn.RegisterSystem(registeredSystem())) },
			reason: clientMissing, perMinute: 1,
		},
		"another-vendors": withFaults(simulator.Faults{
			Faults:     simmaskinporten.Faults{AnswerFaults: hide},
			AltinnData: foreign,
		}, notRegistered, 1),
		"another-vendors, coded": withFaults(simulator.Faults{
			Faults:     simmaskinporten.Faults{AnswerFaults: hide},
			AltinnData: foreign, Readings: coded,
		}, notRegistered, 1),
		"finds-no-user": withFaults(simulator.Faults{
			Faults:     simmaskinporten.Faults{AnswerFaults: hide},
			AltinnData: blind,
		}, clientMissing, 4),
		"finds-no-user, coded": withFaults(simulator.Faults{
			Faults:     simmaskinporten.Faults{AnswerFaults: hide},
			AltinnData: blind, Readings: coded,
		}, clientMissing, 4),
		"empty": withFaults(simulator.Faults{
			Faults:     simmaskinporten.Faults{AnswerFaults: hide},
			AltinnData: empty,
		}, clientMissing, 4),
	}
}

// TestSystemClientMissing has Maskinporten find no system user although all exist, for each response of the register.
// No customer loses access, at most one customer per minute is verified, the Supplier reports the fault, and it ends by
// itself.
func TestSystemClientMissing(t *testing.T) {
	t.Parallel()
	const interval, customers, minutes = 10 * time.Minute, 8, 40
	for name, c := range hidden() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newSystemUserLoop(t, inMemory(t))
			l.verifyEvery(interval)
			keys := make([]client.ObjectKey, 0, customers)
			for _, number := range numbers(customers) {
				keys = append(keys, l.grantedBySystemUser(number, notes))
			}
			l.run(time.Minute)
			before := l.versions()
			c.breaks(l)
			*l.costs = costs{}
			l.run(minutes * time.Minute)
			t.Logf("%d customers, %d minutes: %s", customers, minutes, l.costs)
			if n := l.costs.tokens; n < 20 || n > (minutes+1)*c.perMinute {
				t.Errorf("asked for %d tokens in %d minutes, want about %d a minute", n, minutes, c.perMinute)
			}
			l.supplierSaysNow(v1alpha1.ConditionReady, "False "+c.reason)
			for name, version := range l.versions() {
				if name != "supplier" && before[name] != version {
					t.Errorf("%s was written to: %+v", name, l.customer(client.ObjectKey{Namespace: l.name, Name: name}).Status)
				}
			}
			c.mends(l)
			mended := l.clock.Now()
			l.run(interval + 3*time.Minute)
			l.supplierSaysNow(v1alpha1.ConditionReady, "True CredentialsProved")
			for _, key := range keys {
				l.has(key, notes, "Granted Delegated")
				if a := l.access(key, notes); a.LastVerifiedTime.Time.Before(mended) {
					t.Errorf("%s has not been verified since %s, when all was mended", key.Name, mended)
				}
			}
		})
	}
}

// TestOneOfManyIsGone has one customer delete its system user while others have theirs: it is withdrawn at its next
// verification. A customer that creates another one with another reference is not.
func TestOneOfManyIsGone(t *testing.T) {
	t.Parallel()
	const interval = 10 * time.Minute
	l := newSystemUserLoop(t, server.Client)
	l.verifyEvery(interval)
	all := numbers(4)
	keys := make([]client.ObjectKey, 0, len(all))
	for _, number := range all {
		keys = append(keys, l.grantedBySystemUser(number, notes))
	}
	l.deleteSystemUser(all[0])
	l.deleteSystemUser(all[1])
	_, err := l.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{
		SystemID: systemID, OrganizationNumber: all[1],
		ExternalRef: "made-by-hand",
	})
	l.must(err)
	*l.costs = costs{}
	l.run(2 * interval)
	t.Logf("one of 4 withdrawn, one replaced, two intervals: %s", l.costs)
	l.has(keys[0], notes, "Withdrawn DelegationWithdrawn")
	for _, key := range keys[1:] {
		l.has(key, notes, "Granted Delegated")
	}
	if a := l.access(keys[1], notes); a.ExternalRef != "made-by-hand" {
		t.Errorf("its system user is known by %s", a.ExternalRef)
	}
}

// TestSystemFaults has each fault of our system or our client's scopes. The Supplier reports it for the services that
// it concerns, customers with access keep it and are verified, and new ones receive their request after its end.
func TestSystemFaults(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		breaks, mends func(l *loop)
		reason        string
		services      string // concerned
	}{
		"not-registered": {
			breaks:   func(l *loop) { l.simulator.Altinn.RemoveSystem(systemID) },
			mends:    func(l *loop) { l.must(l.simulator.Altinn.RegisterSystem(registeredSystem())) },
			reason:   "SystemNotRegistered",
			services: "SickNotes SickPayApplications",
		},
		"rights": {
			breaks: func(l *loop) {
				s := registeredSystem()
				s.Rights = []string{"nav_something_else"}
				l.must(l.simulator.Altinn.RegisterSystem(s))
			},
			mends:    func(l *loop) { l.must(l.simulator.Altinn.RegisterSystem(registeredSystem())) },
			reason:   "SystemRightsRejected",
			services: "SickNotes SickPayApplications",
		},
		"altinn-scopes": {
			breaks:   func(l *loop) { l.registerClient(scope, fixture.Service(notes).Scope) },
			mends:    func(l *loop) { l.registerClient(systemUserScopes()...) },
			reason:   "ScopeNotRegistered",
			services: "SickNotes SickPayApplications",
		},
		"one-altinn-scope": {
			breaks:   func(l *loop) { l.registerClient(scope, fixture.Service(notes).Scope, altinn.ScopeRead) },
			mends:    func(l *loop) { l.registerClient(systemUserScopes()...) },
			reason:   "ScopeNotRegistered",
			services: "SickNotes SickPayApplications",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newSystemUserLoop(t, inMemory(t))
			l.verifyEvery(10 * time.Minute)
			granted := l.grantedBySystemUser(numbers(1)[0], plans, notes)
			c.breaks(l)
			l.annotateSupplier("prove it")
			l.wake(client.ObjectKey{Name: l.name})
			fresh := l.customerOf(tiger, plans, notes)
			l.delegate(tiger)
			l.run(25 * time.Minute)
			l.supplierSaysNow(v1alpha1.ConditionReady, "False "+c.reason)
			if got := l.concerned(c.reason); got != c.services {
				t.Errorf("%s of %q, want of %q", c.reason, got, c.services)
			}
			l.has(granted, plans, "Granted Delegated")
			l.has(granted, notes, "Granted Delegated")
			l.has(fresh, plans, "Granted Delegated")
			l.has(fresh, notes, "Unknown SupplierNotReady")
			for _, key := range []client.ObjectKey{granted, fresh} {
				if late := l.clock.Now().Sub(l.access(key, plans).LastVerifiedTime.Time); late > 12*time.Minute {
					t.Errorf("follow-up plans of %s were last verified %s ago", key.Name, late)
				}
			}
			if n := len(l.simulator.Altinn.SystemUserRequests()); n != 0 {
				t.Errorf("%d requests to customers meanwhile", n)
			}
			c.mends(l)
			l.run(3 * time.Minute)
			l.awaits(fresh, notes, simaltinn.RequestCreation)
			l.supplierSaysNow(v1alpha1.ConditionReady, "True CredentialsProved")
		})
	}
}

// concerned returns the services that the Supplier reports, if it is this reason.
func (l *loop) concerned(reason string) string {
	l.t.Helper()
	var names []string
	for _, s := range l.current().Status.Services {
		if s.Reason == reason {
			names = append(names, string(s.Name))
		}
	}
	return strings.Join(names, " ")
}

// TestRightsOfOneServiceHoldNobodyElse registers the system without the right to one service: all customers of the
// other service are verified on time meanwhile.
func TestRightsOfOneServiceHoldNobodyElse(t *testing.T) {
	t.Parallel()
	const interval, customers = 10 * time.Minute, 20
	l := newSystemUserLoop(t, inMemory(t))
	l.verifyEvery(interval)
	s := registeredSystem()
	s.Rights = []string{fixture.Service(notes).Resources[0]}
	l.must(l.simulator.Altinn.RegisterSystem(s))
	keys := make([]client.ObjectKey, 0, customers)
	for _, number := range numbers(customers) {
		keys = append(keys, l.grantedBySystemUser(number, notes))
	}
	l.customerOf(tiger, applications)
	l.run(2*interval + 2*time.Minute)
	l.supplierSaysNow(v1alpha1.ConditionReady, "False SystemRightsRejected")
	for _, key := range keys {
		if late := l.clock.Now().Sub(l.access(key, notes).LastVerifiedTime.Time); late > interval+2*time.Minute {
			t.Errorf("%s was last verified %s ago", key.Name, late)
		}
	}
}

// TestOneOddSystemUserIsNoFaultOfOurs has Maskinporten not find one customer's system user although it exists, while it
// finds the others': SystemClientMissing is not reported, or only until another customer's token.
func TestOneOddSystemUserIsNoFaultOfOurs(t *testing.T) {
	t.Parallel()
	l := newSystemUserLoop(t, inMemory(t))
	l.verifyEvery(10 * time.Minute)
	all := numbers(6)
	keys := make([]client.ObjectKey, 0, len(all))
	for _, number := range all {
		keys = append(keys, l.grantedBySystemUser(number, notes))
	}
	l.must(l.simulator.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{
		{Consumers: all[:1], AnswerFaults: simmaskinporten.AnswerFaults{HideSystemUsers: true}},
	}}}))
	l.run(time.Hour)
	before := len(l.recorded.Events)
	l.run(2 * time.Hour)
	for n := 0; len(l.recorded.Events) > 0; n++ {
		// One may have begun before. Another customer's token ends it.
		if event := <-l.recorded.Events; n >= before && !strings.Contains(event, v1alpha1.ReasonCredentialsProved) {
			t.Errorf("a transition in two hours in which nothing changed: %s", event)
		}
	}
	for _, key := range keys {
		l.has(key, notes, "Granted Delegated")
	}
}

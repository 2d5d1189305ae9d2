package verification

import (
	"context"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// TestAnotherSupplierInheritsNothing deletes the Supplier and creates one of the same name for another organization:
// the customer has granted that one nothing.
func TestAnotherSupplierInheritsNothing(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newWorld(t, server.Client, clock.Now, 6*time.Hour), clock)
	key := l.addCustomer(tiger)
	l.delegate(tiger)
	l.wake(key)
	l.run(time.Minute)

	const other = "315587336"
	old := l.current()
	l.must(l.client.Delete(context.Background(), old))
	l.wake(client.ObjectKey{Name: l.name})
	l.run(0)
	c, _ := l.simulator.Maskinporten.Client(clientID)
	c.OrganizationNumber = other
	l.must(l.simulator.Maskinporten.RegisterClient(c))
	again := l.supplier(6 * time.Hour)
	again.Spec.OrganizationNumber, again.Spec.Name = other, "SOMEBODY ELSE AS"
	l.create(again)
	l.wake(client.ObjectKey{Name: l.name})
	l.wake(key)
	l.run(time.Minute)

	status := l.customer(key).Status
	if got := says(status.Conditions, v1alpha1.ConditionDelegationVerified); got != "False NotDelegated" {
		t.Errorf("DelegationVerified %s: the customer has never delegated to %s", got, other)
	}
	if status.Authority.SupplierOrganizationNumber != other || status.Authority.Issuer != l.url {
		t.Errorf("asked on behalf of %+v", status.Authority)
	}
}

// TestRetryAfterIsReported has Maskinporten send a Retry-After: no request is sent before, and the Supplier says why.
func TestRetryAfterIsReported(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newWorld(t, server.Client, clock.Now, 10*time.Second), clock)
	key := l.addCustomer(tiger)
	l.delegate(tiger)
	l.wake(key)
	l.run(5 * time.Second)
	l.must(l.simulator.SetFaults(simulator.Faults{
		Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{
			Outage: simwire.OutageTooManyRequests, RetryAfter: simwire.RetryAfterSeconds,
		}},
	}))
	l.run(10 * time.Second) // the next question meets it
	l.simulator.Recorder.Reset()
	l.must(l.simulator.SetFaults(simulator.Faults{}))
	l.run(15 * time.Second) // half of the Retry-After of thirty seconds
	if n := len(l.simulator.Recorder.Report().Recent); n != 0 {
		t.Errorf("asked %d times although Maskinporten wanted to be left alone", n)
	}
	if got := says(l.current().Status.Conditions, v1alpha1.ConditionMaskinportenReachable); got != "False RateLimited" {
		t.Errorf("meanwhile MaskinportenReachable %s", got)
	}
	l.run(time.Minute)
	if got := says(l.current().Status.Conditions, v1alpha1.ConditionMaskinportenReachable); got != "True Reachable" {
		t.Errorf("afterwards MaskinportenReachable %s", got)
	}
}

// TestFailedWriteIsMadeUpFor fails the status write of a fault. The fault holds customers back, so the write must be
// repeated before the next interval.
func TestFailedWriteIsMadeUpFor(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newWorld(t, server.Client, clock.Now, 6*time.Hour), clock)
	key := l.addCustomer(tiger)
	l.delegate(tiger)
	l.wake(key)
	l.run(time.Minute)

	l.must(l.simulator.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{KeysExpired: true}}))
	l.suppliers.Client = refusingWrites{Client: l.client}
	supplier := client.ObjectKey{Name: l.name}
	l.annotateSupplier("prove it")
	if _, err := l.suppliers.Reconcile(context.Background(), request(supplier)); err == nil {
		t.Fatal("the write did not fail")
	}
	l.suppliers.Client = l.client
	l.wake(supplier)
	l.run(2 * time.Minute)
	if got := says(l.current().Status.Conditions, v1alpha1.ConditionReady); got != "False KeyExpired" {
		t.Errorf("Ready %s", got)
	}
	l.must(l.simulator.SetFaults(simulator.Faults{}))
	l.run(2 * time.Minute)
	if got := says(l.current().Status.Conditions, v1alpha1.ConditionReady); got != "True CredentialsProved" {
		t.Errorf("mended: Ready %s", got)
	}
}

// TestLongRequestIsHandled requests a verification by a value that is longer than the status can hold.
func TestLongRequestIsHandled(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newWorld(t, server.Client, clock.Now, 6*time.Hour), clock)
	key := l.addCustomer(tiger)
	l.delegate(tiger)
	l.annotate(key, v1alpha1.AnnotationReconcileRequestedAt, strings.Repeat("now ", 100))
	l.wake(key)
	l.run(time.Hour)
	if n := l.tokenRequests(tiger); n != 1 {
		t.Errorf("asked %d times, want 1", n)
	}
	if l.customer(key).Status.LastHandledReconcileAt == "" {
		t.Error("the request was not acknowledged")
	}
}

// TestOneOddCustomerIsNoOutage has Maskinporten's proxy refuse one customer only: the others and the Supplier are not
// affected, and the Supplier is not written again and again.
func TestOneOddCustomerIsNoOutage(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newWorld(t, server.Client, clock.Now, 6*time.Hour), clock)
	odd, other := l.addCustomer(tiger), l.addCustomer("315587336")
	l.delegate(tiger)
	l.delegate("315587336")
	l.must(l.simulator.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{
		{Consumers: []string{tiger}, AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageForbiddenHTML}},
	}}}))
	l.wake(odd)
	l.wake(other)
	l.run(10 * time.Minute)
	before := l.current()
	l.run(2 * time.Hour)
	if after := l.current(); after.ResourceVersion != before.ResourceVersion {
		t.Error("the Supplier was written to although nothing about it has changed")
	}
	if got := says(l.customer(other).Status.Conditions, v1alpha1.ConditionReady); got != "True Delegated" {
		t.Errorf("the other customer: Ready %s", got)
	}
	if got := says(l.customer(odd).Status.Conditions, v1alpha1.ConditionReady); got != "Unknown AuthorityUnavailable" {
		t.Errorf("the odd customer: Ready %s", got)
	}
}

// TestOwnFaultGoesBeforeComplaints has a violation and an expired key: the Supplier reports the key, and never the
// violation in between.
func TestOwnFaultGoesBeforeComplaints(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	l := newLoop(newWorld(t, server.Client, clock.Now, 10*time.Minute), clock)
	key := l.addCustomer(tiger)
	l.delegate(tiger)
	l.wake(key)
	l.run(time.Minute)
	l.must(l.simulator.SetFaults(simulator.Faults{
		Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{IgnoreConsumerOrg: true}},
	}))
	l.run(20 * time.Minute)
	if got := says(l.current().Status.Conditions, v1alpha1.ConditionReady); got != "False TokenMismatch" {
		t.Fatalf("Ready %s", got)
	}
	l.must(l.simulator.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{KeysExpired: true}}))
	l.run(5 * time.Minute)
	before := len(l.recorded.Events)
	l.run(time.Hour)
	if got := says(l.current().Status.Conditions, v1alpha1.ConditionReady); got != "False KeyExpired" {
		t.Errorf("Ready %s", got)
	}
	if n := len(l.recorded.Events) - before; n != 0 {
		t.Errorf("%d transitions in an hour in which nothing changed", n)
	}
}

// TestPassesAreOnTime counts reconciles: none comes a fraction of a second early, only to be repeated.
func TestPassesAreOnTime(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 123456789, time.UTC)}
	l := newLoop(newWorld(t, server.Client, clock.Now, 10*time.Second), clock)
	key := l.addCustomer(tiger)
	l.delegate(tiger)
	l.wake(key)
	l.run(10 * time.Minute)
	if asked := l.tokenRequests(tiger); l.passes[key] > asked+1 {
		t.Errorf("%d passes for %d questions", l.passes[key], asked)
	}
}

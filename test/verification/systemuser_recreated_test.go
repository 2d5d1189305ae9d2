package verification

import (
	"context"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

// oldRef is a reference that the operator does not choose.
const oldRef = "cust-42"

// recreate deletes a customer and creates it again, without its status.
func (l *loop) recreate(key client.ObjectKey, names ...v1alpha1.ServiceName) {
	l.t.Helper()
	l.must(l.client.Delete(context.Background(), l.customer(key)))
	l.restart()
	l.customerOf(tiger, names...)
}

// TestRecreatedCustomerKeepsItsSystemUser creates a customer whose system user is at Altinn under another reference. It
// is taken over, without a request, and once more after the customer was created again.
func TestRecreatedCustomerKeepsItsSystemUser(t *testing.T) {
	l := newSystemUserLoop(t, server.Client)
	_, err := l.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{
		SystemID: systemID, OrganizationNumber: tiger, ExternalRef: oldRef,
	})
	l.must(err)
	key := l.customerOf(tiger, notes, applications)
	for range 2 {
		l.run(time.Minute)
		l.has(key, notes, "Granted Delegated")
		l.has(key, applications, "Granted Delegated")
		l.says(key, v1alpha1.ConditionReady, "True Delegated")
		if got := l.access(key, notes).ExternalRef; got != oldRef {
			t.Errorf("reference %q", got)
		}
		l.recreate(key, notes, applications)
	}
	if n := len(l.simulator.Altinn.SystemUserRequests()); n != 0 {
		t.Errorf("%d requests to the customer", n)
	}
}

// TestRecreatedCustomerAwaitsItsRequest creates a customer again while a request of another reference waits.
func TestRecreatedCustomerAwaitsItsRequest(t *testing.T) {
	l := newSystemUserLoop(t, server.Client)
	key := l.addCustomer(tiger)
	l.wants(key, notes)
	c := l.customer(key)
	c.Status.Authority = entitlement.AuthorityOf(l.current())
	c.Status.Services = []v1alpha1.CustomerServiceStatus{{Name: notes, Authorization: v1alpha1.Authorization{
		Kind: v1alpha1.AccessSystemUser, State: v1alpha1.AuthorizationUnknown,
		Reason: v1alpha1.ReasonVerificationPending, ExternalRef: oldRef,
	}}}
	l.must(l.client.Status().Update(context.Background(), c))
	l.wake(key)
	for range 2 {
		l.run(0)
		l.awaits(key, notes, simaltinn.RequestCreation)
		if got := l.access(key, notes).ExternalRef; got != oldRef {
			t.Errorf("reference %q", got)
		}
		l.recreate(key, notes)
	}
}

// TestRecreatedCustomerIsNotAskedInAnOutage has a list of system users that cannot be read, and one without references.
// The customer receives no request.
func TestRecreatedCustomerIsNotAskedInAnOutage(t *testing.T) {
	cases := map[string]struct {
		reason string
		faults simulator.Faults
	}{
		"references": {
			reason: "the list does not tell them",
			faults: simulator.Faults{Readings: simulator.Readings{
				AltinnReadings: simaltinn.Readings{ListOmitsReferences: true},
			}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := newSystemUserLoop(t, server.Client)
			_, err := l.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{
				SystemID: systemID, OrganizationNumber: tiger, ExternalRef: oldRef,
			})
			l.must(err)
			l.clock.Set(l.clock.Now().Add(time.Hour)) // Maskinporten sees it
			l.must(l.simulator.SetFaults(c.faults))
			key := l.customerOf(tiger, notes)
			l.run(time.Minute)
			if got := l.access(key, notes).State; got != v1alpha1.AuthorizationUnknown {
				t.Errorf("%s: %s", c.reason, got)
			}
			if n := len(l.simulator.Altinn.SystemUserRequests()); n != 0 {
				t.Errorf("%s: %d requests to the customer", c.reason, n)
			}

			l.must(l.simulator.SetFaults(simulator.Faults{}))
			l.run(2 * waitingInterval)
			l.has(key, notes, "Granted Delegated")
		})
	}
}

package verification

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/sample"
)

// TestOnlyOneAnnotationAsksAgain verifies customers that rejected their system user, as kubectl annotate --all does:
// none receives another request. The other annotation sends one, once, and does not wait for the first.
func TestOnlyOneAnnotationAsksAgain(t *testing.T) {
	cases := map[string]struct {
		refuse func(l *loop, key client.ObjectKey)
		state  string
	}{
		"rejected": {
			refuse: func(l *loop, _ client.ObjectKey) {
				_, err := l.simulator.Altinn.RejectRequest(tiger)
				l.must(err)
				l.run(time.Minute)
			},
			state: "Rejected ApprovalRejected",
		},
		"deleted": {
			refuse: func(l *loop, key client.ObjectKey) {
				l.approve(tiger)
				l.run(time.Minute)
				l.has(key, notes, "Granted Delegated")
				l.deleteSystemUser(tiger)
			},
			state: "Withdrawn DelegationWithdrawn",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			overSystemUsers(t, func(t *testing.T, o offer) {
				l := newSystemUserLoop(t, server.Client, o)
				key := l.customerOf(tiger, notes)
				l.run(0)
				tc.refuse(l, key)
				before := len(l.simulator.Altinn.SystemUserRequests())
				for _, value := range []string{"first", "second"} {
					l.verifyNow(key, value)
					l.run(time.Minute)
					if got := l.customer(key).Status.LastHandledReconcileAt; got != value {
						t.Errorf("acknowledged %q, want %q", got, value)
					}
					l.has(key, notes, tc.state)
				}
				if n := len(l.simulator.Altinn.SystemUserRequests()); n > before {
					t.Errorf("a verification sent the customer a request: %d, before %d", n, before)
				}

				l.prompt(key, "ask")
				l.run(0)
				l.awaits(key, notes, simaltinn.RequestCreation)
				status := l.customer(key).Status
				if status.LastHandledAskCustomerAgain != "ask" || status.PendingAskCustomerAgain != "" {
					t.Errorf("handled %q, pending %q: want ask, and none", status.LastHandledAskCustomerAgain,
						status.PendingAskCustomerAgain)
				}
				_, err := l.simulator.Altinn.RejectRequest(tiger)
				l.must(err)
				l.run(time.Minute)
				l.verifyNow(key, "third")
				l.run(24 * time.Hour)
				l.has(key, notes, "Rejected ApprovalRejected")
			})
		})
	}
}

// TestAskAgainOutlivesItsAnnotation asks a customer again during an outage, and removes the annotation as a GitOps
// engine does: the customer receives one request when the outage ends, also from another leader.
func TestAskAgainOutlivesItsAnnotation(t *testing.T) {
	for name, restarts := range map[string]bool{"one leader": false, "another leader": true} {
		t.Run(name, func(t *testing.T) {
			overSystemUsers(t, func(t *testing.T, o offer) {
				l := newSystemUserLoop(t, server.Client, o)
				key := l.customerOf(tiger, notes)
				l.run(0)
				_, err := l.simulator.Altinn.RejectRequest(tiger)
				l.must(err)
				l.run(time.Minute)
				l.has(key, notes, "Rejected ApprovalRejected")

				l.must(l.simulator.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{
					AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageServiceUnavailable},
				}}))
				l.prompt(key, "ask")
				l.run(0)
				if got := l.customer(key).Status; got.PendingAskCustomerAgain != "ask" || got.LastHandledAskCustomerAgain != "" {
					t.Errorf("pending %q, handled %q: want ask, and none", got.PendingAskCustomerAgain,
						got.LastHandledAskCustomerAgain)
				}
				l.strip(key)
				if restarts {
					l.restart(key)
				}
				l.run(5 * time.Minute)
				l.must(l.simulator.SetFaults(simulator.Faults{}))
				l.run(10 * time.Minute)
				l.awaits(key, notes, simaltinn.RequestCreation)
				if got := l.customer(key).Status; got.PendingAskCustomerAgain != "" || got.LastHandledAskCustomerAgain != "ask" {
					t.Errorf("pending %q, handled %q: want none, and ask", got.PendingAskCustomerAgain,
						got.LastHandledAskCustomerAgain)
				}
				if n := len(l.simulator.Altinn.SystemUserRequests()); n != 2 {
					t.Errorf("%d requests, want the first and the one after the annotation", n)
				}
			})
		})
	}
}

// TestRequestsWaitForASystem annotates a customer while its Supplier has no system: nothing is acknowledged before a
// verification.
func TestRequestsWaitForASystem(t *testing.T) {
	l := newSystemUserLoop(t, server.Client)
	s := l.current()
	s.Spec.SystemUser = v1alpha1.SystemUserAccess{}
	l.must(l.client.Update(t.Context(), s))
	key := l.customerOf(tiger, notes)
	l.annotate(key, v1alpha1.AnnotationAskCustomerAgain, "ask")
	l.verifyNow(key, "verify")
	l.run(time.Hour)
	status := l.customer(key).Status
	if status.LastHandledReconcileAt != "" || status.LastHandledAskCustomerAgain != "" ||
		status.PendingReconcileAt != "verify" || status.PendingAskCustomerAgain != "ask" {
		t.Errorf("acknowledged without a verification: %+v", status)
	}
	s = l.current()
	s.Spec.SystemUser.SystemID = systemID
	l.must(l.client.Update(t.Context(), s))
	l.wake(client.ObjectKey{Name: l.name})
	l.wake(key)
	l.run(time.Minute)
	l.awaits(key, notes, simaltinn.RequestCreation)
	if status := l.customer(key).Status; status.LastHandledReconcileAt != "verify" ||
		status.LastHandledAskCustomerAgain != "ask" {
		t.Errorf("not acknowledged: %+v", status)
	}
}

// TestDuplicateIsNotAsked lists an organization twice, once with a service more: the request of the younger one is for
// that service alone, also if a person asks the customer again.
func TestDuplicateIsNotAsked(t *testing.T) {
	l := newSystemUserLoop(t, server.Client)
	older := l.customerOf(tiger, notes)
	l.run(0)
	l.approve(tiger)
	l.run(time.Minute)
	l.has(older, notes, "Granted Delegated")
	next := l.customer(older).CreationTimestamp.Add(time.Second)
	eventually(t, "a second in which the younger one is created", func() bool { return time.Now().After(next) })

	c := sample.Customer(l.name, l.name, tiger)
	c.Name = "again"
	l.create(c)
	younger := client.ObjectKeyFromObject(c)
	l.wants(younger, notes, applications)
	l.wake(younger)
	l.run(0)
	for _, ask := range []bool{false, true} {
		if ask {
			l.prompt(younger, "ask")
			l.run(time.Minute)
		}
		l.has(younger, notes, "Unknown DuplicateOrganization")
		l.has(younger, applications, "AwaitingApproval AwaitingApproval")
		l.says(younger, v1alpha1.ConditionReady, "False DuplicateOrganization")
		open := l.openRequests(simaltinn.RequestChange)
		if len(open) != 1 || len(open[0].Rights) != 1 || open[0].Rights[0] != fixture.Service(applications).Resources[0] {
			t.Errorf("the open requests are %+v, want one for sick pay applications alone", open)
		}
	}
}

package verification

import (
	"testing"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

// TestSystemUserRefused has the customer reject its request, in each of Altinn's statuses: it receives no other for
// days, and one when a person asks for it.
func TestSystemUserRefused(t *testing.T) {
	t.Parallel()
	words := map[string]func(*simaltinn.Service, string) (simaltinn.SystemUserRequest, error){
		"Rejected": (*simaltinn.Service).RejectRequest,
		"Denied":   (*simaltinn.Service).DenyRequest,
	}
	for word, refuse := range words {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			l := newSystemUserLoop(t, server.Client)
			key := l.customerOf(tiger, notes)
			l.run(0)
			first, err := refuse(l.simulator.Altinn, tiger)
			l.must(err)
			l.costs = &costs{}
			l.run(time.Minute)
			l.has(key, notes, "Rejected ApprovalRejected")
			l.says(key, v1alpha1.ConditionReady, "False ApprovalRejected")
			l.noAddressLeft(key)
			l.cost("the no", "0 POST, 1 GET, 0 tokens, 1 writes")

			l.run(3 * 24 * time.Hour)
			l.has(key, notes, "Rejected ApprovalRejected")
			l.stillAsked("three days later", 3*24*10/9+6) // an hour, less its jitter

			l.prompt(key, "ask again")
			l.run(0)
			l.awaits(key, notes, simaltinn.RequestCreation)
			l.cost("asked again by a person", "1 POST, 6 GET, 1 tokens, 1 writes")
			if again := l.openRequests(simaltinn.RequestCreation)[0]; again.ExternalRef != first.ExternalRef ||
				again.ID == first.ID {
				t.Errorf("asked again by %+v, after %+v", again, first)
			}
			l.wake(key)
			l.run(time.Minute)
			l.cost("the same prompt once more", "0 POST, 2 GET, 0 tokens, 1 writes")

			_, err = refuse(l.simulator.Altinn, tiger)
			l.must(err)
			l.run(24 * time.Hour)
			l.has(key, notes, "Rejected ApprovalRejected")
			if n := len(l.simulator.Altinn.SystemUserRequests()); n != 2 {
				t.Errorf("%d requests, want the first and the one that was prompted", n)
			}
		})
	}
}

// TestChangeRefused has the customer reject more rights: its access stays, and it receives another request when a
// person asks for it.
func TestChangeRefused(t *testing.T) {
	t.Parallel()
	l := newSystemUserLoop(t, server.Client)
	key := l.customerOf(tiger, notes)
	l.run(0)
	l.approve(tiger)
	l.run(time.Minute)
	l.wants(key, notes, applications)
	l.wake(key)
	l.run(0)
	_, err := l.simulator.Altinn.RejectRequest(tiger)
	l.must(err)
	l.run(3 * 24 * time.Hour)
	l.has(key, notes, "Granted Delegated")
	l.has(key, applications, "Rejected ApprovalRejected")
	l.says(key, v1alpha1.ConditionDelegationVerified, "False PartiallyDelegated")
	if n := len(l.simulator.Altinn.SystemUserRequests()); n != 2 {
		t.Errorf("%d requests, want one for the system user and one for the change", n)
	}
	l.prompt(key, "ask again")
	l.run(0)
	l.has(key, notes, "Granted Delegated")
	l.awaits(key, applications, simaltinn.RequestChange)
	l.approve(tiger)
	l.run(time.Minute)
	l.says(key, v1alpha1.ConditionReady, "True Delegated")
}

// TestRequestTimesOut lets a request's half year pass. Altinn has no status for that, and returns the old request for
// every further one until it is deleted. The operator deletes it and sends the customer one new request, because it has
// not rejected any.
func TestRequestTimesOut(t *testing.T) {
	t.Parallel()
	l := newSystemUserLoop(t, server.Client)
	key := l.customerOf(tiger, notes)
	l.run(0)
	first := l.openRequests(simaltinn.RequestCreation)[0]
	_, err := l.simulator.Altinn.TimeOutRequest(tiger)
	l.must(err)
	l.costs = &costs{}
	l.run(time.Minute)
	l.has(key, notes, "AwaitingApproval AwaitingApproval")
	l.cost("timed out", "0 POST, 1 GET, 0 tokens, 1 writes")
	l.until("another request", 2*waitingInterval,
		func() bool { return len(l.openRequests(simaltinn.RequestCreation)) == 1 })
	l.awaits(key, notes, simaltinn.RequestCreation)
	l.cost("asked anew", "2 POST, 5 GET, 1 tokens, 1 writes")
	if again := l.openRequests(simaltinn.RequestCreation)[0]; again.ID == first.ID {
		t.Error("the request that has timed out is still waited for")
	}
	l.approve(tiger)
	l.run(2 * waitingInterval)
	l.has(key, notes, "Granted Delegated")

	l.wants(key, notes, applications)
	l.wake(key)
	l.run(0)
	_, err = l.simulator.Altinn.TimeOutRequest(tiger)
	l.must(err)
	l.run(time.Minute)
	l.awaits(key, applications, simaltinn.RequestChange)
	if n := len(l.simulator.Altinn.SystemUserRequests()); n != 4 {
		t.Errorf("%d requests, want two of each kind", n)
	}
}

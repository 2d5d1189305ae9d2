package verification

import (
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

// TestLifeOfASystemUser follows one customer from its first service to its second, through a withdrawal and back, and
// counts the costs of each step.
func TestLifeOfASystemUser(t *testing.T) {
	t.Parallel()
	overSystemUsers(t, func(t *testing.T, o offer) {
		l := newSystemUserLoop(t, server.Client, o)
		key := l.customerOf(tiger, notes)
		l.firstApproval(key)
		l.secondService(key)
		l.awayAndBack(key)
	})
}

// firstApproval is from the first request to the first token.
func (l *loop) firstApproval(key client.ObjectKey) {
	l.t.Helper()
	l.run(0)
	l.awaits(key, notes, simaltinn.RequestCreation)
	l.says(key, v1alpha1.ConditionDelegationVerified, "False AwaitingApproval")
	l.cost("asked for a system user", "1 POST, 4 GET, 1 tokens, 1 writes")

	l.run(time.Minute)
	l.awaits(key, notes, simaltinn.RequestCreation)
	l.cost("read whether it is approved, and other requests", "0 POST, 2 GET, 0 tokens, 1 writes")

	l.approve(tiger)
	l.run(time.Minute)
	l.has(key, notes, "Granted Delegated")
	l.says(key, v1alpha1.ConditionDelegationVerified, "True Delegated")
	l.noAddressLeft(key)
	l.cost("approved", "0 POST, 1 GET, 1 tokens, 1 writes")
}

// secondService is from another service's listing to its token.
func (l *loop) secondService(key client.ObjectKey) {
	l.t.Helper()
	l.wants(key, notes, applications)
	l.wake(key)
	l.run(0)
	l.has(key, notes, "Granted Delegated")
	l.awaits(key, applications, simaltinn.RequestChange)
	l.says(key, v1alpha1.ConditionDelegationVerified, "False PartiallyDelegated")
	l.cost("a second service", "1 POST, 2 GET, 1 tokens, 1 writes")

	l.approve(tiger)
	l.run(time.Minute)
	l.has(key, applications, "Granted Delegated")
	l.says(key, v1alpha1.ConditionDelegationVerified, "True Delegated")
	l.noAddressLeft(key)
	l.cost("the change approved", "0 POST, 1 GET, 1 tokens, 1 writes")
}

// awayAndBack is from a system user's end to its successor's first token.
func (l *loop) awayAndBack(key client.ObjectKey) {
	l.t.Helper()
	before := l.access(key, notes).ExternalRef
	l.deleteSystemUser(tiger)
	withdrawn := func() bool {
		return says(l.customer(key).Status.Conditions, v1alpha1.ConditionDelegationVerified) == "False DelegationWithdrawn"
	}
	l.until("withdrawal", 2*grantedInterval, withdrawn)
	l.has(key, notes, "Withdrawn DelegationWithdrawn")
	l.cost("deleted by the customer", "0 POST, 6 GET, 3 tokens, 2 writes")

	l.run(3 * 24 * time.Hour)
	l.has(key, notes, "Withdrawn DelegationWithdrawn")
	l.has(key, applications, "Withdrawn DelegationWithdrawn")
	// two services, each once an hour and a few times more at first, with jitter
	l.stillAsked("three days later", 2*(3*24*10/9+6))

	l.prompt(key, "ask again")
	l.run(0)
	l.awaits(key, notes, simaltinn.RequestCreation)
	l.awaits(key, applications, simaltinn.RequestCreation)
	if after := l.access(key, notes).ExternalRef; after != before {
		l.t.Errorf("asked again by another reference, %s", after)
	}
	l.cost("asked again by a person", "1 POST, 8 GET, 2 tokens, 1 writes")

	l.approve(tiger)
	l.run(time.Minute)
	l.has(key, notes, "Granted Delegated")
	l.has(key, applications, "Granted Delegated")
	l.says(key, v1alpha1.ConditionReady, "True Delegated")
	l.cost("approved again", "0 POST, 2 GET, 2 tokens, 1 writes")
}

// TestLostAnswerIsFoundAgain fails the status write after a request, and forgets all memory: Altinn has the request,
// and the customer receives no second one. The same holds for a change of rights, and after a rejection.
func TestLostAnswerIsFoundAgain(t *testing.T) {
	t.Parallel()
	for name, refuses := range map[string]bool{"given-back": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newSystemUserLoop(t, server.Client)
			l.must(l.simulator.SetFaults(simulator.Faults{
				Readings: simulator.Readings{AltinnReadings: simaltinn.Readings{RefusesKnownRequests: refuses}},
			}))
			key := l.customerOf(tiger, notes)
			l.losesAnswer(key)
			l.awaits(key, notes, simaltinn.RequestCreation)

			_, err := l.simulator.Altinn.RejectRequest(tiger)
			l.must(err)
			l.run(time.Minute)
			l.has(key, notes, "Rejected ApprovalRejected")
			l.prompt(key, "ask again")
			l.losesAnswer(key)
			l.awaits(key, notes, simaltinn.RequestCreation)

			l.approve(tiger)
			l.run(time.Minute)
			l.wants(key, notes, applications)
			l.losesAnswer(key)
			l.awaits(key, applications, simaltinn.RequestChange)
			if n := len(l.simulator.Altinn.SystemUserRequests()); n != 3 {
				t.Errorf("%d requests at Altinn, want one to begin with, one after the no, and one change", n)
			}
		})
	}
}

// losesAnswer makes a reconcile that sends a request and cannot write, and another one after a restart.
func (l *loop) losesAnswer(key client.ObjectKey) {
	l.t.Helper()
	l.failingWrites(key)
	asked := len(l.simulator.Altinn.SystemUserRequests())
	before := l.clock.Now()
	l.restart(key)
	l.run(0)
	if again := len(l.simulator.Altinn.SystemUserRequests()) - asked; again != 0 || !l.clock.Now().Equal(before) {
		l.t.Errorf("asked %d times more", again)
	}
}

// TestHandMadeSystemUser has the customer create its system user at Altinn before the first request: it is recognized.
func TestHandMadeSystemUser(t *testing.T) {
	t.Parallel()
	l := newSystemUserLoop(t, server.Client)
	l.grantedBySystemUser(tiger, notes, applications)
	l.cost("made by hand", "0 POST, 4 GET, 2 tokens, 1 writes")
	if n := len(l.simulator.Altinn.SystemUserRequests()); n != 0 {
		t.Errorf("asked %d times for what was there", n)
	}
}

// TestEscalatedIsReported has a user of the customer who may not approve forward the request. Ready says that it was
// forwarded until the customer has answered.
func TestEscalatedIsReported(t *testing.T) {
	t.Parallel()
	l := newSystemUserLoop(t, server.Client)
	key := l.customerOf(tiger, notes)
	l.run(0)
	_, err := l.simulator.Altinn.EscalateRequest(tiger)
	l.must(err)
	forwarded := func() bool { return l.access(key, notes).Escalated }
	l.until("word of whose turn it is", 30*time.Minute, forwarded)
	l.awaits(key, notes, simaltinn.RequestCreation)
	for _, c := range l.customer(key).Status.Conditions {
		if c.Type == v1alpha1.ConditionReady && !strings.Contains(c.Message, "forwarded") {
			t.Errorf("Ready does not say whose turn it is: %s", c.Message)
		}
	}
	l.approve(tiger)
	l.run(2 * waitingInterval)
	l.has(key, notes, "Granted Delegated")
	if forwarded() {
		t.Error("what was answered still waits for an access manager")
	}
}

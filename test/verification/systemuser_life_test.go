package verification

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
)

// TestLifeOfASystemUser follows one customer from its first service to its second, away and back again, and counts what
// each step costs. Our own tokens for Altinn live for two minutes, so that a step may find one that is still good.
func TestLifeOfASystemUser(t *testing.T) {
	l := newSystemUserLoop(t)
	key := l.customerOf(tiger, notes)
	l.firstApproval(key)
	l.secondService(key)
	l.awayAndBack(key)
}

// firstApproval is from the first question to the first token.
func (l *loop) firstApproval(key client.ObjectKey) {
	l.t.Helper()
	l.run(0)
	l.awaits(key, notes, simulator.RequestCreation)
	l.says(key, integrationsv1alpha1.ConditionDelegationVerified, "False AwaitingApproval")
	l.cost("asked for a system user", "1 POST, 1 GET, 1 tokens, 1 own, 1 writes")

	l.run(time.Minute)
	l.awaits(key, notes, simulator.RequestCreation)
	l.cost("looked whether it is approved", "0 POST, 1 GET, 0 tokens, 1 own, 1 writes")

	l.approve(tiger)
	l.run(time.Minute)
	l.has(key, notes, "Granted Delegated")
	l.says(key, integrationsv1alpha1.ConditionDelegationVerified, "True Delegated")
	l.noAddressLeft(key)
	l.cost("approved", "0 POST, 1 GET, 1 tokens, 0 own, 1 writes")
}

// secondService is from another service's listing to its token.
func (l *loop) secondService(key client.ObjectKey) {
	l.t.Helper()
	l.wants(key, notes, applications)
	l.wake(key)
	l.run(0)
	l.has(key, notes, "Granted Delegated")
	l.awaits(key, applications, simulator.RequestChange)
	l.says(key, integrationsv1alpha1.ConditionDelegationVerified, "False PartiallyDelegated")
	l.cost("a second service", "?")

	l.approve(tiger)
	l.run(time.Minute)
	l.has(key, applications, "Granted Delegated")
	l.says(key, integrationsv1alpha1.ConditionDelegationVerified, "True Delegated")
	l.noAddressLeft(key)
	l.cost("the change approved", "?")
}

// awayAndBack is from a system user's end to its successor's first token.
func (l *loop) awayAndBack(key client.ObjectKey) {
	l.t.Helper()
	before := l.access(key, notes).ExternalRef
	l.deleteSystemUser(tiger)
	withdrawn := func() bool {
		return says(l.customer(key).Status.Conditions, integrationsv1alpha1.ConditionDelegationVerified) == "False DelegationWithdrawn"
	}
	l.until("withdrawal", 2*grantedInterval, withdrawn)
	l.has(key, notes, "Withdrawn DelegationWithdrawn")
	l.cost("deleted by the customer", "?")

	l.run(3 * 24 * time.Hour)
	l.has(key, notes, "Withdrawn DelegationWithdrawn")
	l.has(key, applications, "Withdrawn DelegationWithdrawn")
	l.cost("three days later", "?")

	l.prompt(key, "ask again")
	l.run(0)
	l.awaits(key, notes, simulator.RequestCreation)
	l.awaits(key, applications, simulator.RequestCreation)
	if after := l.access(key, notes).ExternalRef; after == before {
		l.t.Errorf("asked again by the same reference %s", after)
	}
	l.cost("asked again by a person", "?")

	l.approve(tiger)
	l.run(time.Minute)
	l.has(key, notes, "Granted Delegated")
	l.has(key, applications, "Granted Delegated")
	l.says(key, integrationsv1alpha1.ConditionReady, "True Delegated")
	l.cost("approved again", "?")
}

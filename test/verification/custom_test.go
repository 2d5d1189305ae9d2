package verification

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// redeclare changes the Supplier's declaration of a service, and wakes a customer, as the manager's watch does.
func (l *loop) redeclare(key client.ObjectKey, name v1alpha1.ServiceName, change func(*v1alpha1.CustomService)) {
	l.t.Helper()
	s := l.current()
	for i := range s.Spec.Services {
		if s.Spec.Services[i].Name == l.offer.named(name) {
			change(s.Spec.Services[i].Custom)
		}
	}
	l.must(l.client.Update(context.Background(), s))
	l.wake(client.ObjectKey{Name: l.name})
	l.wake(key)
}

// verifiesNow requests a verification of a customer, and checks that access to a service is verified by it.
func (l *loop) verifiesNow(key client.ObjectKey, name v1alpha1.ServiceName) {
	l.t.Helper()
	requested := l.clock.Now()
	l.verifyNow(key, requested.String())
	l.run(time.Minute)
	l.has(key, name, "Granted Delegated")
	if at := l.access(key, name).LastVerifiedTime; at.Time.Before(requested) {
		l.t.Errorf("%s was last verified %s, want since %s", name, at, requested)
	}
}

// readyMessage returns the message of a customer's Ready.
func (l *loop) readyMessage(key client.ObjectKey) string {
	l.t.Helper()
	for _, c := range l.customer(key).Status.Conditions {
		if c.Type == v1alpha1.ConditionReady {
			return c.Message
		}
	}
	return ""
}

// TestAnotherScopeIsAnotherAccess changes the scope of a delegated service that customers list. Access to the old one
// counts for nothing, also while Maskinporten does not respond.
func TestAnotherScopeIsAnotherAccess(t *testing.T) {
	t.Parallel()
	const other = "kartverk:nrl.lesing"
	l := newSystemUserLoop(t, server.Client, asCustom)
	l.must(l.simulator.Maskinporten.RegisterScope(simmaskinporten.Scope{
		Name: other, DelegationSource: "altinn", GrantedTo: []string{tiger}, TokenLifetime: simwire.Duration(2 * time.Minute),
	}))
	l.registerClient(append(systemUserScopes(), other)...)
	l.delegate(tiger)
	key := l.customerOf(tiger, plans)
	l.run(time.Minute)
	l.has(key, plans, "Granted Delegated")

	l.must(l.simulator.Maskinporten.SetFaults(simmaskinporten.Faults{
		AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageServiceUnavailable},
	}))
	l.redeclare(key, plans, func(c *v1alpha1.CustomService) { c.Access.APIDelegation.Scope = other })
	l.run(time.Minute)
	if state := l.access(key, plans).State; state != v1alpha1.AuthorizationUnknown {
		t.Errorf("%s after the change, want Unknown: the token was for another scope", state)
	}
	l.must(l.simulator.Maskinporten.SetFaults(simmaskinporten.Faults{}))
	l.run(10 * time.Minute)
	l.has(key, plans, "NotGranted NotDelegated")
	l.must(l.simulator.Maskinporten.Delegate(tiger, supplierNumber, other))
	l.run(waitingInterval * 2)
	l.has(key, plans, "Granted Delegated")
	if got := l.access(key, plans).Access; got != other {
		t.Errorf("the status is about the access %q", got)
	}
}

// TestMoreRightsAreRequested adds a resource to a service with a system user, which came from a request or which the
// customer created at Altinn. The customer receives a change of rights, and the access counts once it is approved.
func TestMoreRightsAreRequested(t *testing.T) {
	t.Parallel()
	for name, isByHand := range map[string]bool{"requested": false, "by hand": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newSystemUserLoop(t, server.Client, asCustom)
			if isByHand {
				_, err := l.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{
					SystemID: systemID, OrganizationNumber: tiger, Rights: fixture.Service(notes).Resources,
				})
				l.must(err)
			}
			key := l.customerOf(tiger, notes)
			l.run(0)
			if !isByHand {
				l.approve(tiger)
			}
			l.run(2 * time.Minute)
			l.has(key, notes, "Granted Delegated")

			more := v1alpha1.ResourceID(fixture.Service(applications).Resources[0])
			l.redeclare(key, notes, func(c *v1alpha1.CustomService) {
				c.Access.SystemUser.Resources = append(c.Access.SystemUser.Resources, more)
			})
			l.run(0)
			l.awaits(key, notes, simaltinn.RequestChange)
			if open := l.openRequests(simaltinn.RequestChange); !slices.Contains(open[0].Rights, string(more)) {
				t.Errorf("the request is for %v", open[0].Rights)
			}
			l.approve(tiger)
			l.run(2 * time.Minute)
			l.has(key, notes, "Granted Delegated")
		})
	}
}

// TestRefusalOutlivesMoreRights adds a resource to a service whose customer rejected the request. The customer receives
// no request for it until a person asks for one.
func TestRefusalOutlivesMoreRights(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		refuse func(*loop)
		want   string
	}{
		"rejected": {
			refuse: func(l *loop) {
				_, err := l.simulator.Altinn.RejectRequest(tiger)
				l.must(err)
			}, want: "Rejected ApprovalRejected",
		},
		"deleted": {
			refuse: func(l *loop) {
				l.approve(tiger)
				l.run(2 * time.Minute)
				l.deleteSystemUser(tiger)
			}, want: "Withdrawn DelegationWithdrawn",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newSystemUserLoop(t, server.Client, asCustom)
			key := l.customerOf(tiger, notes)
			l.run(0)
			c.refuse(l)
			l.run(2 * grantedInterval)
			l.has(key, notes, c.want)
			more := v1alpha1.ResourceID(fixture.Service(applications).Resources[0])
			l.redeclare(key, notes, func(c *v1alpha1.CustomService) {
				c.Access.SystemUser.Resources = append(c.Access.SystemUser.Resources, more)
			})
			l.run(2 * grantedInterval)
			l.has(key, notes, c.want)
			for _, kind := range []simaltinn.RequestKind{simaltinn.RequestCreation, simaltinn.RequestChange} {
				if open := l.openRequests(kind); len(open) > 0 {
					t.Errorf("the customer received %v", open)
				}
			}
			l.prompt(key, "ask")
			l.run(time.Minute)
			l.awaits(key, notes, simaltinn.RequestCreation)
		})
	}
}

// TestPackagesOfAServiceAreRequested offers a service that needs an access package and no resource.
func TestPackagesOfAServiceAreRequested(t *testing.T) {
	t.Parallel()
	const urn = "urn:altinn:accesspackage:a-ordning"
	l := newSystemUserLoop(t, server.Client, asCustom)
	system := registeredSystem()
	system.AccessPackages = []string{urn}
	l.must(l.simulator.Altinn.RegisterSystem(system))
	key := l.customerOf(tiger, notes)
	l.redeclare(key, notes, func(c *v1alpha1.CustomService) {
		c.Access.SystemUser.Resources, c.Access.SystemUser.AccessPackages = nil, []v1alpha1.AccessPackage{urn}
	})
	l.run(0)
	l.awaits(key, notes, simaltinn.RequestCreation)
	open := l.openRequests(simaltinn.RequestCreation)[0]
	if !slices.Equal(open.AccessPackages, []string{urn}) || len(open.Rights) > 0 {
		t.Errorf("the request is for %v and %v", open.Rights, open.AccessPackages)
	}
	l.approve(tiger)
	l.run(2 * time.Minute)
	l.has(key, notes, "Granted Delegated")
}

// TestCustomerLacksTheScope has the owner of a scope not grant it to one of two customers, and then revoke it from the
// other. Neither concerns the Supplier, and access that a token has proved stays.
func TestCustomerLacksTheScope(t *testing.T) {
	t.Parallel()
	l := newSystemUserLoop(t, server.Client, asCustomOfCustomers)
	holder, other := numbers(1)[0], numbers(40)[39]
	for _, number := range []string{holder, other} {
		l.delegate(number)
	}
	held, lacking := l.customerOf(holder, plans), l.customerOf(other, plans)
	l.run(time.Minute)
	l.supplierSaysNow(v1alpha1.ConditionReady, "True CredentialsProved")
	l.has(held, plans, "Granted Delegated")
	l.has(lacking, plans, "NotGranted ScopeNotHeld")
	l.says(lacking, v1alpha1.ConditionReady, "False ScopeNotHeld")
	if message := l.readyMessage(lacking); !strings.Contains(message, scope) {
		t.Errorf("Ready does not name the scope: %s", message)
	}

	l.grantScope(other)
	l.run(2 * grantedInterval)
	l.has(lacking, plans, "Granted Delegated")
	l.has(held, plans, "Granted Delegated")
	l.supplierSaysNow(v1alpha1.ConditionReady, "True CredentialsProved")
	l.run(26 * time.Hour) // the grace period
	l.has(held, plans, "Granted ScopeNotHeld")
	l.says(held, v1alpha1.ConditionReady, "False ScopeNotHeld")
	l.supplierSaysNow(v1alpha1.ConditionReady, "True CredentialsProved")
	l.grantScope(holder, other)
	l.run(2 * waitingInterval)
	l.has(held, plans, "Granted Delegated")
}

// TestScopeOfOneServiceIsItsOwn removes the scope of a custom service from the client: only that service is
// unavailable.
func TestScopeOfOneServiceIsItsOwn(t *testing.T) {
	t.Parallel()
	l := newSystemUserLoop(t, server.Client, asCustom)
	l.delegate(tiger)
	key := l.customerOf(tiger, plans, notes)
	l.run(0)
	l.approve(tiger)
	l.run(2 * time.Minute)
	l.redeclare(key, plans, func(c *v1alpha1.CustomService) { c.Access.APIDelegation.Scope = "kartverk:unknown" })
	l.run(10 * time.Minute)
	l.verifiesNow(key, notes)
	l.supplierSaysNow(v1alpha1.ConditionReady, "False ScopeNotRegistered")
	for _, s := range l.current().Status.Services {
		isPlans := s.Name == l.offer.named(plans)
		if *s.Available == isPlans || isPlans && s.Reason != v1alpha1.ReasonScopeNotRegistered {
			t.Errorf("%s: available %t, %q", s.Name, *s.Available, s.Reason)
		}
	}
}

// TestFaultOfADeclaredScope has Maskinporten refuse a declared scope with errors about the client, although the client
// gets tokens for other scopes: only that service is unavailable.
func TestFaultOfADeclaredScope(t *testing.T) {
	t.Parallel()
	const other = "kartverk:nrl.lesing"
	for _, code := range []string{"MP-011", "MP-100", "MP-301"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			l := newSystemUserLoop(t, server.Client, asCustom)
			scopeOf := func(code string) simmaskinporten.Scope {
				return simmaskinporten.Scope{
					Name: other, DelegationSource: "altinn", AccessibleForAll: true, RefuseWith: code,
					TokenLifetime: simwire.Duration(2 * time.Minute),
				}
			}
			l.must(l.simulator.Maskinporten.RegisterScope(scopeOf(code)))
			l.registerClient(append(systemUserScopes(), other)...)
			l.must(l.simulator.Maskinporten.Delegate(tiger, supplierNumber, other))
			key := l.customerOf(tiger, plans, notes)
			l.redeclare(key, plans, func(c *v1alpha1.CustomService) { c.Access.APIDelegation.Scope = other })
			l.run(time.Minute)
			l.approve(tiger)
			l.run(10 * time.Minute)
			l.verifiesNow(key, notes)
			l.supplierSaysNow(v1alpha1.ConditionReady, "False ClientRejected")
			for _, s := range l.current().Status.Services {
				isPlans := s.Name == l.offer.named(plans)
				if *s.Available == isPlans || isPlans && s.Reason != v1alpha1.ReasonClientRejected {
					t.Errorf("%s: available %t, %q", s.Name, *s.Available, s.Reason)
				}
			}
			l.must(l.simulator.Maskinporten.RegisterScope(scopeOf("")))
			l.run(grantedInterval)
			l.has(key, plans, "Granted Delegated")
			l.supplierSaysNow(v1alpha1.ConditionReady, "True CredentialsProved")
		})
	}
}

package controllers

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/systemuser"
)

// TestAltinnsOutageEndsWithItsService no longer offers the service that needs Altinn during an outage of Altinn: nobody asks
// it any more, and the Supplier must not say for ever that it does not answer.
func TestAltinnsOutageEndsWithItsService(t *testing.T) {
	c := makeCounting(t)
	c.Pool.AltinnTransport = noAltinn{}
	says := func() string {
		return saying(c.supplier(t).Status.Conditions, v1alpha1.ConditionAuthorityReachable)
	}
	c.pass(t)
	if got := says(); got != "False Unreachable" {
		t.Fatalf("in the outage: %s", got)
	}
	s := c.supplier(t)
	s.Spec.Services, s.Generation = s.Spec.Services[:1], 2
	if err := c.server.Update(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(2 * time.Minute)
	c.pass(t)
	if got := says(); got != "True Reachable" {
		t.Errorf("afterwards: %s", got)
	}
}

// TestSystemFaultIsTold follows what a negotiation has shown of our system to the Supplier.
func TestSystemFaultIsTold(t *testing.T) {
	refused := func(class altinn.Class) systemuser.Finding {
		return systemuser.Finding{Err: &altinn.Error{Class: class}}
	}
	const asked = "5c6e1b0e-4f3e-4d0b-9b1f-6b7a4a1f7a10"
	awaiting := systemuser.Finding{State: v1alpha1.AuthorizationAwaitingApproval, RequestID: asked}
	cases := map[string]struct {
		reason string
		known  systemuser.Known
		found  systemuser.Finding
		before string // what another customer has shown
		want   string
	}{
		"forbidden":    {"the proof of our system reads alone, and does not show it", systemuser.Known{}, refused(altinn.ClassForbidden), "", v1alpha1.ReasonAltinnRefused},
		"unauthorized": {"likewise", systemuser.Known{}, refused(altinn.ClassUnauthorized), "", v1alpha1.ReasonAltinnRefused},
		"outage":       {"that is told otherwise", systemuser.Known{}, refused(altinn.ClassServerError), "", ""},
		"new-request": {
			"what may be asked is shown", systemuser.Known{}, awaiting, v1alpha1.ReasonAltinnRefused, "",
		},
		"same-request": {
			"nothing was asked for",
			systemuser.Known{RequestID: asked},
			awaiting,
			v1alpha1.ReasonSystemRightsRejected, v1alpha1.ReasonSystemRightsRejected,
		},
		"withdrawn": {
			"that an access was taken back shows nothing of what may be asked",
			systemuser.Known{RequestID: asked},
			systemuser.Finding{State: v1alpha1.AuthorizationWithdrawn},
			v1alpha1.ReasonSystemRightsRejected, v1alpha1.ReasonSystemRightsRejected,
		},
	}
	for name, c := range cases {
		g := makeGuard(t)
		if c.before != "" {
			g.NoteSystemFault(client.ObjectKey{Name: "another"}, sickNotes, c.before)
		}
		owner, err := orgnumber.Parse("310330701")
		if err != nil {
			t.Fatal(err)
		}
		q := authority.Question{Customer: client.ObjectKeyFromObject(makeCustomer().s.customer)}
		q.Request.Scope, q.Request.SystemUser.Owner = services.Of(sickNotes).Scope, owner
		noteSystem(g, q, sickNotes, c.known, c.found)
		if got := g.SystemFault(); got != c.want {
			t.Errorf("%s: %s: %q, want %q", name, c.reason, got, c.want)
		}
	}
}

package entitlement

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/services"
)

func TestAuthorityOf(t *testing.T) {
	overridden := func(w *world) { w.supplier.Spec.Endpoints.Maskinporten = "http://simulator.simulator.svc/" }
	cases := map[string]struct {
		reason  string
		changes []change
		issuer  string
	}{
		"production": {reason: "the environment says whom to ask", issuer: authority.IssuerProduction},
		"production-overridden": {
			reason:  "Production's grants go to Production's issuer only, whatever the object says",
			changes: []change{overridden}, issuer: authority.IssuerProduction,
		},
		"test": {reason: "the other environment", changes: []change{inTest}, issuer: authority.IssuerTest},
		"test-overridden": {
			reason: "a simulator is an authority of its own", changes: []change{inTest, overridden},
			issuer: "http://simulator.simulator.svc/",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			want := v1alpha1.Authority{Issuer: c.issuer, SupplierOrganizationNumber: "897757222"}
			if diff := cmp.Diff(want, AuthorityOf(makeWorld(c.changes...).supplier)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
			}
		})
	}
}

func TestAuthorization(t *testing.T) {
	granted := v1alpha1.Authorization{
		State: v1alpha1.AuthorizationGranted, Reason: v1alpha1.ReasonDelegated,
	}
	var nothing v1alpha1.Authorization
	cases := map[string]struct {
		reason  string
		changes []change
		service v1alpha1.ServiceName
		want    v1alpha1.Authorization
	}{
		"known":         {reason: "the same authority said it", service: plans, want: granted},
		"simulated":     {reason: "so did a simulator", changes: []change{simulated}, service: plans, want: granted},
		"other-service": {reason: "each service stands on its own", service: sickNotes, want: nothing},
		"never-asked":   {reason: "nothing is known", changes: []change{neverAsked}, service: plans, want: nothing},
		"other-issuer": {
			reason: "a delegation in one environment means nothing in the other", changes: []change{inTest},
			service: plans, want: nothing,
		},
		"other-supplier": {
			reason:  "a Supplier made anew under an old name inherits nothing",
			changes: []change{otherSupplier}, service: plans, want: nothing,
		},
		"unknown issuer": {
			reason: "a status without an issuer proves nothing", changes: []change{issuerUnknown},
			service: plans, want: nothing,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(c.changes...)
			got := Authorization(AuthorityOf(w.supplier), w.customer, fixture.Service(c.service))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
			}
		})
	}
}

// TestAuthorizationAfterChange changes the access that a custom service needs.
func TestAuthorizationAfterChange(t *testing.T) {
	const user, delegation = v1alpha1.AccessSystemUser, v1alpha1.AccessAPIDelegation
	cases := map[string]struct {
		reason      string
		is, was     v1alpha1.AccessKind
		state       v1alpha1.AuthorizationState
		keepsState  bool
		isSameOwner bool // of the system user
	}{
		"granted": {
			reason: "the new rights are not verified", is: user, was: user, state: v1alpha1.AuthorizationGranted,
			isSameOwner: true,
		},
		"awaiting": {
			reason: "the request was for other rights", is: user, was: user,
			state: v1alpha1.AuthorizationAwaitingApproval, isSameOwner: true,
		},
		"rejected": {
			reason: "the customer said no", is: user, was: user, state: v1alpha1.AuthorizationRejected,
			keepsState: true, isSameOwner: true,
		},
		"withdrawn": {
			reason: "so it did", is: user, was: user, state: v1alpha1.AuthorizationWithdrawn,
			keepsState: true, isSameOwner: true,
		},
		"delegation-withdrawn": {
			reason: "nothing is sent to the customer", is: delegation, was: delegation, state: v1alpha1.AuthorizationWithdrawn,
		},
		"other-kind": {
			reason: "the customer has said nothing about a system user", is: user, was: delegation,
			state: v1alpha1.AuthorizationWithdrawn,
		},
		"no-system-user": {
			reason: "a delegation is needed now", is: delegation, was: user, state: v1alpha1.AuthorizationRejected,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(known(plans, c.state, "Any"))
			was := &w.customer.Status.Services[0].Authorization
			was.Kind, was.Access = c.was, "vendor:reports"
			if c.was == user {
				was.ExternalRef, was.AskedAgainFor = "310330701", "an order"
			}
			var access v1alpha1.ServiceAccess
			if c.is == user {
				access.SystemUser = v1alpha1.SystemUserRights{
					Scope: "vendor:reports", Resources: []v1alpha1.ResourceID{"reports"},
				}
			} else {
				access.APIDelegation.Scope = "vendor:others"
			}
			service, _ := services.Declared(plans, &v1alpha1.CustomService{Access: access})
			want := v1alpha1.Authorization{Access: was.Access}
			if c.isSameOwner {
				want.ExternalRef, want.AskedAgainFor = was.ExternalRef, was.AskedAgainFor
			}
			if c.keepsState {
				want = *was
			}
			if diff := cmp.Diff(want, Authorization(AuthorityOf(w.supplier), w.customer, service)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

package entitlement

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/fixture"
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
			if diff := cmp.Diff(c.want, Authorization(AuthorityOf(w.supplier), w.customer, fixture.Service(c.service))); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
			}
		})
	}
}

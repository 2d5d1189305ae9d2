package entitlement

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
)

func TestAuthorityOf(t *testing.T) {
	overridden := func(w *world) { w.supplier.Spec.Endpoints.Maskinporten = "http://simulator.simulator.svc/" }
	cases := map[string]struct {
		reason  string
		changes []change
		issuer  string
	}{
		"production":            {"the environment says whom to ask", nil, authority.IssuerProduction},
		"production-overridden": {"Production's grants go to Production's issuer only, whatever the object says", []change{overridden}, authority.IssuerProduction},
		"test":                  {"the other environment", []change{inTest}, authority.IssuerTest},
		"test-overridden":       {"a simulator is an authority of its own", []change{inTest, overridden}, "http://simulator.simulator.svc/"},
	}
	for name, c := range cases {
		want := v1alpha1.Authority{Issuer: c.issuer, SupplierOrganizationNumber: "897757222"}
		if diff := cmp.Diff(want, AuthorityOf(makeWorld(c.changes...).supplier)); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
		}
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
		"known":          {"the same authority said it", nil, plans, granted},
		"simulated":      {"so did a simulator", []change{simulated}, plans, granted},
		"other-service":  {"each service stands on its own", nil, sickNotes, nothing},
		"never-asked":    {"nothing is known", []change{neverAsked}, plans, nothing},
		"other-issuer":   {"a delegation in one environment means nothing in the other", []change{inTest}, plans, nothing},
		"other-supplier": {"a Supplier made anew under an old name inherits nothing", []change{otherSupplier}, plans, nothing},
		"unknown issuer": {"a status without an issuer proves nothing", []change{issuerUnknown}, plans, nothing},
	}
	for name, c := range cases {
		w := makeWorld(c.changes...)
		if diff := cmp.Diff(c.want, Authorization(AuthorityOf(w.supplier), w.customer, c.service)); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", name, c.reason, diff)
		}
	}
}

package supplier

import (
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// TestRecovered verifies which changes of a Supplier make a service verifiable again.
func TestRecovered(t *testing.T) {
	guard := fixture.Guard(t)
	armed := func() supplierBuilder { return makeSupplier().with(func(s *gathered) { s.guard = guard }) }
	was := func(b supplierBuilder) *v1alpha1.Supplier { return armed().after(b).s.supplier }
	well, down := was(armed().proved("")), was(armed().after(armed().proved("")).proved(maskinporten.ClassServerError))
	expired, never := was(armed().proved(maskinporten.ClassKeyExpired)), armed().s.supplier
	altinnDown := func(b supplierBuilder) *v1alpha1.Supplier {
		return was(b.with(func(s *gathered) { s.register = altinn.ClassUnreachable }))
	}
	plansRefused := func(b supplierBuilder) supplierBuilder {
		b.s.proof = &proof{scopes: map[string]proofFinding{
			services.ScopeFollowUpPlans: {class: maskinporten.ClassScopeNotRegistered},
		}}
		return b
	}
	cases := map[string]struct {
		reason   string
		old, new *v1alpha1.Supplier
		want     bool
	}{
		"first-proof":    {"customers can be asked for now", never, well, true},
		"up-again":       {"the outage is over", down, well, true},
		"key-registered": {"our fault is mended", expired, well, true},
		"down":           {"customers need not be told of an outage", well, down, false},
		"key-expires":    {"nor of our fault", well, expired, false},
		"altinn-down":    {"customers need not be told", well, altinnDown(armed().proved("")), false},
		"altinn-up":      {"those who need a system user can be asked for", altinnDown(armed().proved("")), well, true},
		"without-altinn": {
			"plans do not need Altinn, and can be asked for again", altinnDown(plansRefused(armed())), altinnDown(
				armed().proved("")), true,
		},
		"still-well": {"another proof", well, well.DeepCopy(), false},
		"still-down": {"another failure", down, down.DeepCopy(), false},
	}
	for name, c := range cases {
		if got := availability.HasRecovered(c.old, c.new); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
	}
}

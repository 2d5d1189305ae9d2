package supplier

import (
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// TestRecovered verifies which changes of a Supplier make a service verifiable again.
func TestRecovered(t *testing.T) {
	guard := fixture.Guard(t)
	armed := func() supplierBuilder { return makeSupplier().with(func(s *gathered) { s.guard = guard }) }
	was := func(b supplierBuilder) *v1alpha1.Supplier { return armed().after(b).s.supplier }
	well, down := was(armed().proved("")), was(armed().after(armed().proved("")).proved(maskinporten.ClassServerError))
	expired, never := was(armed().proved(maskinporten.ClassKeyExpired)), armed().s.supplier
	altinnDown := func(b supplierBuilder) *v1alpha1.Supplier {
		return was(b.with(func(s *gathered) { s.altinnFault = altinn.ClassUnreachable }))
	}
	plansRefused := func(b supplierBuilder) supplierBuilder {
		b.s.proof = &proof{scopes: map[string]proofFinding{
			fixture.PlansScope: {class: maskinporten.ClassScopeNotRegistered},
		}}
		return b
	}
	cases := map[string]struct {
		reason   string
		old, new *v1alpha1.Supplier
		want     bool
	}{
		"first-proof":    {reason: "customers can be verified now", old: never, new: well, want: true},
		"up-again":       {reason: "the outage is over", old: down, new: well, want: true},
		"key-registered": {reason: "our fault is mended", old: expired, new: well, want: true},
		"down":           {reason: "an outage wakes no customers", old: well, new: down, want: false},
		"key-expires":    {reason: "nor of our fault", old: well, new: expired, want: false},
		"altinn-down":    {reason: "it wakes no customers", old: well, new: altinnDown(armed().proved("")), want: false},
		"altinn-up": {
			reason: "services with a system user can be verified",
			old:    altinnDown(armed().proved("")), new: well, want: true,
		},
		"without-altinn": {
			reason: "plans do not need Altinn, and can be verified again",
			old:    altinnDown(plansRefused(armed())), new: altinnDown(armed().proved("")), want: true,
		},
		"still-well": {reason: "another proof", old: well, new: well.DeepCopy(), want: false},
		"still-down": {reason: "another failure", old: down, new: down.DeepCopy(), want: false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := availability.HasRecovered(c.old, c.new); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
}

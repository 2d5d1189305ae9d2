package supplier

import (
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// supplierBuilder builds what one reconcile over a Supplier knows.
type supplierBuilder struct{ s *gathered }

func makeSupplier() supplierBuilder {
	return supplierBuilder{&gathered{facts: &facts{
		supplier: fixture.Supplier(),
		now:      fixture.Noon,
		census:   &census{buckets: map[bucket]int32{bucketGranted: 1}, total: 1},
	}}}
}

// registered sets the day on which the key was registered.
func (b supplierBuilder) registered(day string) supplierBuilder {
	b.s.supplier.Spec.Maskinporten.KeyRegisteredAt = day
	return b
}

// proved sets what the supplier's own request meets in the reconcile.
func (b supplierBuilder) proved(class maskinporten.Class) supplierBuilder {
	b.s.proof = proofOf(class)
	return b
}

// proofOf is a proof whose requests met a class: of all scopes, if it is about a scope.
func proofOf(class maskinporten.Class) *proof {
	met := proofFinding{class: class}
	if class != "" && class.Kind() != conclusion.Outage {
		met.detail = "Response of Maskinporten to a proof of " + string(class)
	}
	if class == maskinporten.ClassScopeNotRegistered || class == maskinporten.ClassScopeNotGranted {
		p := &proof{scopes: map[string]proofFinding{}}
		for _, scope := range services.ProofScopes(fixture.Supplier()) {
			p.scopes[scope.Scope] = met
		}
		return p
	}
	return &proof{proofFinding: met}
}

// after returns the Supplier the status that another reconcile left.
func (b supplierBuilder) after(earlier supplierBuilder) supplierBuilder {
	b.s.supplier.Status = statusOf(earlier.s.readGuard())
	return b
}

func (b supplierBuilder) with(change func(s *gathered)) supplierBuilder {
	change(b.s)
	return b
}

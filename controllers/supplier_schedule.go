package controllers

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

// proofDue reports whether the supplier's own access is to be proved in this pass. Pure but for the guard's memory.
func proofDue(s *supplierScope) bool {
	if s.supplier.Spec.Suspend || s.guard == nil {
		return false
	}
	return !proofTime(s).After(s.now)
}

// proofTime gives when the supplier's own access is to be proved next, in whole seconds; it may be past.
func proofTime(s *supplierScope) time.Time {
	return exactProofTime(s).Truncate(time.Second)
}

func exactProofTime(s *supplierScope) time.Time {
	tried := s.guard.ProofTried()
	if !wellProved(s) {
		if tried.IsZero() {
			return s.now
		}
		next := tried.Add(retryAfter(s.supplier.VerificationInterval(), s.supplier.UID))
		if t := s.guard.NotBefore(); t.After(next) {
			return t
		}
		return next
	}
	return s.supplier.Status.Credentials.LastVerifiedTime.Add(jitter(s.supplier.VerificationInterval(), s.supplier.UID))
}

// wellProved reports whether these very credentials were proved, for this spec, and nothing has happened since that
// casts doubt on them.
func wellProved(s *supplierScope) bool {
	status := s.supplier.Status
	c := status.Credentials
	return c.LastVerifiedTime != nil &&
		c.KeyID == s.guard.KeyID() && c.KeyThumbprint == s.guard.Thumbprint() &&
		status.ObservedGeneration == s.supplier.Generation &&
		s.requested() == "" && !s.guard.Suspect() &&
		meta.IsStatusConditionTrue(status.Conditions, integrationsv1alpha1.ConditionReady) &&
		meta.IsStatusConditionTrue(status.Conditions, integrationsv1alpha1.ConditionAuthorityReachable)
}

// nextProof gives how long until the Supplier is to be looked at again, 0 if only an event can change anything.
// It is asked after the pass, when s.supplier has the status that was written.
func nextProof(s *supplierScope) time.Duration {
	if s.supplier.Spec.Suspend || s.guard == nil {
		return 0
	}
	return max(proofTime(s).Sub(s.now), time.Second)
}

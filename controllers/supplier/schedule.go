package supplier

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/pacing"
)

// proofDue reports whether the supplier's own access is to be proved in this pass. Pure but for the guard's memory.
func proofDue(s *scope) bool {
	if s.supplier.Spec.Suspend || s.guard == nil {
		return false
	}
	return !proofTime(s).After(s.now)
}

// proofTime gives when the supplier's own access is to be proved next, in whole seconds; it may be past.
func proofTime(s *scope) time.Time {
	return exactProofTime(s).Truncate(time.Second)
}

func exactProofTime(s *scope) time.Time {
	interval := s.supplier.VerificationInterval()
	if wellProved(s) {
		return s.supplier.Status.Credentials.LastVerifiedTime.Add(pacing.Jitter(interval, s.supplier.UID))
	}
	next := clock.Later(s.now, s.mayProve)
	if tried := s.guard.Proof.Tried(); s.guard.Proof.TriedFor(s.cause()) && !clock.InFuture(tried, s.now) {
		next = tried.Add(pacing.RetryAfter(interval, s.supplier.UID))
	}
	if t := authority.PostponedUntil(s.guard, s.now); t.After(next) {
		return t
	}
	return next
}

// wellProved reports whether these very credentials were proved, for this spec, and nothing has happened since that
// casts doubt on them. What the guard remembers counts although the status does not say it: a write may have failed.
func wellProved(s *scope) bool {
	status := s.supplier.Status
	return status.Credentials.LastVerifiedTime != nil && s.sameCredentials() &&
		status.ObservedGeneration == s.supplier.Generation &&
		s.requested() == "" && !s.guard.Alarm.Suspect() && s.guard.Proof.Fault() == "" &&
		meta.IsStatusConditionTrue(status.Conditions, v1alpha1.ConditionReady) &&
		meta.IsStatusConditionTrue(status.Conditions, v1alpha1.ConditionMaskinportenReachable) &&
		!meta.IsStatusConditionFalse(status.Conditions, v1alpha1.ConditionAltinnReachable)
}

// nextProof gives how long until the Supplier is to be looked at again, 0 if only an event can change anything.
// It is asked after the pass, when s.supplier has the status that was written.
func nextProof(s *scope) time.Duration {
	if s.supplier.Spec.Suspend || s.guard == nil {
		return 0
	}
	return max(proofTime(s).Sub(s.now), time.Second)
}

package supplier

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/pacing"
)

// isProofDue reports whether the supplier's own credentials are to be proved now.
func isProofDue(s *facts) bool {
	if s.halt() != nil || s.guard == nil {
		return false
	}
	return !proofTime(s).After(s.now)
}

// proofTime returns when the supplier's own credentials are to be proved next, in whole seconds. It may have passed.
func proofTime(s *facts) time.Time {
	return exactProofTime(s).Truncate(time.Second)
}

func exactProofTime(s *facts) time.Time {
	interval := s.supplier.VerificationInterval()
	if isWellProved(s) {
		return s.supplier.Status.Credentials.LastVerifiedTime.Add(pacing.Jitter(interval, s.supplier.UID))
	}
	next := clock.Later(s.now, s.mayProve)
	if tried := s.guard.tried; !tried.IsZero() && !clock.InFuture(tried, s.now) {
		next = tried.Add(pacing.FaultPause(interval, s.supplier.UID))
	}
	return clock.Later(next, s.guard.postponedUntil)
}

// isWellProved reports whether these credentials were proved for this spec, and nothing since casts doubt on them. The
// Guard's faults count too, because the status lacks them if a write failed.
func isWellProved(s *facts) bool {
	status := s.supplier.Status
	return status.Credentials.LastVerifiedTime != nil && s.hasSameCredentials() &&
		status.ObservedGeneration == s.supplier.Generation &&
		s.requestedValue() == "" && !s.guard.suspect && s.guard.fault == "" &&
		reportsProof(status.Conditions) && !isAnyUnavailable(status.Services) &&
		meta.IsStatusConditionTrue(status.Conditions, v1alpha1.ConditionMaskinportenReachable) &&
		!meta.IsStatusConditionFalse(status.Conditions, v1alpha1.ConditionAltinnReachable)
}

// reportsProof reports whether Ready says that the credentials are proved. An invalid schedule casts no doubt on them.
func reportsProof(conditions []metav1.Condition) bool {
	c := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	return c != nil && (c.Status == metav1.ConditionTrue || c.Reason == v1alpha1.ReasonInvalidSchedule)
}

// isAnyUnavailable reports whether Maskinporten does not respond to requests for a service.
func isAnyUnavailable(all []v1alpha1.OfferedServiceStatus) bool {
	return slices.ContainsFunc(all, func(s v1alpha1.OfferedServiceStatus) bool {
		return s.Reason == v1alpha1.ReasonAuthorityUnavailable
	})
}

// nextProof returns how long until the next proof, 0 if only an event can lead to one.
func nextProof(s *facts) time.Duration {
	if s.halt() != nil || s.guard == nil {
		return 0
	}
	return max(proofTime(s).Sub(s.now), time.Second)
}

// nextReconcile returns how long until the Supplier is to be reconciled again, 0 if only an event can change anything.
// The Supplier has the status that was written.
func nextReconcile(s *facts) time.Duration {
	first := clock.FirstOf(s.recount, keyFlip(s))
	if hasAlarm(s.supplier) {
		first = clock.FirstOf(first, s.now.Add(alarmPause))
	}
	if d := nextProof(s); d > 0 {
		first = clock.FirstOf(first, s.now.Add(d))
	}
	if first.IsZero() {
		return 0
	}
	return max(first.Sub(s.now), time.Second)
}

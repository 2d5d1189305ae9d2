package pacing

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
)

// OverdueBy returns a time so long ago that a verification at it is due again, whatever its jitter.
func OverdueBy(now time.Time, iv Intervals) time.Time {
	longest := max(iv.Granted, iv.Waiting)
	return now.Add(-longest - time.Duration(float64(longest)*jitterShare) - time.Second).Truncate(time.Second)
}

// MendSupplierClock replaces all times in a Supplier's status that are in the future. Credentials that were verified in the
// future are due at once.
func MendSupplierClock(supplier *v1alpha1.Supplier, now time.Time) {
	clock.ClampConditions(supplier.Status.Conditions, now)
	for i := range supplier.Status.Services {
		supplier.Status.Services[i].Since = clock.Clamp(supplier.Status.Services[i].Since, now, now)
	}
	proved := &supplier.Status.Credentials
	proved.LastVerifiedTime = clock.Clamp(proved.LastVerifiedTime, now, OverdueBy(now, IntervalsOf(supplier)))
}

// waitingSteps are the first verifications of a customer without access after the state's change, before waitingInterval
// applies, because the customer may be in Altinn at the moment.
var waitingSteps = []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute}

// Intervals are the intervals of a Supplier, with defaults.
type Intervals struct {
	Granted time.Duration
	Waiting time.Duration
}

func IntervalsOf(s *v1alpha1.Supplier) Intervals {
	return Intervals{Granted: s.VerificationInterval(), Waiting: s.WaitingInterval()}
}

// NextCheck returns when access is to be verified again, or the zero time if it was never verified. It is in whole seconds,
// as the clock of reconciles is, so that no reconcile is a fraction of a second early.
func NextCheck(a v1alpha1.Authorization, iv Intervals, uid types.UID) time.Time {
	return nextCheckTime(a, iv, uid).Truncate(time.Second)
}

func nextCheckTime(a v1alpha1.Authorization, iv Intervals, uid types.UID) time.Time {
	if a.LastVerifiedTime == nil {
		return time.Time{}
	}
	last := a.LastVerifiedTime.Time
	if a.State == v1alpha1.AuthorizationGranted {
		return last.Add(Jitter(iv.Granted, uid))
	}
	next := last.Add(Jitter(iv.Waiting, uid))
	if a.Since == nil {
		return next
	}
	for _, step := range waitingSteps {
		if t := a.Since.Add(step); t.After(last) {
			return clock.Earlier(t, next)
		}
	}
	return next
}

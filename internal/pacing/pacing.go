package pacing

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
)

// OverdueBy returns a time so long ago that an answer of then is due to be verified again, whatever its jitter.
func OverdueBy(now time.Time, iv Intervals) time.Time {
	longest := max(iv.Granted, iv.Waiting)
	return now.Add(-longest - time.Duration(float64(longest)*jitterShare) - time.Second).Truncate(time.Second)
}

// MendSupplierClock replaces all times in a Supplier's status that lie in the future. Credentials that were proved in the
// future are to be proved at once.
func MendSupplierClock(supplier *v1alpha1.Supplier, now time.Time) {
	clock.ClampConditions(supplier.Status.Conditions, now)
	for i := range supplier.Status.Services {
		supplier.Status.Services[i].Since = clock.Clamp(supplier.Status.Services[i].Since, now, now)
	}
	proved := &supplier.Status.Credentials
	proved.LastVerifiedTime = clock.Clamp(proved.LastVerifiedTime, now, OverdueBy(now, IntervalsOf(supplier)))
}

// waitingSteps are when a customer without access is asked for after the state's change, before waitingInterval
// takes over: who has just been told no is likely to be in Altinn now.
var waitingSteps = []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute}

// Intervals are a Supplier's, with its defaults.
type Intervals struct {
	Granted time.Duration
	Waiting time.Duration
}

func IntervalsOf(s *v1alpha1.Supplier) Intervals {
	return Intervals{Granted: s.VerificationInterval(), Waiting: s.WaitingInterval()}
}

// NextCheck gives when an access is to be asked for again; the zero time when it never was. It is in whole seconds, as
// the time of a pass is: a pass that comes on time must not find that it is a fraction early.
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

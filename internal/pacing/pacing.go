// Package pacing decides how often customers are verified: intervals with jitter, bounds and priorities.
package pacing

import (
	"hash/fnv"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/clock"
)

// OverdueBy returns a time so long ago that a verification at that time is due again, with any jitter.
func OverdueBy(now time.Time, iv Intervals) time.Time {
	longest := max(iv.Granted, iv.Waiting)
	return now.Add(-longest - time.Duration(float64(longest)*jitterShare) - time.Second).Truncate(time.Second)
}

// MendSupplierClock replaces all times in a Supplier's status that lie in the future. Credentials that were proved in
// the future are due at once.
func MendSupplierClock(supplier *v1alpha1.Supplier, now time.Time) {
	clock.ClampConditions(supplier.Status.Conditions, now)
	for i := range supplier.Status.Services {
		supplier.Status.Services[i].Since = clock.Clamp(supplier.Status.Services[i].Since, now, now)
	}
	proved := &supplier.Status.Credentials
	proved.LastVerifiedTime = clock.Clamp(proved.LastVerifiedTime, now, OverdueBy(now, IntervalsOf(supplier)))
}

// waitingSteps are when a customer without access is verified after its state changed, before waitingInterval applies:
// its administrator is probably in Altinn now.
var waitingSteps = []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute}

// Intervals are the intervals of a Supplier, or their defaults.
type Intervals struct {
	Granted time.Duration
	Waiting time.Duration
}

// IntervalsOf returns the intervals of a Supplier.
func IntervalsOf(s *v1alpha1.Supplier) Intervals {
	return Intervals{Granted: s.VerificationInterval(), Waiting: s.WaitingInterval()}
}

// NextCheck returns when an access is to be verified again, the zero time if it never was. It is in whole seconds, like
// the time of a reconcile: a reconcile on time must not be a fraction early.
func NextCheck(a v1alpha1.Authorization, iv Intervals, uid types.UID) time.Time {
	return nextCheckTime(a, iv, uid).Truncate(time.Second)
}

func nextCheckTime(a v1alpha1.Authorization, iv Intervals, uid types.UID) time.Time {
	if a.LastVerifiedTime == nil {
		return time.Time{}
	}
	if a.LastRejectedTime != nil { // the cause may end at any time, as that of a missing delegation
		return a.LastRejectedTime.Add(Jitter(iv.Waiting, uid))
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

// jitterShare is how far an interval is stretched or shortened at most.
const jitterShare = 0.1

// Jitter returns d, longer or shorter by up to a tenth: by the same share for the same object, so that a restart
// changes nothing, and by different shares for different objects, so that they are not due together.
func Jitter(d time.Duration, uid types.UID) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(uid))
	share := float64(h.Sum64()%2001)/1000 - 1 // -1 to 1
	return d + time.Duration(float64(d)*jitterShare*share)
}

// FaultPause returns how long to wait after a request that met a fault of any kind, with jitter. A Retry-After is not
// part of it: see package authority.
func FaultPause(interval time.Duration, uid types.UID) time.Duration {
	return Jitter(authority.RetryInterval(interval), uid)
}

// Priorities in the controllers' queues: customers that an emergency stop may concern first, then new and changed
// ones, then those that wait for access, then routine. Every result sets one, because a queue otherwise keeps an item's
// old priority.
const (
	PriorityStop    = 50
	PriorityChanged = 0
	PriorityWaiting = -50
	PriorityRoutine = -100
)

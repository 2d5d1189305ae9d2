// Package clock compares times that several machines wrote, one of which may have a wrong clock, and pauses.
package clock

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Func is a clock, for what needs one with a method.
type Func func() time.Time

// Now returns the time.
func (f Func) Now() time.Time { return f() }

// ClockSkew is how far the clock of another machine may be ahead of ours. A later time was written by a wrong clock and
// is replaced: otherwise every later event would seem older.
const ClockSkew = time.Minute

// InFuture reports whether a time is later than now by more than ClockSkew.
func InFuture(t, now time.Time) bool { return t.After(now.Add(ClockSkew)) }

// Believable returns the first of several times that is set and not in the future, the zero time if none is.
func Believable(now time.Time, times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() && !InFuture(t, now) {
			return t
		}
	}
	return time.Time{}
}

// Clamp replaces a time in the future with another one. A nil time stays nil.
func Clamp(t *metav1.Time, now, with time.Time) *metav1.Time {
	if t == nil || !InFuture(t.Time, now) {
		return t
	}
	return new(metav1.NewTime(with))
}

// ClampConditions replaces transition times in the future with now.
func ClampConditions(conditions []metav1.Condition, now time.Time) {
	for i := range conditions {
		if InFuture(conditions[i].LastTransitionTime.Time, now) {
			conditions[i].LastTransitionTime = metav1.NewTime(now)
		}
	}
}

// Earlier returns the earlier of two times.
func Earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// FirstOf returns the earlier of two times, ignoring zero times.
func FirstOf(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

// Later returns the later of two times.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Pause waits for d. If the context ends first, it returns the context's error.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("pausing: %w", ctx.Err())
	}
}

package clock

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ClockSkew is how far the clock of another machine may be ahead of ours. A time that lies further ahead was written while a
// clock was wrong: it is not believed, or all that follows would come before it.
const ClockSkew = time.Minute

// InFuture reports whether a time lies ahead of now by more than clocks differ.
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

// ClampConditions makes conditions that changed in the future change now.
func ClampConditions(conditions []metav1.Condition, now time.Time) {
	for i := range conditions {
		if InFuture(conditions[i].LastTransitionTime.Time, now) {
			conditions[i].LastTransitionTime = metav1.NewTime(now)
		}
	}
}

func Earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// FirstOf gives the earlier of two times; one that is zero is none.
func FirstOf(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

package simulator

import (
	"slices"
	"time"
)

// history has the values that something had over time, oldest first.
type history[T any] []version[T]

type version[T any] struct {
	since time.Time
	value T
}

// with returns the history with a value that holds from a time on.
func (h history[T]) with(since time.Time, value T) history[T] {
	return append(h, version[T]{since, value})
}

// at returns the value at a time: the zero value before the first one.
func (h history[T]) at(t time.Time) T {
	for _, v := range slices.Backward(h) {
		if !v.since.After(t) {
			return v.value
		}
	}
	var none T
	return none
}

// lookupTime returns the time, by the real clock, as of which Maskinporten sees what customers did in Altinn.
func (e *evaluation) lookupTime() time.Time {
	return e.sim.realNow().Add(-time.Duration(e.faults.LookupLag))
}

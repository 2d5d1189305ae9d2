// Package history keeps the values that something had over time. With it a simulated service can see another one late.
package history

import (
	"slices"
	"time"
)

// Values are values over time, oldest first.
type Values[T any] []version[T]

type version[T any] struct {
	since time.Time
	value T
}

// With returns the history with a value that holds from a time on.
func (h Values[T]) With(since time.Time, value T) Values[T] {
	return append(h, version[T]{since, value})
}

// At returns the value at a time: the zero value before the first one.
func (h Values[T]) At(t time.Time) T {
	for _, v := range slices.Backward(h) {
		if !v.since.After(t) {
			return v.value
		}
	}
	var none T
	return none
}

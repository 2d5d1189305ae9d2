package authority

import (
	"cmp"
	"errors"
	"sync"

	"github.com/sony/gobreaker/v2"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// breaker holds questions to one outside service back while they fail in a row.
type breaker struct {
	circuit *gobreaker.CircuitBreaker[struct{}]
	fault   func(error) maskinporten.Class // "" for what is none

	mu   sync.Mutex
	last maskinporten.Class // the fault that a question last met
}

// tokenBreakers hold questions to Maskinporten back, each kind by itself: for a token by a system user Maskinporten asks
// Altinn, and what is wrong there is no reason to ask for nobody else.
type tokenBreakers struct {
	delegated    *breaker
	bySystemUser *breaker
}

func (b tokenBreakers) of(r maskinporten.Request) *breaker {
	if r.SystemUser.IsZero() {
		return b.delegated
	}
	return b.bySystemUser
}

// state gives that of the one that lets less through.
func (b tokenBreakers) state() gobreaker.State {
	return max(b.delegated.circuit.State(), b.bySystemUser.circuit.State())
}

// newBreaker makes a breaker of a service whose answers a function tells from its faults.
func newBreaker(limits Limits, fault func(error) maskinporten.Class) *breaker {
	return &breaker{fault: fault, circuit: gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		MaxRequests:  1,
		Timeout:      limits.Pause,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= limits.Failures },
		IsSuccessful: func(err error) bool { return fault(err) == "" },
		IsExcluded:   excluded,
	})}
}

// faultOf gives the class of an error if it is a fault's, and else "".
func faultOf(err error) maskinporten.Class {
	if class := maskinporten.ClassOf(err); IsFault(class) {
		return class
	}
	return ""
}

func isBusy(err error) bool {
	_, busy := errors.AsType[*BusyError](err)
	return busy
}

// closed reports whether questions are let through.
func (b *breaker) closed() bool { return b.circuit.State() == gobreaker.StateClosed }

// aloneError is a fault that the breaker does not count.
type aloneError struct{ error }

// pass asks a question if the breaker lets it, and admit does. It gives what ask gives, what admit gives if it is not nil,
// or a *HeldError. A fault that is met alone says nothing of others' questions.
func (b *breaker) pass(alone bool, admit, ask func() error) error {
	_, err := b.circuit.Execute(func() (struct{}, error) {
		if err := admit(); err != nil {
			return struct{}{}, err
		}
		err := ask()
		if alone && b.fault(err) != "" {
			return struct{}{}, &aloneError{err}
		}
		b.note(err) // before the breaker opens on it, so that whoever is held back then is told of it
		return struct{}{}, err
	})
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return b.held()
	}
	if one, ok := errors.AsType[*aloneError](err); ok {
		return one.error
	}
	return err
}

// excluded reports whether the breaker does not count what a question came to.
func excluded(err error) bool {
	_, alone := errors.AsType[*aloneError](err)
	return alone || isBusy(err)
}

func (b *breaker) note(err error) {
	class := b.fault(err)
	if class == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = class
}

// held tells the fault that opened the breaker. It is never "", which would mean a token: a panic opens the breaker too,
// and leaves no fault behind.
func (b *breaker) held() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &HeldError{Fault: cmp.Or(b.last, maskinporten.ClassUnreachable)}
}

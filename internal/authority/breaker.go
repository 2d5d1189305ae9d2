package authority

import (
	"cmp"
	"errors"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// Limits configure a Guard.
type Limits struct {
	// Failures is how many customers' requests in a row may fail before the rest are held back. 0: 5.
	Failures uint32
	// Pause is how long they are then held back before one may try. 0: 10 s.
	Pause time.Duration
	// PerSecond is how many requests are sent per second at most. 0: no limit.
	PerSecond int
}

const (
	defaultFailures = 5
	defaultPause    = 10 * time.Second
)

func (l Limits) withDefaults() Limits {
	l.Failures = cmp.Or(l.Failures, defaultFailures)
	l.Pause = cmp.Or(l.Pause, defaultPause)
	return l
}

// breaker holds requests to one service back while they fail in a row.
type breaker struct {
	circuit *gobreaker.CircuitBreaker[struct{}]
	fault   func(error) maskinporten.Class // "" if the error is none

	mu       sync.Mutex
	last     maskinporten.Class // the last fault
	begun    int                // requests
	answered int                // the number of the latest request with an answer
}

// tokenBreakers hold requests to Maskinporten back, each kind by itself: for a token by system user Maskinporten calls
// Altinn, and what is wrong there concerns no other token.
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

// state returns the state of the breaker that lets less through.
func (b tokenBreakers) state() gobreaker.State {
	return max(b.delegated.circuit.State(), b.bySystemUser.circuit.State())
}

func newBreaker(limits Limits, fault func(error) maskinporten.Class) *breaker {
	return &breaker{fault: fault, circuit: gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		MaxRequests:  1,
		Timeout:      limits.Pause,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= limits.Failures },
		IsSuccessful: func(err error) bool { return fault(err) == "" },
		IsExcluded:   isExcluded,
	})}
}

// faultOf returns the class of an error if it is a fault, or "".
func faultOf(err error) maskinporten.Class {
	if class := maskinporten.ClassOf(err); class.Kind().Inconclusive() {
		return class
	}
	return ""
}

func isBusy(err error) bool {
	_, busy := errors.AsType[*BusyError](err)
	return busy
}

func (b *breaker) isClosed() bool { return b.circuit.State() == gobreaker.StateClosed }

// aloneError is a fault that the breaker does not count.
type aloneError struct{ error }

// do sends a request if the breaker and admit allow it. It returns the error of admit or of send, or a *HeldError. A
// fault does not count if alone is true, or if a request that began later is already answered, because a request
// without a response ends long after it began. isAll reports whether a fault has opened the breaker, or kept it open.
func (b *breaker) do(alone bool, admit, send func() error) (isAll bool, err error) {
	counted := false
	_, err = b.circuit.Execute(func() (struct{}, error) {
		if err := admit(); err != nil {
			return struct{}{}, err
		}
		number := b.begin()
		err := send()
		if counted = b.counts(number, alone, err); !counted && b.fault(err) != "" {
			return struct{}{}, &aloneError{err}
		}
		return struct{}{}, err
	})
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return false, b.heldError()
	}
	if one, ok := errors.AsType[*aloneError](err); ok {
		return false, one.error
	}
	return counted && !b.isClosed(), err
}

func (b *breaker) begin() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.begun++
	return b.begun
}

// counts records what a request met, and reports whether it is a fault that the breaker counts. It does so before the
// breaker opens, so that requests that are then held back report it.
func (b *breaker) counts(number int, alone bool, err error) bool {
	class := b.fault(err)
	b.mu.Lock()
	defer b.mu.Unlock()
	if class == "" {
		b.answered = max(b.answered, number)
		return false
	}
	if alone || b.answered > number {
		return false
	}
	b.last = class
	return true
}

func isExcluded(err error) bool {
	_, alone := errors.AsType[*aloneError](err)
	return alone || isBusy(err)
}

// heldError returns the fault that opened the breaker. A panic opens it too, and leaves none: then it is
// ClassUnreachable, because "" would mean a token.
func (b *breaker) heldError() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &HeldError{Fault: cmp.Or(b.last, maskinporten.ClassUnreachable)}
}

package enhetsregisteret

import (
	"context"
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"
	"k8s.io/apimachinery/pkg/types"
)

// lookup is the look-up of one customer.
type lookup struct {
	customer types.NamespacedName
	state    state
	call     func() (*Unit, error)
	awaited  bool
	failed   bool          // when it was last sent
	done     chan struct{} // closed when it is finished
	unit     *Unit
	err      error
}

// state is how far a look-up is.
type state int

const (
	idle     state = iota // new, or failed
	queued                // waits for its turn
	running               // was sent
	finished              // has its result
)

// wait waits for the result, but not for longer than a while.
func (u *lookup) wait(atMost time.Duration) {
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-u.done:
	case <-timer.C:
	}
}

// aloneError is a failure of one look-up while others are answered, which does not pause them.
type aloneError struct{ error }

func isAlone(err error) bool {
	_, alone := errors.AsType[*aloneError](err)
	return alone
}

// start sends a look-up. The caller holds the lock.
func (l *Lookups) start(u *lookup) {
	u.state = running
	l.sent++
	number, again := l.sent, u.failed && l.circuit.State() == gobreaker.StateClosed
	call := u.call
	go func() {
		unit, err := l.circuit.Execute(func() (*Unit, error) {
			unit, err := call()
			if l.concernsAll(u, number, again, err) {
				return unit, err
			}
			return unit, &aloneError{err}
		})
		if one, ok := errors.AsType[*aloneError](err); ok {
			err = one.error
		}
		l.finish(u, unit, err)
	}()
}

// concernsAll records a result, and reports whether it counts for all look-ups: an answer, or a failure unless it is
// that of a look-up that failed before, or of one that began before another that is already answered.
func (l *Lookups) concernsAll(u *lookup, number int, again bool, err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	u.failed = err != nil && !errors.Is(err, ErrNotFound)
	if !u.failed {
		l.answered = max(l.answered, number)
		return true
	}
	return !again && l.answered < number
}

// finish records the result of a look-up, or plans to send one that failed again.
func (l *Lookups) finish(u *lookup, unit *Unit, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil && !errors.Is(err, ErrNotFound) {
		l.Log.V(1).Info("Failed to look a customer up", "customer", u.customer.String(), "err", err.Error())
		u.state = idle
		wait := retryAfter(err)
		end := time.Now().Add(wait) //nolint:forbidigo // The breaker's clock.
		if l.circuit.State() == gobreaker.StateOpen && end.After(l.postponed) {
			l.postponed = end
		}
		time.AfterFunc(max(pause, wait), func() { l.repeat(u) })
		return
	}
	u.state, u.unit, u.err = finished, unit, err
	close(u.done)
	if l.all[u.customer] == u {
		l.wake(u)
	}
}

// retryAfter returns the Retry-After of an error, 0 if it has none.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return max(e.RetryAfter, 0)
	}
	return 0
}

// repeat lets a look-up that failed wait for another turn, unless it was sent again meanwhile.
func (l *Lookups) repeat(u *lookup) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if u.state == idle && l.all[u.customer] == u {
		l.enqueue(u)
	}
}

// enqueue lets a look-up wait for its turn. The caller holds the lock.
func (l *Lookups) enqueue(u *lookup) {
	u.state = queued
	l.waiting = append(l.waiting, u)
	if !l.taking {
		l.taking = true
		go l.takeTurns()
	}
}

// takeTurns sends what waits, until nothing does.
func (l *Lookups) takeTurns() {
	for {
		l.mu.Lock()
		paused := l.isPaused()
		l.mu.Unlock()
		if paused {
			<-time.NewTimer(pause / failures).C
			continue
		}
		if err := l.limiter.Wait(context.Background()); err != nil {
			l.Log.Error(err, "Failed to wait for a look-up's turn") // the limiter allows one at a time, so this cannot happen
		}
		if !l.takeTurn() {
			return
		}
	}
}

// takeTurn sends the look-up that has waited longest. It reports whether there was one.
func (l *Lookups) takeTurn() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) > 0 {
		next := l.waiting[0]
		l.waiting[0], l.waiting = nil, l.waiting[1:]
		if l.all[next.customer] == next { // otherwise it was forgotten
			l.start(next)
			return true
		}
	}
	l.waiting, l.taking = nil, false
	return false
}

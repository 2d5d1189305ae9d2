package enhetsregisteret

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

const (
	// perSecond is how many look-ups begin per second. The register names no limit.
	perSecond = 20
	// failures is how many look-ups in a row may fail before none is sent for pause.
	failures = 5
	pause    = 5 * time.Minute
)

// Lookups looks organizations up in the background, so that a register that is slow or down delays nothing else. It
// limits the look-ups, and pauses them while the register fails. It is safe for concurrent use.
type Lookups struct {
	// Calls makes the calls.
	Calls outbound.Caller
	// Log has a line when look-ups pause, and when they continue.
	Log logr.Logger

	once    sync.Once
	limiter *rate.Limiter
	circuit *gobreaker.CircuitBreaker[*Unit]

	mu  sync.Mutex
	all map[string]*lookup
}

// lookup is one look-up. Its result may be read after done.
type lookup struct {
	done chan struct{}
	unit *Unit
	err  error
}

func (l *Lookups) init() {
	l.limiter = rate.NewLimiter(perSecond, perSecond)
	l.all = map[string]*lookup{}
	l.circuit = gobreaker.NewCircuitBreaker[*Unit](gobreaker.Settings{
		MaxRequests:  1,
		Timeout:      pause,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failures },
		IsSuccessful: func(err error) bool { return err == nil || errors.Is(err, ErrNotFound) },
		OnStateChange: func(_ string, _, to gobreaker.State) {
			l.Log.Info("Look-ups in Enhetsregisteret changed", "breaker", to.String())
		},
	})
}

// Begin begins to look a number up in the register at a base URL, for a key; see New for the witness. It does not if a
// look-up for the key has begun and was not collected, if too many have begun, or while the register fails. The look-up
// goes on when the context ends.
func (l *Lookups) Begin(ctx context.Context, key, baseURL string, witness, number orgnumber.Number) {
	l.once.Do(l.init)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all[key] != nil || l.circuit.State() == gobreaker.StateOpen || !l.limiter.Allow() {
		return
	}
	begun := &lookup{done: make(chan struct{})}
	l.all[key] = begun
	go func() {
		defer close(begun.done)
		begun.unit, begun.err = l.circuit.Execute(func() (*Unit, error) {
			c, err := New(baseURL, witness, l.Calls)
			if err != nil {
				return nil, err
			}
			return c.Lookup(context.WithoutCancel(ctx), number)
		})
	}()
}

// Collect returns the result of a key's look-up, once, after waiting for it for a while. It returns false if there is
// none yet. Its error is that of Client.Lookup, or one of the breaker.
func (l *Lookups) Collect(key string, wait time.Duration) (unit *Unit, err error, ok bool) { //nolint:revive // As a map does.
	l.mu.Lock()
	begun := l.all[key]
	l.mu.Unlock()
	if begun == nil {
		return nil, nil, false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-begun.done:
		l.Forget(key)
		return begun.unit, begun.err, true
	case <-timer.C:
		return nil, nil, false
	}
}

// Forget drops a key's look-up.
func (l *Lookups) Forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, key)
}

package enhetsregisteret

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

const (
	// perSecond is how many look-ups begin per second. The register names no limit.
	perSecond = 20
	// failures is how many look-ups in a row may fail before none is sent for pause.
	failures = 5
	// pause is also how long after a failure a customer is looked up again, unless it is reconciled before.
	pause = 5 * time.Minute
)

// Lookups looks customers up in the background, so that a register that is slow or down delays nothing else. It limits
// the look-ups, pauses them while the register fails, and repeats those that failed. It is safe for concurrent use.
type Lookups struct {
	// Calls makes the calls.
	Calls outbound.Caller
	// Log has a line when look-ups pause, and when they continue.
	Log logr.Logger
	// Wake receives a customer whose result has come after Await. It must not block.
	Wake func(customer types.NamespacedName)

	once    sync.Once
	limiter *rate.Limiter
	circuit *gobreaker.CircuitBreaker[*Unit]

	mu        sync.Mutex
	all       map[types.NamespacedName]*lookup
	waiting   []*lookup // for their turn, first come first served
	taking    bool      // whether takeTurns runs
	sent      int
	answered  int       // the number of the latest look-up with an answer
	postponed time.Time // the end of a Retry-After for all
}

func (l *Lookups) init() {
	l.limiter = rate.NewLimiter(perSecond, perSecond)
	l.all = map[types.NamespacedName]*lookup{}
	l.circuit = gobreaker.NewCircuitBreaker[*Unit](gobreaker.Settings{
		MaxRequests:  1,
		Timeout:      pause,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failures },
		IsSuccessful: func(err error) bool { return err == nil || errors.Is(err, ErrNotFound) },
		IsExcluded:   isAlone,
		OnStateChange: func(_ string, _, to gobreaker.State) {
			l.Log.Info("Look-ups in Enhetsregisteret changed", "breaker", to.String())
		},
	})
}

// Begin begins to look a customer's number up in the register at a base URL; see New for the witness. If too many have
// begun, or the register fails, the look-up waits for its turn. It goes on when the context ends, until it has a result
// or is forgotten.
func (l *Lookups) Begin(
	ctx context.Context, customer types.NamespacedName, baseURL string, witness, number orgnumber.Number,
) {
	l.once.Do(l.init)
	l.mu.Lock()
	defer l.mu.Unlock()
	begun := l.all[customer]
	if begun == nil {
		begun = &lookup{customer: customer, done: make(chan struct{})}
		l.all[customer] = begun
	}
	if begun.state == running || begun.state == finished {
		return
	}
	begun.call = func() (*Unit, error) {
		c, err := New(baseURL, witness, l.Calls)
		if err != nil {
			return nil, err
		}
		return c.Lookup(context.WithoutCancel(ctx), number)
	}
	switch {
	case begun.state == queued:
	case len(l.waiting) == 0 && !l.isPaused() && l.limiter.Allow():
		l.start(begun) //nolint:contextcheck // A look-up outlives the reconcile that begins it.
	default:
		l.enqueue(begun) //nolint:contextcheck // The same.
	}
}

// Collect returns the result of a customer's look-up, once, after waiting a while for one that was sent. It returns
// false if there is none yet. Its error is ErrNotFound or nil.
func (l *Lookups) Collect(customer types.NamespacedName, wait time.Duration) (unit *Unit, err error, ok bool) { //nolint:revive // As a map does.
	l.mu.Lock()
	defer l.mu.Unlock()
	begun := l.all[customer]
	if begun == nil {
		return nil, nil, false
	}
	if begun.state == running {
		l.mu.Unlock()
		begun.wait(wait)
		l.mu.Lock()
	}
	if begun.state != finished || l.all[customer] != begun {
		return nil, nil, false
	}
	delete(l.all, customer)
	return begun.unit, begun.err, true
}

// Await wakes a customer when its look-up has a result.
func (l *Lookups) Await(customer types.NamespacedName) {
	l.mu.Lock()
	defer l.mu.Unlock()
	begun := l.all[customer]
	if begun == nil {
		return
	}
	if begun.awaited = true; begun.state == finished {
		l.wake(begun)
	}
}

// Forget drops a customer's look-up.
func (l *Lookups) Forget(customer types.NamespacedName) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, customer)
}

// isPaused reports whether no look-up is sent. The caller holds the lock.
func (l *Lookups) isPaused() bool {
	return l.circuit.State() == gobreaker.StateOpen || time.Now().Before(l.postponed) //nolint:forbidigo // The breaker's clock.
}

func (l *Lookups) wake(begun *lookup) {
	if begun.awaited && l.Wake != nil {
		l.Wake(begun.customer)
	}
}

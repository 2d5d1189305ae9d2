package authority

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// Asker gets tokens; *maskinporten.Client is one.
type Asker interface {
	// Token asks for one token. Every error is or wraps a *maskinporten.Error.
	Token(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error)
}

// AskerFunc is a function that is an Asker.
type AskerFunc func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error)

// Token calls f.
func (f AskerFunc) Token(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
	return f(ctx, r)
}

// HeldError says that a question was not asked, because of a fault that would meet it too.
type HeldError struct {
	// Fault is what stands in the way: the class of the last failure.
	Fault maskinporten.Class
}

// Error tells which fault stands in the way.
func (e *HeldError) Error() string {
	return fmt.Sprintf("not asked while this stands: %s", e.Fault)
}

// Limits are a Guard's.
type Limits struct {
	// Failures is how many customers' questions in a row may fail before the rest are held back. 0: 5.
	Failures uint32
	// Pause is how long they are then held back before one may try. 0: 10 s.
	Pause time.Duration
}

const (
	defaultFailures = 5
	defaultPause    = 10 * time.Second
)

// Guard is one Supplier's way to Maskinporten. Its methods may be called at the same time.
type Guard struct {
	asker      Asker
	keyID      string
	thumbprint string
	now        func() time.Time
	breaker    *gobreaker.CircuitBreaker[*maskinporten.Token]

	mu         sync.Mutex
	standing   maskinporten.Class // what our own proof last met; "" when it was well
	last       maskinporten.Class // the fault that a customer's question last met
	proofTried time.Time
	suspect    bool // a customer's question failed since the last proof
	notBefore  time.Time
	complaints map[types.NamespacedName]maskinporten.Class
}

// newGuard makes a Guard that nothing is known against.
func newGuard(asker Asker, key *maskinporten.SigningKey, now func() time.Time, limits Limits) *Guard {
	if limits.Failures == 0 {
		limits.Failures = defaultFailures
	}
	if limits.Pause == 0 {
		limits.Pause = defaultPause
	}
	return &Guard{
		asker:      asker,
		keyID:      key.ID(),
		thumbprint: key.Thumbprint(),
		now:        now,
		complaints: map[types.NamespacedName]maskinporten.Class{},
		breaker: gobreaker.NewCircuitBreaker[*maskinporten.Token](gobreaker.Settings{
			MaxRequests:  1,
			Timeout:      limits.Pause,
			ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= limits.Failures },
			IsSuccessful: func(err error) bool { return !IsFault(maskinporten.ClassOf(err)) },
		}),
	}
}

// KeyID gives the kid that grants are signed under.
func (g *Guard) KeyID() string { return g.keyID }

// Thumbprint gives the RFC 7638 thumbprint of the public half of the key.
func (g *Guard) Thumbprint() string { return g.thumbprint }

// IsFault reports whether a class says nothing about the customer that was asked for: an outage, a fault of ours,
// or an answer to something else than was asked.
func IsFault(c maskinporten.Class) bool {
	if c == "" {
		return false
	}
	switch c.Kind() {
	case maskinporten.KindAnswer, maskinporten.KindCustomerFault:
		return false
	default:
		return true
	}
}

// Prove asks for a token of the supplier's own. What it meets decides whether customers may be asked for.
func (g *Guard) Prove(ctx context.Context, scope string) error {
	g.mu.Lock()
	g.proofTried = g.now()
	g.suspect = false
	g.mu.Unlock()

	_, err := g.asker.Token(ctx, maskinporten.Request{Scope: scope})

	g.mu.Lock()
	defer g.mu.Unlock()
	g.standing = maskinporten.ClassOf(err)
	g.postpone(err)
	return err
}

// ProofTried gives when Prove was last called, the zero time if never.
func (g *Guard) ProofTried() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.proofTried
}

// Suspect reports whether a customer's question has met a fault since the last proof.
func (g *Guard) Suspect() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.suspect
}

// Ask asks for a token on a customer's behalf. It gives a *HeldError, having asked nothing, while the supplier's
// own proof fails, while Maskinporten has told us to stay away, and while customers' questions fail in a row.
func (g *Guard) Ask(ctx context.Context, customer types.NamespacedName, consumer orgnumber.Number, scope string) error {
	if held := g.hold(); held != nil {
		return held
	}
	_, err := g.breaker.Execute(func() (*maskinporten.Token, error) {
		return g.asker.Token(ctx, maskinporten.Request{Scope: scope, Consumer: consumer})
	})
	g.mu.Lock()
	defer g.mu.Unlock()
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return &HeldError{Fault: g.last}
	}
	g.note(customer, err)
	return err
}

// NotBefore gives the time before which Maskinporten has asked us not to come back, the zero time if it has not.
func (g *Guard) NotBefore() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.notBefore
}

// hold tells what keeps customers' questions from being asked, nil if nothing does.
func (g *Guard) hold() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.standing != "" {
		return &HeldError{Fault: g.standing}
	}
	if g.now().Before(g.notBefore) {
		return &HeldError{Fault: maskinporten.ClassRateLimited}
	}
	return nil
}

// note remembers what a customer's question met. The caller holds the lock.
func (g *Guard) note(customer types.NamespacedName, err error) {
	class := maskinporten.ClassOf(err)
	g.postpone(err)
	if !IsFault(class) {
		delete(g.complaints, customer)
		return
	}
	g.last = class
	g.suspect = true
	if class.Kind() == maskinporten.KindViolation {
		g.complaints[customer] = class
	}
}

// postpone honours a Retry-After. The caller holds the lock.
func (g *Guard) postpone(err error) {
	var e *maskinporten.Error
	if !errors.As(err, &e) || e.RetryAfter <= 0 {
		return
	}
	if t := g.now().Add(e.RetryAfter); t.After(g.notBefore) {
		g.notBefore = t
	}
}

// Complain remembers an answer for one customer that contradicts what is known, so that the Supplier says it.
func (g *Guard) Complain(customer types.NamespacedName, class maskinporten.Class) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.complaints[customer] = class
	g.suspect = true
}

// Complaint gives a class of the complaints that stand, the same one as long as they are the same; "" if none
// does. The supplier's own proof cannot disprove them: only an answer for the same customer can.
func (g *Guard) Complaint() maskinporten.Class {
	g.mu.Lock()
	defer g.mu.Unlock()
	var first maskinporten.Class
	for _, c := range g.complaints {
		if first == "" || c < first {
			first = c
		}
	}
	return first
}

// Forget drops what is remembered of a customer that is gone.
func (g *Guard) Forget(customer types.NamespacedName) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.complaints, customer)
}

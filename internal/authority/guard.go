package authority

import (
	"cmp"
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
	// Fault is what stands in the way: the class of the last failure. IsFault holds of it, always.
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
	proofCause string // what the last proof was for
	suspect    bool   // a customer's question failed since the last proof
	alarmed    bool   // and somebody has been told
	postponed  Postponement
	complaints map[types.NamespacedName]maskinporten.Class
}

// Postponement is Maskinporten's wish to be left alone for a while.
type Postponement struct {
	// Until is when it ends; the zero time if there was none.
	Until time.Time
	// Class of the answer that said so: an outage's, always.
	Class maskinporten.Class
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

// Prove asks for a token of the supplier's own. What it meets decides whether customers may be asked for. The cause says
// what it is for; see TriedFor.
func (g *Guard) Prove(ctx context.Context, cause, scope string) error {
	g.mu.Lock()
	g.proofTried, g.proofCause = g.now(), cause
	g.suspect, g.alarmed = false, false
	g.mu.Unlock()

	_, err := g.asker.Token(ctx, maskinporten.Request{Scope: scope})

	g.mu.Lock()
	defer g.mu.Unlock()
	g.standing = standing(maskinporten.ClassOf(err))
	g.postpone(err)
	return err
}

// standing gives what holds customers back when the supplier's own proof met a class. A refusal that would be an answer
// about a customer is not one here, and must not be told of customers that nobody asked about: our client is refused.
func standing(met maskinporten.Class) maskinporten.Class {
	if met == "" || IsFault(met) {
		return met
	}
	return maskinporten.ClassClientRejected
}

// ProofTried gives when Prove was last called, the zero time if never.
func (g *Guard) ProofTried() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.proofTried
}

// TriedFor reports whether the last proof was for this cause, whatever came of it.
func (g *Guard) TriedFor(cause string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.proofTried.IsZero() && g.proofCause == cause
}

// Standing gives what the supplier's own last proof met, and holds customers' questions back; "" if it was well.
func (g *Guard) Standing() maskinporten.Class {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.standing
}

// Alarm reports whether a customer's question has met a fault since the last proof, and nobody has been told yet. It
// says so once.
func (g *Guard) Alarm() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	alarm := g.suspect && !g.alarmed
	g.alarmed = g.suspect
	return alarm
}

// Suspect reports whether a customer's question has met a fault since the last proof.
func (g *Guard) Suspect() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.suspect
}

// Ask asks for a token on a customer's behalf. It gives a *HeldError, having asked nothing, while the supplier's
// own proof fails, while Maskinporten has told us to stay away, and while customers' questions fail in a row.
func (g *Guard) Ask(ctx context.Context, customer types.NamespacedName, consumer orgnumber.Number, scope string) (*maskinporten.Token, error) {
	if held := g.hold(); held != nil {
		return nil, held
	}
	got, err := g.breaker.Execute(func() (*maskinporten.Token, error) {
		token, err := g.asker.Token(ctx, maskinporten.Request{Scope: scope, Consumer: consumer})
		g.note(customer, err) // before the breaker opens on it, so that whoever is held back then is told of it
		return token, err
	})
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return nil, g.heldByBreaker()
	}
	return got, err
}

// heldByBreaker tells the fault that opened the breaker. It is never "", which would mean a token: a panic opens the
// breaker too, and leaves no fault behind.
func (g *Guard) heldByBreaker() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return &HeldError{Fault: cmp.Or(g.last, maskinporten.ClassUnreachable)}
}

// Postponed gives Maskinporten's last wish to be left alone for a while; it may be past.
func (g *Guard) Postponed() Postponement {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.postponed
}

// hold tells what keeps customers' questions from being asked, nil if nothing does.
func (g *Guard) hold() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.standing != "" {
		return &HeldError{Fault: g.standing}
	}
	if g.now().Before(g.postponed.Until) {
		return &HeldError{Fault: g.postponed.Class}
	}
	return nil
}

// note remembers what a customer's question met.
func (g *Guard) note(customer types.NamespacedName, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
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
	class := e.Class
	if class.Kind() != maskinporten.KindOutage { // a refusal may name a time too; it is told to nobody that it was not about
		class = maskinporten.ClassRateLimited
	}
	if t := g.now().Add(e.RetryAfter); t.After(g.postponed.Until) {
		g.postponed = Postponement{Until: t, Class: class}
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

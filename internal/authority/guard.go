package authority

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
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

// Question is one on a customer's behalf.
type Question struct {
	// Customer is whom it is about.
	Customer types.NamespacedName
	// Request is what is asked for.
	Request maskinporten.Request
	// Priority decides who is asked for when there are more questions than may be sent.
	Priority Priority
	// Granted says that the last answer was a token. A refusal is then compared with other customers' tokens alone, and MP-251
	// counts only if Maskinporten returns us a token of our own right after it.
	Granted bool

	negotiated bool // Altinn's register is asked about MP-303
	peer       bool // the token is for another customer than Customer
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
	// PerSecond is how many questions a second are asked at the most. 0: no limit.
	PerSecond int
}

const (
	defaultFailures = 5
	defaultPause    = 10 * time.Second
)

func (l Limits) withDefaults() Limits {
	if l.Failures == 0 {
		l.Failures = defaultFailures
	}
	if l.Pause == 0 {
		l.Pause = defaultPause
	}
	return l
}

// Guard is one Supplier's way to Maskinporten, and to Altinn. Its methods may be called at the same time.
type Guard struct {
	asker    Asker
	key      *maskinporten.SigningKey // signs first
	now      func() time.Time
	limiter  *limiter
	tokens   tokenBreakers    // of Maskinporten
	register register         // of Altinn
	metrics  *metrics.Metrics // nil: nothing is counted

	mu         sync.Mutex
	standing   standing
	proved     bool // the last proof got a token
	proofTried time.Time
	proofCause string // what the last proof was for
	suspect    bool   // a customer's question failed since the last proof
	alarmed    bool   // and somebody has been told
	postponed  Postponement
	failing    map[complaintKey]time.Time // customers whose last question met a fault, and until when each is to be left alone
	complaints map[complaintKey]maskinporten.Class
	systems    map[systemKey]systemFault // what customers' questions have shown to be wrong with our system at Altinn
	retry      time.Duration             // how often what is held back is tried, 0: maxRetry
	probed     time.Time                 // when one of them was last asked in spite of it
	disproved  map[systemKey]int         // how often others' answers disproved it since the customer was last well
	traffic    map[string]*traffic       // of customers' requests, by scope
	sequence   int64                     // numbers requests and refusals in their order
	cleared    bool                      // an answer that was watched for has come, or the last complaint has ended, and that is not reported yet
}

// newGuard makes a Guard that nothing is known against.
func newGuard(asker Asker, key *maskinporten.SigningKey, now func() time.Time, limits Limits) *Guard {
	limits = limits.withDefaults()
	g := &Guard{
		asker:      asker,
		key:        key,
		now:        now,
		limiter:    newLimiter(rate.Limit(limits.PerSecond)),
		tokens:     tokenBreakers{delegated: newBreaker(limits, faultOf), bySystemUser: newBreaker(limits, faultOf)},
		register:   register{breaker: newBreaker(limits, faultOfRegister)},
		failing:    map[complaintKey]time.Time{},
		complaints: map[complaintKey]maskinporten.Class{},
		systems:    map[systemKey]systemFault{},
		disproved:  map[systemKey]int{},
		traffic:    map[string]*traffic{},
	}
	return g
}

// token asks Maskinporten, and counts it.
func (g *Guard) token(ctx context.Context, operation string, r maskinporten.Request) (*maskinporten.Token, error) {
	began := g.now()
	token, err := g.asker.Token(ctx, r)
	g.metrics.ObserveRequest(metrics.ServiceMaskinporten, operation, string(maskinporten.ClassOf(err)), g.now().Sub(began))
	return token, err
}

// KeyID gives the kid of the grant that was last accepted, or "" if grants name a certificate in its place.
func (g *Guard) KeyID() string { return g.signedBy().ID() }

// Thumbprint gives the RFC 7638 thumbprint of the public half of the key of KeyID.
func (g *Guard) Thumbprint() string { return g.signedBy().Thumbprint() }

// CertificateExpires gives when the first certificate of the chain that grants name expires, or the zero time if they
// name a registered key.
func (g *Guard) CertificateExpires() time.Time { return g.signedBy().CertificateExpires() }

// signedBy gives the key whose grant was last accepted, if the Asker has several and tells.
func (g *Guard) signedBy() *maskinporten.SigningKey {
	if a, ok := g.asker.(interface {
		SignedBy() *maskinporten.SigningKey
	}); ok {
		return a.SignedBy()
	}
	return g.key
}

// IsFault reports whether a class says nothing about the customer that was asked for: an outage, a fault of ours,
// or an answer to something else than was asked.
func IsFault(c maskinporten.Class) bool {
	if c == "" {
		return false
	}
	switch c.Kind() {
	case conclusion.Answer, conclusion.CustomerFault:
		return false
	default:
		return true
	}
}

// Ask asks for a token on a customer's behalf. Without asking, it returns a *HeldError while the supplier's own proof
// fails, for everything or for this scope, while Maskinporten has told us to stay away, and while customers' requests of the
// same kind fail in a row; and a *BusyError if so many are being sent that this one must wait. A refusal that names the
// customer is returned as such only if it is this customer's alone; see maskinporten.UnconfirmedError.
func (g *Guard) Ask(ctx context.Context, q Question) (*maskinporten.Token, error) {
	return g.ask(ctx, q, func() error { return g.limiter.take(g.now(), q.Priority) })
}

// ask is Ask, of a question that is let through by admit.
func (g *Guard) ask(ctx context.Context, q Question, admit func() error) (*maskinporten.Token, error) {
	alone, held := g.hold(q)
	if held != nil {
		return nil, held
	}
	var token *maskinporten.Token
	err := g.tokens.of(q.Request).pass(alone, admit, func() (err error) {
		number := g.begin()
		token, err = g.token(ctx, metrics.OperationToken, q.Request)
		err = g.weigh(ctx, q, number, err)
		g.note(q, alone, err)
		return err
	})
	if err != nil {
		return nil, err
	}
	return token, nil
}

// hold tells what keeps a customer's question from being asked, nil if nothing does; and whether a fault that it meets is
// the customer's alone: its last question met one too, and others are being answered. One customer in ten who is never
// answered must not be what keeps the other nine from being asked for.
func (g *Guard) hold(q Question) (alone bool, held error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if held := g.heldScope(q.Request.Scope); held != nil {
		return false, held
	}
	until, failing := g.failing[complaintKey{q.Customer, q.Request.Scope}]
	if g.now().Before(until) {
		return false, &HeldError{Fault: maskinporten.ClassRateLimited}
	}
	return failing && g.tokens.of(q.Request).closed(), nil
}

// holdScope tells what keeps all questions about a scope from being asked, nil if nothing does.
func (g *Guard) holdScope(scope string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.heldScope(scope)
}

// heldScope is holdScope of a caller that holds the lock.
func (g *Guard) heldScope(scope string) error {
	if fault := g.standing.of(scope); fault != "" {
		return &HeldError{Fault: fault}
	}
	if g.now().Before(g.postponed.Until) {
		return &HeldError{Fault: g.postponed.Class}
	}
	return nil
}

// note remembers what a customer's question met.
func (g *Guard) note(q Question, alone bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	class := maskinporten.ClassOf(err)
	key := complaintKey{q.Customer, q.Request.Scope}
	if !IsFault(class) {
		g.postpone(err)
		g.withdraw(key)
		delete(g.failing, key)
		return
	}
	if !alone {
		g.postpone(err)
	}
	g.failing[key] = g.now().Add(retryAfterOf(err))
	g.suspect = true
	if class.Kind() == conclusion.Violation {
		g.complaints[key] = class
	}
}

// Postponement is Maskinporten's wish to be left alone for a while.
type Postponement struct {
	// Until is when it ends; the zero time if there was none.
	Until time.Time
	// Class of the answer that said so: an outage's, always.
	Class maskinporten.Class
}

// Postponed gives Maskinporten's last wish to be left alone for a while; it may be past.
func (g *Guard) Postponed() Postponement {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.postponed
}

// postpone honours a Retry-After. The caller holds the lock.
func (g *Guard) postpone(err error) {
	pause := retryAfterOf(err)
	if pause <= 0 {
		return
	}
	class := maskinporten.ClassOf(err)
	if class.Kind() != conclusion.Outage { // a refusal may name a time too; it is told to nobody that it was not about
		class = maskinporten.ClassRateLimited
	}
	if t := g.now().Add(pause); t.After(g.postponed.Until) {
		g.postponed = Postponement{Until: t, Class: class}
	}
}

// retryAfterOf gives for how long Maskinporten wants to be left alone, 0 if it does not say.
func retryAfterOf(err error) time.Duration {
	e, ok := errors.AsType[*maskinporten.Error](err)
	if !ok {
		return 0
	}
	return max(e.RetryAfter, 0)
}

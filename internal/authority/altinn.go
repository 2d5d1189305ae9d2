package authority

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/outbound"
)

// register is a Guard's way to Altinn's vendor API.
type register struct {
	client  *altinn.Client
	breaker *breaker
	tokens  ownTokens
	// escalated are the requests that wait for an access manager.
	escalated escalated

	mu        sync.Mutex
	met       altinn.Class // what the last call met, "" if it was well
	postponed time.Time    // until when Altinn wants to be left alone
}

// errNoRegister says that a Supplier has no system at Altinn.
var errNoRegister = &altinn.Error{Class: altinn.ClassSystemNotFound, Err: errors.New("spec.systemUser names no system")}

// call asks Altinn, if nothing speaks against it and admit lets it. It gives a *HeldError or a *BusyError, having asked
// nothing, as Ask does.
func (g *Guard) call(ctx context.Context, admit func() error, operation string, ask func(context.Context) error) error {
	if g.register.client == nil {
		return errNoRegister
	}
	if held := g.holdRegister(); held != nil {
		return held
	}
	return g.register.breaker.pass(false, admit, func() error { return g.observe(ctx, operation, ask) })
}

// holdRegister tells what keeps Altinn from being asked, nil if nothing does. Without tokens of our own nothing can be
// asked, so it is also what keeps Maskinporten from being asked for them.
func (g *Guard) holdRegister() error {
	for _, scope := range []string{altinn.ScopeWrite, altinn.ScopeRead} {
		if held := g.holdScope(scope); held != nil {
			return held
		}
	}
	g.register.mu.Lock()
	defer g.register.mu.Unlock()
	if g.now().Before(g.register.postponed) {
		return &HeldError{Fault: maskinporten.ClassRateLimited}
	}
	return nil
}

// observe asks, remembers what it met, and measures it.
func (g *Guard) observe(ctx context.Context, operation string, ask func(context.Context) error) error {
	began := g.now()
	err := ask(ctx)
	if notAltinns(err) {
		g.doubt() // that our own token is refused concerns everybody
		return err
	}
	g.metrics.ObserveRequest(metrics.ServiceAltinn, operation, string(altinn.ClassOf(err)), g.now().Sub(began))
	if g.register.note(err, g.now()) {
		g.doubt()
	}
	return err
}

// notAltinns reports whether an error is one of the way to Altinn's token, of which Altinn knows nothing.
func notAltinns(err error) bool {
	_, isAltinns := errors.AsType[*altinn.Error](err)
	return err != nil && !isAltinns
}

// note remembers what a call met, and reports whether it was a fault.
func (r *register) note(err error, now time.Time) (fault bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.met = ""
	e, ok := errors.AsType[*altinn.Error](err)
	if !ok {
		return false
	}
	if t := now.Add(e.RetryAfter); e.RetryAfter > 0 && t.After(r.postponed) {
		r.postponed = t
	}
	switch e.Class.Kind() {
	case conclusion.Answer, conclusion.CustomerFault:
		return false
	default:
		r.met = e.Class
		return true
	}
}

// RegisterMet gives what the last call to Altinn met that says nothing of a customer, "" if it was well or none was made.
func (g *Guard) RegisterMet() altinn.Class {
	g.register.mu.Lock()
	defer g.register.mu.Unlock()
	return g.register.met
}

// ProveSystem asks Altinn whether it answers, and knows our system as ours. Like Prove it is held back by nothing but
// Altinn's or Maskinporten's own wish to be left alone, and by a scope without which it cannot be asked.
func (g *Guard) ProveSystem(ctx context.Context) error {
	if g.register.client == nil {
		return errNoRegister
	}
	if held := g.holdRegister(); held != nil {
		return held
	}
	g.limiter.spend(g.now())
	err := g.observe(ctx, metrics.OperationSystem, g.register.client.CheckSystem)
	if err == nil {
		g.systemProved()
	}
	return err
}

// faultOfRegister gives the class of a fault that a call to Altinn met, as Maskinporten's are called: "" if it was well, or
// met an answer. It is what whoever is held back is told.
func faultOfRegister(err error) maskinporten.Class {
	e, ok := errors.AsType[*altinn.Error](err)
	if !ok {
		return faultOf(err)
	}
	switch e.Class.Kind() {
	case conclusion.Answer, conclusion.CustomerFault:
		return ""
	default:
		return ClassOfRegister(e)
	}
}

// ClassOfRegister gives the class of an answer of Altinn's that says nothing of the customer, as Maskinporten's are called.
func ClassOfRegister(e *altinn.Error) maskinporten.Class {
	switch e.Class.Kind() {
	case conclusion.Outage:
		return maskinporten.Class(e.Class) // outages have the same names at both
	case conclusion.Violation:
		return maskinporten.ClassTokenMismatch
	case conclusion.OwnFault:
		return maskinporten.ClassClientRejected
	default: // an answer to another question than was asked
		return maskinporten.ClassBadResponse
	}
}

const (
	// minOwnLifetime is what a token of our own has left at least when it is used.
	minOwnLifetime = 10 * time.Second
	// ownTimeout bounds a question for one, whoever waits for it.
	ownTimeout = 15 * time.Second
)

// ownTokens are the supplier's own tokens for Altinn, by scope. They are held in memory until they expire.
type ownTokens struct {
	asking singleflight.Group
	mu     sync.Mutex
	held   map[string]*maskinporten.Token
}

// ownToken gives a token of our own for a scope of Altinn's. The error is a *maskinporten.Error.
func (g *Guard) ownToken(ctx context.Context, scope string) (outbound.Bearer, error) {
	if token := g.register.tokens.usable(scope, g.now()); token != nil {
		return outbound.NewBearer(token.AccessToken)
	}
	shared := context.WithoutCancel(ctx)
	answer := g.register.tokens.asking.DoChan(scope, func() (any, error) {
		ctx, cancel := context.WithTimeout(shared, ownTimeout)
		defer cancel()
		g.limiter.spend(g.now())
		return g.token(ctx, metrics.OperationOwnToken, maskinporten.Request{Scope: scope})
	})
	select {
	case <-ctx.Done():
		return outbound.Bearer{}, &maskinporten.Error{Class: maskinporten.ClassUnreachable, Err: ctx.Err()}
	case got := <-answer:
		token, ok := got.Val.(*maskinporten.Token)
		if got.Err != nil || !ok || token == nil {
			g.remember(got.Err)
			return outbound.Bearer{}, aboutUs(got.Err)
		}
		g.register.tokens.hold(scope, token)
		return outbound.NewBearer(token.AccessToken)
	}
}

// aboutUs makes a fault of ours of what refused us a token of our own: it is no answer about the customer on whose behalf
// Altinn was to be asked.
func aboutUs(err error) error {
	e, ok := errors.AsType[*maskinporten.Error](err)
	if !ok {
		return &maskinporten.Error{Class: maskinporten.ClassBadResponse, Err: err}
	}
	refused := *e
	refused.Class = holds(e.Class)
	return &refused
}

func (t *ownTokens) usable(scope string, now time.Time) *maskinporten.Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	token := t.held[scope]
	if token == nil || token.ExpiresAt.Sub(now) < minOwnLifetime {
		return nil
	}
	return token
}

func (t *ownTokens) hold(scope string, token *maskinporten.Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held == nil {
		t.held = map[string]*maskinporten.Token{}
	}
	t.held[scope] = token
}

package authority

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/outbound"
)

// Altinn is Altinn's API for system vendors, as a Guard uses it.
type Altinn struct {
	client    *altinn.Client // nil: the Supplier has no system at Altinn
	breaker   *breaker
	failing   failing
	listed    listed
	escalated escalated
	// escalatedToAgents are those of requests for agent system users, which Altinn lists apart.
	escalatedToAgents escalated

	mu         sync.Mutex
	fault      altinn.Class
	cause      outbound.Cause
	retryAfter time.Time
}

// LastFault returns the fault that the last call to Altinn met, or "".
func (r *Altinn) LastFault() altinn.Class {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fault
}

// LastCause returns why the last call to Altinn had no response, "" if it had one or the cause is not known.
func (r *Altinn) LastCause() outbound.Cause {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cause
}

// note records what a call met, and reports whether it was a fault.
func (r *Altinn) note(err error) (fault bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault, r.cause = "", ""
	e, ok := errors.AsType[*altinn.Error](err)
	if !ok || !e.Class.Kind().Inconclusive() {
		return false
	}
	r.fault = e.Class
	if r.fault == altinn.ClassUnreachable {
		r.cause = outbound.CauseOf(err)
	}
	return true
}

// postpone records the Retry-After of an error that concerns all customers.
func (r *Altinn) postpone(err error, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t := now.Add(retryAfterOf(err)); t.After(now) && t.After(r.retryAfter) {
		r.retryAfter = t
	}
}

func (r *Altinn) postponedUntil() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.retryAfter
}

var errNoSystem = &altinn.Error{Class: altinn.ClassSystemNotFound, Err: errors.New("spec.systemUser names no system")}

// listOperations read for all customers, whichever of them is the first to need it.
var listOperations = map[string]bool{metrics.OperationRequests: true, metrics.OperationSystemUsers: true}

// callAltinn calls Altinn for a customer's negotiation if nothing holds it back. Otherwise it sends nothing and returns
// a *HeldError or a *BusyError, as Token does.
func (g *Guard) callAltinn(ctx context.Context, s *SystemUsers, operation string,
	call func(context.Context) error,
) error {
	if g.Altinn.client == nil {
		return errNoSystem
	}
	if held := g.holdAltinn(); held != nil {
		return held
	}
	key, now := s.request.key(), g.now()
	last := g.Altinn.failing.of(key)
	if now.Before(last.until) {
		return &HeldError{Fault: maskinporten.ClassRateLimited}
	}
	alone := last.fault && g.Altinn.breaker.isClosed()
	isAll, err := g.sendIf(g.Altinn.breaker, s.request.Priority, alone, s.admit, func() error {
		err := g.observeAltinn(ctx, operation, call)
		if _, isAltinns := errors.AsType[*altinn.Error](err); err == nil || isAltinns { // else it is about our own token
			g.Altinn.failing.note(key, faultOfAltinn(err) != "", retryAfterOf(err), g.now())
		}
		return err
	})
	if isAll || listOperations[operation] {
		g.Altinn.postpone(err, g.now())
	}
	return err
}

// holdAltinn returns why Altinn is not called, or nil. Every call needs a token of our own, so what holds the requests
// for these tokens back holds the calls back, too.
func (g *Guard) holdAltinn() error {
	for _, scope := range []string{altinn.ScopeWrite, altinn.ScopeRead} {
		if held := g.holdScope(scope); held != nil {
			return held
		}
	}
	if g.now().Before(g.Altinn.postponedUntil()) {
		return &HeldError{Fault: maskinporten.ClassRateLimited}
	}
	return nil
}

// observeAltinn makes a call, and records and measures what it meets. An error that is not Altinn's is about our own
// token, which concerns all customers.
func (g *Guard) observeAltinn(ctx context.Context, operation string, call func(context.Context) error) error {
	began := g.now()
	err := call(ctx)
	if _, isAltinns := errors.AsType[*altinn.Error](err); err != nil && !isAltinns {
		g.Alarm.raise()
		return err
	}
	g.metrics.ObserveRequest(metrics.ServiceAltinn, operation, string(altinn.ClassOf(err)), g.now().Sub(began))
	if g.Altinn.note(err) {
		g.Alarm.raise()
	}
	return err
}

// ProveSystem checks that Altinn answers and knows our system as ours. Like Prove it is held back only by Retry-After,
// and by a scope without which Altinn cannot be called.
func (g *Guard) ProveSystem(ctx context.Context) error {
	if g.Altinn.client == nil {
		return errNoSystem
	}
	if held := g.holdAltinn(); held != nil {
		return held
	}
	g.limiter.spend(g.now())
	err := g.observeAltinn(ctx, metrics.OperationSystem, g.Altinn.client.CheckSystem)
	g.Altinn.postpone(err, g.now())
	if err == nil {
		g.System.noteRegistered()
	}
	return err
}

// faultOfAltinn returns the class of a fault that a call to Altinn met, in Maskinporten's terms, or "". Requests that
// are held back report it.
func faultOfAltinn(err error) maskinporten.Class {
	e, ok := errors.AsType[*altinn.Error](err)
	if !ok {
		return faultOf(err)
	}
	if !e.Class.Kind().Inconclusive() {
		return ""
	}
	return ClassOfAltinn(e)
}

var outagesOfAltinn = map[altinn.Class]maskinporten.Class{
	altinn.ClassServerError: maskinporten.ClassServerError,
	altinn.ClassRateLimited: maskinporten.ClassRateLimited,
	altinn.ClassBlocked:     maskinporten.ClassBlocked,
	altinn.ClassUnreachable: maskinporten.ClassUnreachable,
	altinn.ClassBadResponse: maskinporten.ClassBadResponse,
}

// ClassOfAltinn returns Maskinporten's class for a response of Altinn's that says nothing about the customer.
func ClassOfAltinn(e *altinn.Error) maskinporten.Class {
	switch e.Class.Kind() {
	case conclusion.Outage:
		return outagesOfAltinn[e.Class]
	case conclusion.Violation:
		return maskinporten.ClassTokenMismatch
	case conclusion.OwnFault:
		return maskinporten.ClassClientRejected
	default: // a response to another request
		return maskinporten.ClassBadResponse
	}
}

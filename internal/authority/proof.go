package authority

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// Proof is the last result of the Supplier's own token requests. Its faults hold customers' requests back.
type Proof struct {
	mu              sync.Mutex
	faults          proofFaults
	succeeded       bool
	tried           time.Time
	cause           string   // of the last proof
	heldByCustomers []string // scopes that customers must hold, by the Supplier's services
}

// proofFaults hold requests back. They are replaced, never changed.
type proofFaults struct {
	all    maskinporten.Class            // "" if nothing holds all requests back
	scopes map[string]maskinporten.Class // those about single scopes
}

func (f proofFaults) of(scope string) maskinporten.Class {
	if f.all != "" {
		return f.all
	}
	return f.scopes[scope]
}

// ProofResult is the result of a proof.
type ProofResult struct {
	// Err holds all customers' requests back. It is nil if a token was returned, or if only single scopes failed.
	Err error
	// Scopes are the errors of single scopes. Each holds back what needs the scope, and nothing else.
	Scopes map[string]error
}

// Prove requests a token of our own for each scope, until one fails in a way that would fail them all. If several
// customers fail although a token is returned, one that was answered last is verified once more; see
// Traffic.UnansweredScopes. The cause names what the proof is for; see Proof.WasTriedFor.
func (g *Guard) Prove(ctx context.Context, cause string, scopes ...services.ProofScope) ProofResult {
	g.Proof.begin(g.now(), cause)
	g.Alarm.reset()
	met := g.proveAll(ctx, scopes)
	if met.Err != nil {
		g.Proof.fail(met.Err)
		return met
	}
	before := g.Proof.succeed(met.Scopes)
	// What customers met while our own requests failed was our fault, so it is forgotten.
	g.Traffic.restart(func(scope string) bool { return before.of(scope) != "" })
	g.verifyReferences(ctx)
	return met
}

// proveAll requests a token of our own for each scope. If one of a declared service fails in any other way than by a
// rate limit, that is a fault of this scope if another scope is proved. If none is, the first refusal applies to all,
// or else the first outage.
func (g *Guard) proveAll(ctx context.Context, scopes []services.ProofScope) ProofResult {
	met := ProofResult{Scopes: map[string]error{}}
	isProved, declared := false, map[string]error{}
	var fault error // what applies to all if no scope is proved
	for _, scope := range scopes {
		err := g.proveScope(ctx, scope.Scope)
		switch class := maskinporten.ClassOf(err); {
		case err == nil:
			isProved = true
		case concernsScope(class):
			met.Scopes[scope.Scope] = err
		case scope.Declared && mayConcernDeclared(class, isProved || !isOutage(fault)):
			declared[scope.Scope] = err
			if fault == nil || isOutage(fault) && !isOutage(err) {
				fault = err
			}
		default:
			met.Err = err
			return met
		}
	}
	if !isProved {
		met.Err = fault
		return met
	}
	maps.Copy(met.Scopes, declared)
	return met
}

// isOutage reports whether an error passes by itself.
func isOutage(err error) bool { return maskinporten.ClassOf(err).Kind() == conclusion.Outage }

// concernsScope reports whether a class that our own request met is about the scope alone.
func concernsScope(c maskinporten.Class) bool {
	return c == maskinporten.ClassScopeNotRegistered || c == maskinporten.ClassScopeNotGranted
}

// mayConcernDeclared reports whether a class that our own request met for the scope of a declared service may be about
// the scope alone. responds reports that no request before it met an outage, or that one had a token or a refusal: if
// Maskinporten responds to neither of two, further requests would only wait.
func mayConcernDeclared(c maskinporten.Class, responds bool) bool {
	return c != maskinporten.ClassRateLimited && (responds || c != maskinporten.ClassUnreachable)
}

// ownFault returns the fault that follows from what our own request met. A refusal that would be an answer about a
// customer is none here: it means that our client is refused.
func ownFault(met maskinporten.Class) maskinporten.Class {
	if met == "" || met.Kind().Inconclusive() {
		return met
	}
	return maskinporten.ClassClientRejected
}

func (p *Proof) begin(now time.Time, cause string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tried, p.cause = now, cause
}

// setHeldByCustomers records which scopes customers must hold. They follow from the services that the Supplier offers,
// and not from a proof, because only the leader sends proofs.
func (p *Proof) setHeldByCustomers(scopes []services.ProofScope) {
	var held []string
	for _, scope := range scopes {
		if scope.HeldByCustomers {
			held = append(held, scope.Scope)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heldByCustomers = held
}

// isHeldByCustomers reports whether customers must hold a scope, and we need not.
func (p *Proof) isHeldByCustomers(scope string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.heldByCustomers, scope)
}

// fail records an error that says nothing about single scopes: what is known of them stays.
func (p *Proof) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults.all, p.succeeded = ownFault(maskinporten.ClassOf(err)), false
}

// succeed records that a token was returned, but for some scopes. It returns the faults before.
func (p *Proof) succeed(scopes map[string]error) (before proofFaults) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before = p.faults
	p.succeeded = true
	p.faults = proofFaults{scopes: map[string]maskinporten.Class{}}
	for scope, err := range scopes {
		p.faults.scopes[scope] = ownFault(maskinporten.ClassOf(err))
	}
	return before
}

func (p *Proof) faultOf(scope string) maskinporten.Class {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults.of(scope)
}

// LastTry returns when Prove was last called, or the zero time.
func (p *Proof) LastTry() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tried
}

// WasTriedFor reports whether the last proof was for this cause, whatever its result.
func (p *Proof) WasTriedFor(cause string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.tried.IsZero() && p.cause == cause
}

// HasSucceeded reports whether the last proof got a token, or would have but for single scopes.
func (p *Proof) HasSucceeded() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.succeeded
}

// Fault returns what holds all customers' requests back, or "".
func (p *Proof) Fault() maskinporten.Class {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults.all
}

// ScopeFaults returns what holds requests for single scopes back, by scope.
func (p *Proof) ScopeFaults() map[string]maskinporten.Class {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.faults.scopes)
}

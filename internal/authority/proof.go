package authority

import (
	"context"
	"maps"
	"time"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
)

// Proof is what the supplier's own questions met.
type Proof struct {
	// Err is what holds all customers back, nil if a token was had, or would have been but for the scopes.
	Err error
	// Scopes has what is wrong with single scopes, by scope; it holds back what needs them, and nothing else.
	Scopes map[string]error
}

// standing is what holds customers' questions back.
type standing struct {
	all    maskinporten.Class            // "" if nothing holds all of them back
	scopes map[string]maskinporten.Class // what holds those about one scope back
}

// of gives what holds questions about a scope back, "" if nothing does.
func (s standing) of(scope string) maskinporten.Class {
	if s.all != "" {
		return s.all
	}
	return s.scopes[scope]
}

// concernsScope reports whether a class that our own question met is about the scope alone: another one may be had.
func concernsScope(c maskinporten.Class) bool {
	return c == maskinporten.ClassScopeNotRegistered || c == maskinporten.ClassScopeNotGranted
}

// Prove asks for a token of the supplier's own for each scope, until one meets what would meet them all. What it meets
// decides whether customers may be asked for. If several customers fail although a token is given, one that was answered
// last is verified once more; see Unanswered. The cause says what it is for; see TriedFor.
func (g *Guard) Prove(ctx context.Context, cause string, scopes ...string) Proof {
	g.mu.Lock()
	g.proofTried, g.proofCause = g.now(), cause
	g.suspect, g.alarmed = false, false
	g.mu.Unlock()

	met := Proof{Scopes: map[string]error{}}
	for _, scope := range scopes {
		g.limiter.spend(g.now())
		_, err := g.token(ctx, metrics.OperationProof, maskinporten.Request{Scope: scope})
		g.remember(err)
		if err != nil && concernsScope(maskinporten.ClassOf(err)) {
			met.Scopes[scope] = err
			continue
		}
		if met.Err = err; err != nil {
			break
		}
	}
	g.stand(met)
	if met.Err == nil {
		g.checkFailing(ctx)
	}
	return met
}

func (g *Guard) remember(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.postpone(err)
}

// stand lets what a proof met hold customers back.
func (g *Guard) stand(met Proof) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if met.Err != nil { // it says nothing of single scopes: what is known of them stays
		g.standing.all, g.proved = holds(maskinporten.ClassOf(met.Err)), false
		return
	}
	for scope, t := range g.traffic {
		if g.standing.of(scope) != "" { // what customers met while they were held back was met by us as well
			t.restart()
		}
	}
	g.proved = true
	g.standing = standing{scopes: map[string]maskinporten.Class{}}
	for scope, err := range met.Scopes {
		g.standing.scopes[scope] = holds(maskinporten.ClassOf(err))
	}
}

// holds gives what holds customers back when the supplier's own proof met a class. A refusal that would be an answer
// about a customer is not one here, and must not be told of customers that nobody asked about: our client is refused.
func holds(met maskinporten.Class) maskinporten.Class {
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

// Standing gives what the supplier's own last proof met that holds all customers' questions back; "" if nothing does.
func (g *Guard) Standing() maskinporten.Class {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.standing.all
}

// Proved reports whether the last proof got a token, or would have but for single scopes.
func (g *Guard) Proved() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.proved
}

// ScopesStanding gives what holds questions about single scopes back, by scope.
func (g *Guard) ScopesStanding() map[string]maskinporten.Class {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.standing.scopes)
}

// Alarm reports whether a customer's request has met a fault since the last proof, or an answer has come that was watched
// for, or the last complaint is disproved. It reports each once.
func (g *Guard) Alarm() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	alarm := g.suspect && !g.alarmed || g.cleared
	g.alarmed, g.cleared = g.suspect, false
	return alarm
}

// doubt lets the Supplier be looked at.
func (g *Guard) doubt() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.suspect = true
}

// Suspect reports whether a customer's question has met a fault since the last proof.
func (g *Guard) Suspect() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.suspect
}

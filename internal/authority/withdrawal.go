package authority

import (
	"context"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
)

// withdraws reports whether a class says that a customer has taken back the delegation that it had.
func withdraws(q Question, class maskinporten.Class) bool {
	return class == maskinporten.ClassNotDelegated && q.Granted && q.Request.SystemUser.IsZero()
}

// answersUs reports whether Maskinporten returns us a token of our own for a scope now. If it refuses us as well, a refusal
// of a customer is about all. A refusal of ours counts for checkInterval, a token only for the withdrawal that it was
// requested for: the fault may begin right after it.
func (g *Guard) answersUs(ctx context.Context, scope string) bool {
	if g.refusedUs(scope) {
		return false
	}
	g.limiter.spend(g.now())
	_, err := g.token(ctx, metrics.OperationProof, maskinporten.Request{Scope: scope})
	g.remember(err)
	if err == nil {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trafficOf(scope).refusedUs = g.now()
	return false
}

func (g *Guard) refusedUs(scope string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := g.trafficOf(scope).refusedUs
	return !at.IsZero() && g.now().Sub(at).Abs() < checkInterval
}

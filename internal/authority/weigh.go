package authority

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
)

// weigh records what a customer's request met, and returns the error that follows from it. If all customers may meet a
// refusal, weigh returns it unchanged only if it is this customer's alone. To find out, it verifies a customer that was
// answered before once more. It returns a withdrawal unchanged if Maskinporten returns a token of our own. Otherwise
// the error becomes an OwnFault that wraps a *maskinporten.UnconfirmedError. A refusal of a peer is no refusal of the
// customer, so it is not remembered.
func (g *Guard) weigh(ctx context.Context, r TokenRequest, number int64, err error) error {
	class := maskinporten.ClassOf(err)
	r.held = g.Proof.isHeldByCustomers(r.Request.Scope)
	if withdraws(r, class) && !g.answersUs(ctx, r.Request.Scope) {
		g.Traffic.recordFailing(r, class)
		return asUnconfirmed(err)
	}
	if !mayConcernAll(r, class) {
		g.Traffic.record(r, number, class)
		return err
	}
	if r.peer {
		return asUnconfirmed(err)
	}
	g.Traffic.recordRefusal(r)
	own, witnessed := g.Traffic.isOwn(r, class)
	if !own || !witnessed && reportsRejection(r, class) {
		g.verifyReference(ctx, r.Request.Scope, r.Customer)
		own, witnessed = g.Traffic.isOwn(r, class)
	}
	switch {
	case witnessed:
		return &WitnessedError{err}
	case own:
		return err
	}
	g.Traffic.record(r, number, class)
	return asUnconfirmed(err)
}

// withdraws reports whether a class says that a customer has taken back the delegation that it had.
func withdraws(r TokenRequest, class maskinporten.Class) bool {
	return class == maskinporten.ClassNotDelegated && r.Granted && r.Request.SystemUser.IsZero()
}

// mayConcernAll reports whether a refusal names the customer, and yet all customers may meet it at once, because of a
// fault of ours or of Maskinporten's. MP-251 is none of them: it is the expected answer. Nor is MP-303 while a system
// user is negotiated, because Altinn's register confirms it.
func mayConcernAll(r TokenRequest, c maskinporten.Class) bool {
	switch c {
	case maskinporten.ClassScopeNotGranted:
		return !r.held
	case maskinporten.ClassSystemUserMissing:
		return !r.negotiated
	default:
		return c.Kind() == conclusion.CustomerFault
	}
}

// reportsRejection reports whether a customer with access reports each refusal that it alone meets.
func reportsRejection(r TokenRequest, class maskinporten.Class) bool {
	return r.Granted && class == maskinporten.ClassRequestRejected
}

// answersUs reports whether Maskinporten proves us for a scope now, as in Prove. If it refuses us as well, its
// refusal of a customer concerns all. A refusal is remembered for checkInterval. A token counts only for the withdrawal
// that it was requested for, because the fault may begin right after it.
func (g *Guard) answersUs(ctx context.Context, scope string) bool {
	if g.Traffic.refusedUs(scope) {
		return false
	}
	if g.proveScope(ctx, scope) == nil {
		return true
	}
	g.Traffic.recordRefusedUs(scope)
	return false
}

// verifyReference verifies a reference of a scope, other than one customer. It does nothing while the scope is held
// back.
func (g *Guard) verifyReference(ctx context.Context, scope string, but types.NamespacedName) {
	if g.holdScope(scope) != nil {
		return
	}
	held := func(r TokenRequest) bool { return g.now().Before(g.failing.of(r.key()).until) }
	r, ok := g.Traffic.reference(scope, but, held)
	if !ok {
		return
	}
	number := g.Traffic.begin()
	g.limiter.spend(g.now())
	_, err := g.send(ctx, metrics.OperationToken, r.Request)
	g.failing.note(r.key(), IsFault(maskinporten.ClassOf(err)), retryAfterOf(err), g.now())
	g.Traffic.record(r, number, maskinporten.ClassOf(err))
}

func (g *Guard) verifyReferences(ctx context.Context) {
	for _, scope := range g.Traffic.failingScopes() {
		g.verifyReference(ctx, scope, types.NamespacedName{})
	}
}

// WitnessedError is a refusal that a customer alone meets: see Traffic.isOwn.
type WitnessedError struct {
	// Err is the refusal.
	Err error
}

// Error returns the text of the refusal.
func (e *WitnessedError) Error() string { return e.Err.Error() }

// Unwrap returns the refusal.
func (e *WitnessedError) Unwrap() error { return e.Err }

// IsWitnessed reports whether an error is or wraps a *WitnessedError.
func IsWitnessed(err error) bool {
	_, ok := errors.AsType[*WitnessedError](err)
	return ok
}

// asUnconfirmed returns a refusal as a fault of ours.
func asUnconfirmed(err error) error {
	e, ok := errors.AsType[*maskinporten.Error](err)
	if !ok {
		return err
	}
	refused := *e
	refused.Class, refused.Err = maskinporten.ClassClientRejected, &maskinporten.UnconfirmedError{
		Class: e.Class,
		Err:   e.Err,
	}
	return &refused
}

// ClassMet returns the class of Maskinporten's response, also of a refusal that may not be the customer's own.
func ClassMet(err error) maskinporten.Class {
	if e, ok := errors.AsType[*maskinporten.UnconfirmedError](err); ok {
		return e.Class
	}
	return maskinporten.ClassOf(err)
}

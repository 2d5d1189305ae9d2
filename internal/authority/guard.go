package authority

import (
	"context"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/tokencache"
)

// TokenSource gets tokens; *maskinporten.Client is one.
type TokenSource interface {
	// Token requests one token. Every error is or wraps a *maskinporten.Error.
	Token(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error)
}

// TokenSourceFunc is a function that is a TokenSource.
type TokenSourceFunc func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error)

// Token calls f.
func (f TokenSourceFunc) Token(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
	return f(ctx, r)
}

// TokenRequest is a request for a token on a customer's behalf.
type TokenRequest struct {
	Customer types.NamespacedName
	Request  maskinporten.Request
	Priority Priority
	// Agent reports that the owner of the system user is the customer's agent, and has an agent system user.
	Agent bool
	// Granted reports that the customer had access when it was last verified. Then MP-251 counts only if Maskinporten
	// returns a token of our own right after it, and another customer's answer confirms a refusal only if it is a token.
	Granted bool

	negotiated bool // Altinn's register confirms MP-303
	peer       bool // the token is for another customer than Customer
	mustHold   bool // the customer must hold the scope, so MP-250 is about it alone
}

func (r TokenRequest) key() customerScope { return customerScope{r.Customer, r.Request.Scope} }

// Guard sends one Supplier's requests to Maskinporten and Altinn. Its methods, and those of its parts, may be called at
// the same time.
type Guard struct {
	Proof      Proof
	Alarm      Alarm
	Complaints Complaints
	System     System
	Traffic    Traffic
	Altinn     Altinn

	source    TokenSource
	key       *maskinporten.SigningKey // signs first
	now       func() time.Time
	limiter   *limiter
	breakers  tokenBreakers
	postponed postponement
	failing   failing
	lane      lane
	ownTokens *tokencache.Cache[ownScope]
	metrics   *metrics.Metrics
}

func newGuard(source TokenSource, key *maskinporten.SigningKey, now func() time.Time, limits Limits) *Guard {
	limits = limits.withDefaults()
	g := &Guard{
		Complaints: Complaints{all: map[customerScope]maskinporten.Class{}},
		System:     System{now: now, faults: map[customerService]systemFault{}, disproved: map[customerService]int{}},
		Traffic:    Traffic{now: now, scopes: map[string]*scopeTraffic{}},
		Altinn:     Altinn{breaker: newBreaker(limits, faultOfAltinn)},
		source:     source,
		key:        key,
		now:        now,
		limiter:    newLimiter(rate.Limit(limits.PerSecond)),
		breakers:   tokenBreakers{delegated: newBreaker(limits, faultOf), bySystemUser: newBreaker(limits, faultOf)},
		ownTokens:  tokencache.New[ownScope](now),
		metrics:    metrics.New(),
	}
	g.Complaints.alarm, g.System.alarm, g.Traffic.alarm = &g.Alarm, &g.Alarm, &g.Alarm
	return g
}

// Postponement returns Maskinporten's last Retry-After for all customers; it may be past.
func (g *Guard) Postponement() Postponement { return g.postponed.get() }

// Token requests a token on a customer's behalf. It returns a *HeldError and sends nothing while our own proof fails,
// for everything or for this scope, while Maskinporten wants no requests, and while customers' requests of the same
// kind fail in a row. It returns a *BusyError if the limit of requests per second is reached, or if too many customers
// that failed last wait for a response. A refusal that names the customer is returned as such only if it is this
// customer's alone; see maskinporten.UnconfirmedError.
func (g *Guard) Token(ctx context.Context, r TokenRequest) (*maskinporten.Token, error) {
	return g.tokenIf(ctx, r, func(p Priority) error { return g.limiter.take(g.now(), p, r.key()) })
}

// tokenIf is Token, but admit decides whether a request of a priority may be sent, and not the limiter.
func (g *Guard) tokenIf(
	ctx context.Context, r TokenRequest, admit func(Priority) error,
) (token *maskinporten.Token, err error) {
	alone, held := g.hold(r)
	if held != nil {
		return nil, held
	}
	isAll, err := g.sendIf(g.breakers.of(r.Request), r.Priority, alone, admit, func() (err error) {
		number := g.Traffic.begin()
		token, err = g.send(ctx, metrics.OperationToken, r.Request)
		err = g.weigh(ctx, r, number, err)
		g.note(r, err)
		return err
	})
	if isAll {
		g.postponed.note(err, g.now())
	}
	if err != nil {
		return nil, err
	}
	return token, nil
}

// sendIf sends a request if a breaker and admit allow it. If alone is true, the request needs a place in the lane and
// has PriorityRetry, unless it is for a run's token: a broker waits for that, and no reconcile.
func (g *Guard) sendIf(
	b *breaker, p Priority, alone bool, admit func(Priority) error, send func() error,
) (isAll bool, err error) {
	if !alone || p == PriorityJob {
		return b.do(alone, func() error { return admit(p) }, send)
	}
	if err := g.lane.enter(g.now()); err != nil {
		return false, err
	}
	defer g.lane.leave()
	return b.do(alone, func() error { return admit(PriorityRetry) }, send)
}

func (g *Guard) send(ctx context.Context, operation string, r maskinporten.Request) (*maskinporten.Token, error) {
	began := g.now()
	token, err := g.source.Token(ctx, r)
	g.metrics.ObserveRequest(metrics.ServiceMaskinporten, operation, string(maskinporten.ClassOf(err)), g.now().Sub(began))
	return token, err
}

// sendOwn requests a token of our own. It is never refused by the limiter, because all other requests depend on it.
func (g *Guard) sendOwn(ctx context.Context, operation, scope string) (*maskinporten.Token, error) {
	g.limiter.spend(g.now())
	token, err := g.send(ctx, operation, maskinporten.Request{Scope: scope})
	g.postponed.note(err, g.now())
	return token, err
}

// ownScope is the key of a token of our own for a scope of Altinn's.
type ownScope string

// String returns the scope.
func (s ownScope) String() string { return string(s) }

// ownToken returns a token of our own for a scope of Altinn's. Its error is a *maskinporten.Error of a fault.
func (g *Guard) ownToken(ctx context.Context, scope string) (outbound.Bearer, error) {
	token, _, err := g.ownTokens.Get(ctx, ownScope(scope), false, func(ctx context.Context) (*maskinporten.Token, error) {
		return g.sendOwn(ctx, metrics.OperationOwnToken, scope)
	})
	if err != nil {
		return outbound.Bearer{}, asOwnFault(err)
	}
	return outbound.NewBearer(token.AccessToken)
}

// hold returns why a customer's request is not sent, or nil. alone is true if this customer's last request met a fault
// and the breaker is closed, because others are answered. The breaker then ignores a fault of this request, so that one
// customer in ten that never gets an answer does not hold the other nine back.
func (g *Guard) hold(r TokenRequest) (alone bool, held error) {
	if held := g.holdScope(r.Request.Scope); held != nil {
		return false, held
	}
	last := g.failing.of(r.key())
	if g.now().Before(last.until) {
		return false, &HeldError{Fault: maskinporten.ClassRateLimited}
	}
	return last.fault && g.breakers.of(r.Request).isClosed(), nil
}

// holdScope returns why no request for a scope is sent, or nil.
func (g *Guard) holdScope(scope string) error {
	if fault := g.Proof.faultOf(scope); fault != "" {
		return &HeldError{Fault: fault}
	}
	if p := g.postponed.get(); g.now().Before(p.Until) {
		return &HeldError{Fault: p.Class}
	}
	return nil
}

// note records what a customer's request met. A Retry-After holds this customer back; if others meet it too, the
// breaker opens, and it holds all back.
func (g *Guard) note(r TokenRequest, err error) {
	class := maskinporten.ClassOf(err)
	isFault := class.Kind().Inconclusive()
	g.failing.note(r.key(), isFault, retryAfterOf(err), g.now())
	if !isFault {
		g.Complaints.disprove(r.key())
		return
	}
	g.Alarm.raise()
	if class.Kind() == conclusion.Violation {
		g.Complaints.Add(r.Customer, r.Request.Scope, class)
	}
}

// weigh records the result of a customer's request, and returns the error that follows from it. A withdrawal stays as
// it is if Maskinporten returns a token of our own. A refusal that all customers may meet stays as it is if this
// customer alone meets it; to find out, weigh requests a token for another customer, which has had one before.
// Otherwise the error becomes an OwnFault that wraps a *maskinporten.UnconfirmedError. A refused request for a peer is
// not remembered, because it says nothing about the customer.
func (g *Guard) weigh(ctx context.Context, r TokenRequest, number int64, err error) error {
	class := maskinporten.ClassOf(err)
	r.mustHold = g.Proof.isHeldByCustomers(r.Request.Scope)
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
	own, witnessed := g.Traffic.isCustomersOwn(r, class)
	if !own || !witnessed && reportsRejection(r, class) {
		g.verifyReference(ctx, r.Request.Scope, r.Customer)
		own, witnessed = g.Traffic.isCustomersOwn(r, class)
	}
	switch {
	case witnessed:
		return &witnessedError{err}
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
// fault of ours or of Maskinporten's. MP-251 is none of them: weigh confirms it by a token of our own. Nor is MP-303
// while a system user is negotiated, because Altinn's register confirms it.
func mayConcernAll(r TokenRequest, c maskinporten.Class) bool {
	switch c {
	case maskinporten.ClassScopeNotGranted:
		return !r.mustHold
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

// answersUs reports whether Maskinporten returns a token of our own for a scope now. If it refuses us as well, its
// refusal of a customer concerns all. A refusal is remembered for checkInterval. A token counts only for the withdrawal
// that it was requested for, because a fault may begin right after it.
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

// proveScope requests a token of our own for a scope. If customers must hold the scope, Maskinporten's refusal to grant
// it to us proves our credentials as well as a token does.
func (g *Guard) proveScope(ctx context.Context, scope string) error {
	_, err := g.sendOwn(ctx, metrics.OperationProof, scope)
	if maskinporten.ClassOf(err) == maskinporten.ClassScopeNotGranted && g.Proof.isHeldByCustomers(scope) {
		return nil
	}
	return err
}

// verifyReference verifies a reference of a scope, except one customer. It does nothing while the scope is held back.
func (g *Guard) verifyReference(ctx context.Context, scope string, except types.NamespacedName) {
	if g.holdScope(scope) != nil {
		return
	}
	held := func(r TokenRequest) bool { return g.now().Before(g.failing.of(r.key()).until) }
	r, ok := g.Traffic.reference(scope, except, held)
	if !ok {
		return
	}
	number := g.Traffic.begin()
	g.limiter.spend(g.now())
	_, err := g.send(ctx, metrics.OperationToken, r.Request)
	g.failing.note(r.key(), maskinporten.ClassOf(err).Kind().Inconclusive(), retryAfterOf(err), g.now())
	g.Traffic.record(r, number, maskinporten.ClassOf(err))
}

func (g *Guard) verifyReferences(ctx context.Context) {
	for _, scope := range g.Traffic.failingScopes() {
		g.verifyReference(ctx, scope, types.NamespacedName{})
	}
}

// Forget drops what is remembered of a customer that no longer exists.
func (g *Guard) Forget(customer types.NamespacedName) {
	gone := func(k customerScope) bool { return k.customer == customer }
	g.Complaints.forget(gone)
	g.failing.forget(g.now(), gone)
	g.Altinn.failing.forget(g.now(), gone)
	g.Traffic.forget(customer, func(string) bool { return true })
	g.System.forget(func(k customerService) bool { return k.customer == customer })
}

// Retain drops what is remembered of a customer, except of these services. No request could disprove the rest.
func (g *Guard) Retain(customer types.NamespacedName, verified []services.Service) {
	wanted, names := map[string]bool{}, map[v1alpha1.ServiceName]bool{}
	for i := range verified {
		wanted[verified[i].Scope], names[verified[i].Name] = true, true
	}
	gone := func(k customerScope) bool { return k.customer == customer && !wanted[k.scope] }
	g.Complaints.forget(gone)
	g.failing.forget(g.now(), gone)
	g.Altinn.failing.forget(g.now(), gone)
	g.Traffic.forget(customer, func(scope string) bool { return !wanted[scope] })
	g.System.forget(func(k customerService) bool {
		return k.customer == customer && !names[k.service]
	})
}

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

// Guard sends one Supplier's requests to Maskinporten and Altinn. Its methods, and those of its parts, may be called at
// the same time.
type Guard struct {
	Proof      Proof
	Alarm      Alarm
	Complaints Complaints
	System     System
	Traffic    Traffic
	Register   Register

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
		Register:   Register{breaker: newBreaker(limits, faultOfRegister)},
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

// tokenIf is Token for a request that admit lets through, with a priority.
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

// sendIf sends a request if a breaker and admit let it. One of a customer that alone failed last waits for others, and
// for a place in the lane. A run's token does not, because a broker waits for it and no reconcile.
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

// hold returns why a customer's request is not sent, or nil. alone is true if this customer's last request met a fault
// and the breaker is closed, because others are answered. The breaker then ignores a fault of this request: one
// customer in ten that is never answered must not hold the other nine back.
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
	g.failing.note(r.key(), IsFault(class), retryAfterOf(err), g.now())
	if !IsFault(class) {
		g.Complaints.disprove(r.key())
		return
	}
	g.Alarm.raise()
	if class.Kind() == conclusion.Violation {
		g.Complaints.Add(r.Customer, r.Request.Scope, class)
	}
}

// Forget drops what is remembered of a customer that no longer exists.
func (g *Guard) Forget(customer types.NamespacedName) {
	gone := func(k customerScope) bool { return k.customer == customer }
	g.Complaints.forget(gone)
	g.failing.forget(g.now(), gone)
	g.Register.failing.forget(g.now(), gone)
	g.Traffic.forget(customer, func(string) bool { return true })
	g.System.forget(func(k customerService) bool { return k.customer == customer })
}

// Retain drops what is remembered of services of a customer other than these. No further request could disprove it.
func (g *Guard) Retain(customer types.NamespacedName, verified []services.Service) {
	wanted, names := map[string]bool{}, map[v1alpha1.ServiceName]bool{}
	for i := range verified {
		wanted[verified[i].Scope], names[verified[i].Name] = true, true
	}
	gone := func(k customerScope) bool { return k.customer == customer && !wanted[k.scope] }
	g.Complaints.forget(gone)
	g.failing.forget(g.now(), gone)
	g.Register.failing.forget(g.now(), gone)
	g.Traffic.forget(customer, func(scope string) bool { return !wanted[scope] })
	g.System.forget(func(k customerService) bool {
		return k.customer == customer && !names[k.service]
	})
}

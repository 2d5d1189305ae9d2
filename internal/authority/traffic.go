package authority

import (
	"context"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/metrics"
)

const (
	// maxReferences is how many customers a scope remembers to compare others with.
	maxReferences = 3
	// enoughFailing is how many customers must fail before a reference is verified. Fewer are no reason for a request more.
	enoughFailing = 3
	// referenceAge is for how long a customer is a reference. It may be suspended meanwhile, which a token broker on another
	// replica does not learn.
	referenceAge = 12 * time.Hour
	// checkInterval is how long after a reference was verified the next one may be.
	checkInterval = 5 * time.Second
	// enoughRefusals and refusalsLast are how often, and for how long, one customer alone must be refused before that is
	// believed of it where no other customer can be compared.
	enoughRefusals = 3
	refusalsLast   = time.Minute
)

// traffic is what requests on behalf of customers for one scope met lately. It tells a customer's own trouble from trouble
// that all customers have, which says nothing of any of them.
//
// Requests and answers are ordered by numbers, not by times: only an answer to a request that began after a refusal proves
// that the refusal was the customer's own.
type traffic struct {
	references []reference // customers that were answered last: first those with a token, of each kind the latest first
	answered   int64       // the number of the latest request that was answered
	token      int64       // the number of the latest request that led to a token
	failing    map[types.NamespacedName]maskinporten.Class
	failures   int // requests of failing
	refused    map[types.NamespacedName]refusal
	checked    time.Time // when a reference was last verified
	watched    bool      // the next answer is to be reported
	refusedUs  time.Time // when a withdrawal was last refuted: our own token was refused as well
}

// reference is a request that was answered.
type reference struct {
	Question

	token bool // and led to a token
	at    time.Time
}

// refusal is a refusal of one customer's request that all customers may meet.
type refusal struct {
	number int64     // of the last
	at     time.Time // of the first
	times  int
	own    bool // proved to be the customer's own
}

func newTraffic() *traffic {
	return &traffic{failing: map[types.NamespacedName]maskinporten.Class{}, refused: map[types.NamespacedName]refusal{}}
}

// trafficOf returns the traffic of a scope. The caller holds the lock.
func (g *Guard) trafficOf(scope string) *traffic {
	t := g.traffic[scope]
	if t == nil {
		t = newTraffic()
		g.traffic[scope] = t
	}
	return t
}

// begin numbers a request that begins.
func (g *Guard) begin() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.next()
}

// next returns the next number. The caller holds the lock.
func (g *Guard) next() int64 {
	g.sequence++
	return g.sequence
}

// mayConcernAll reports whether a refusal names the customer, and yet all customers may meet it at once, because of a fault
// of ours or of Maskinporten's. MP-251 is not among them: it is the answer that is looked for. Nor is MP-303 while a system
// user is negotiated, because Altinn's register is asked about it.
func mayConcernAll(q Question, c maskinporten.Class) bool {
	switch c {
	case maskinporten.ClassScopeNotGranted:
		return true
	case maskinporten.ClassSystemUserMissing:
		return !q.negotiated
	default:
		return c.Kind() == conclusion.CustomerFault
	}
}

// weigh records what a customer's request met, and returns the error that follows from it. A refusal that all customers may
// meet stays as it is if it is this customer's alone. To find out, a customer that was answered before is verified once
// more. A withdrawal stays as it is if Maskinporten returns us a token of our own. Otherwise it becomes an OwnFault that
// wraps a *maskinporten.UnconfirmedError. A refusal of a peer is no refusal of the customer, so it is not remembered.
func (g *Guard) weigh(ctx context.Context, q Question, number int64, err error) error {
	class := maskinporten.ClassOf(err)
	if withdraws(q, class) && !g.answersUs(ctx, q.Request.Scope) {
		g.recordFailing(q, class)
		return unconfirmed(err)
	}
	if !mayConcernAll(q, class) {
		g.record(q, number, class)
		return err
	}
	if q.peer {
		return unconfirmed(err)
	}
	g.recordRefusal(q)
	if !g.isOwn(q, class) {
		g.check(ctx, q.Request.Scope, q.Customer)
	}
	if g.isOwn(q, class) {
		return err
	}
	g.record(q, number, class)
	return unconfirmed(err)
}

// record records what a customer's request met that says something of all customers.
func (g *Guard) record(q Question, number int64, class maskinporten.Class) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.trafficOf(q.Request.Scope)
	switch {
	case class.Kind() == conclusion.Violation: // told as it is, see Complaint
	case IsFault(class) || mayConcernAll(q, class):
		t.fail(q.Customer, class)
	default:
		g.cleared = g.cleared || t.watched
		t.answer(q, number, class, g.now())
	}
}

// recordFailing records that a customer's request met what says nothing of the customer.
func (g *Guard) recordFailing(q Question, class maskinporten.Class) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trafficOf(q.Request.Scope).fail(q.Customer, class)
}

// recordRefusal records that a customer was refused.
func (g *Guard) recordRefusal(q Question) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.trafficOf(q.Request.Scope)
	r, known := t.refused[q.Customer]
	if !known {
		r.at = g.now()
	}
	r.number = g.next()
	r.times++
	t.refused[q.Customer] = r
}

// isOwn reports whether a customer's refusal is proved to be its own: another customer's request that began after it came at
// least as far. It stays its own until the customer is answered. Where there is no other customer to compare, the refusal is
// believed after a while.
func (g *Guard) isOwn(q Question, class maskinporten.Class) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.trafficOf(q.Request.Scope)
	r := t.refused[q.Customer]
	proof := t.answered
	if q.Granted || class.Kind() == conclusion.Answer { // MP-251 and MP-303 of another customer prove nothing about these
		proof = t.token
	}
	if proof > r.number {
		r.own = true
		t.refused[q.Customer] = r
		delete(t.failing, q.Customer)
	}
	return r.own || t.alone(q.Customer) && r.times >= enoughRefusals && g.now().Sub(r.at) >= refusalsLast
}

// alone reports whether no other customer is known, neither answered nor failing.
func (t *traffic) alone(customer types.NamespacedName) bool {
	for other := range t.failing {
		if other != customer {
			return false
		}
	}
	return !slices.ContainsFunc(t.references, func(r reference) bool { return r.Customer != customer })
}

// fail records that a customer's request failed.
func (t *traffic) fail(customer types.NamespacedName, class maskinporten.Class) {
	t.failing[customer] = class
	t.failures++
}

// answer records an answer: Maskinporten answers on behalf of customers.
func (t *traffic) answer(q Question, number int64, class maskinporten.Class, now time.Time) {
	t.answered = max(t.answered, number)
	if class == "" {
		t.token = max(t.token, number)
	}
	t.watched = false
	t.restart()
	if q.peer {
		return // the customer is not the one that the token is for
	}
	delete(t.refused, q.Customer)
	t.forgetReference(q.Customer)
	if class == maskinporten.ClassSystemUserMissing {
		return // no customer to compare others with: this one has no system user
	}
	place := 0
	if class != "" {
		place = len(t.references)
		if first := slices.IndexFunc(t.references, func(r reference) bool { return !r.token }); first >= 0 {
			place = first
		}
	}
	t.references = slices.Insert(t.references, place, reference{Question: q, token: class == "", at: now})
	t.references = t.references[:min(len(t.references), maxReferences)]
}

// restart forgets who fails.
func (t *traffic) restart() {
	clear(t.failing)
	t.failures = 0
}

func (t *traffic) forgetReference(customer types.NamespacedName) {
	t.references = slices.DeleteFunc(t.references, func(r reference) bool { return r.Customer == customer })
}

// forget drops what is remembered of a customer.
func (t *traffic) forget(customer types.NamespacedName) {
	t.forgetReference(customer)
	delete(t.failing, customer)
	delete(t.refused, customer)
}

// check verifies the reference of a scope that was answered last, other than one customer and those that are known to fail.
// It does nothing within checkInterval of the last check, or while the scope is held back.
func (g *Guard) check(ctx context.Context, scope string, but types.NamespacedName) {
	q, ok := g.reference(scope, but)
	if !ok {
		return
	}
	number := g.begin()
	g.limiter.spend(g.now())
	_, err := g.token(ctx, metrics.OperationToken, q.Request)
	g.remember(err)
	g.record(q, number, maskinporten.ClassOf(err))
}

// reference returns the reference to verify. It reports false if there is none, or if it is too early.
func (g *Guard) reference(scope string, but types.NamespacedName) (Question, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.trafficOf(scope)
	if g.heldScope(scope) != nil || (!t.checked.IsZero() && g.now().Sub(t.checked) < checkInterval) {
		return Question{}, false
	}
	t.references = slices.DeleteFunc(t.references, func(r reference) bool { return g.now().Sub(r.at) > referenceAge })
	for _, r := range t.references {
		if _, fails := t.failing[r.Customer]; !fails && r.Customer != but {
			t.checked = g.now()
			return r.Question, true
		}
	}
	return Question{}, false
}

// checkFailing verifies a reference of every scope for which several customers fail.
func (g *Guard) checkFailing(ctx context.Context) {
	g.mu.Lock()
	var scopes []string
	for scope, t := range g.traffic {
		if len(t.failing) >= enoughFailing {
			scopes = append(scopes, scope)
		}
	}
	g.mu.Unlock()
	slices.Sort(scopes)
	for _, scope := range scopes {
		g.check(ctx, scope, types.NamespacedName{})
	}
}

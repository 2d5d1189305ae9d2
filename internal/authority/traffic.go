package authority

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
)

const (
	// maxReferences is how many reference customers are kept per scope. Other customers' failures are compared with them.
	maxReferences = 3
	// enoughFailing is how many customers must fail before a reference is verified. Fewer failures do not justify another
	// request.
	enoughFailing = 3
	// referenceAge is how long a customer stays a reference. A token broker on another replica does not learn that a
	// reference was suspended, so references expire.
	referenceAge = 12 * time.Hour
	// checkInterval is the least time between two verifications of references.
	checkInterval = 5 * time.Second
	// enoughRefusals and refusalsLast are how often and for how long a customer must be refused before the refusal counts
	// as its own, if no other customer can be compared.
	enoughRefusals = 3
	refusalsLast   = time.Minute
)

// Traffic records the latest results of requests on behalf of customers, by scope. It separates a customer's own faults
// from faults that affect all customers, which prove nothing about a single one.
//
// Requests and responses are ordered by numbers, not by times: only the response to a request that began after a
// refusal proves that the refusal was the customer's own.
type Traffic struct {
	alarm *Alarm
	now   func() time.Time

	mu     sync.Mutex
	scopes map[string]*scopeTraffic
	number int64 // of the last request or refusal
}

type scopeTraffic struct {
	references []reference // customers with the latest responses: first those with a token, of each kind the latest first
	answered   int64       // the number of the latest request with an answer
	token      int64       // the number of the latest request that returned a token
	tokenAt    time.Time   // when it did
	failing    map[types.NamespacedName]maskinporten.Class
	failures   int // requests of failing
	refused    map[types.NamespacedName]refusal
	checked    time.Time // when a reference was last verified
	watched    bool      // the next response raises the alarm
	refusedUs  time.Time // when Maskinporten last refused our own token in the way it refused a customer's
}

type reference struct {
	TokenRequest

	token bool // it returned a token
	at    time.Time
}

// refusal is a refusal of one customer's request. Its cause may affect all customers.
type refusal struct {
	number       int64     // of the last
	at           time.Time // of the first
	times        int
	customersOwn bool // proved to be the customer's own
}

// of returns the traffic of a scope. The caller holds the lock.
func (t *Traffic) of(scope string) *scopeTraffic {
	s := t.scopes[scope]
	if s == nil {
		s = &scopeTraffic{failing: map[types.NamespacedName]maskinporten.Class{}, refused: map[types.NamespacedName]refusal{}}
		t.scopes[scope] = s
	}
	return s
}

func (t *Traffic) begin() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.number++
	return t.number
}

// record records the result of a customer's request: an answer, or a fault that can affect all customers.
func (t *Traffic) record(r TokenRequest, number int64, class maskinporten.Class) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.of(r.Request.Scope)
	switch {
	case class.Kind() == conclusion.Violation: // reported as a complaint
	case class.Kind().Inconclusive() || mayConcernAll(r, class):
		s.fail(r.Customer, class)
	default:
		if s.watched {
			t.alarm.raiseForRecovery()
		}
		s.answer(r, number, class, t.now())
	}
}

// recordFailing records a fault of a customer's request that says nothing about the customer.
func (t *Traffic) recordFailing(r TokenRequest, class maskinporten.Class) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of(r.Request.Scope).fail(r.Customer, class)
}

func (t *Traffic) recordRefusal(r TokenRequest) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.number++
	s := t.of(r.Request.Scope)
	refused, known := s.refused[r.Customer]
	if !known {
		refused.at = t.now()
	}
	refused.number = t.number
	refused.times++
	s.refused[r.Customer] = refused
}

// isCustomersOwn reports whether a refusal is the customer's own, because Maskinporten answered a later request of
// another customer. If this customer has access, or the refusal is an Answer, that answer must be a token. Refusals
// stay the customer's own until it gets an answer. If there is no other customer, they are after enoughRefusals, the
// first of them at least refusalsLast ago.
//
// witnessed reports whether such an answer belongs to this very refusal: it came later, or, for a customer whose
// refusals are its own, a token came less than checkInterval before.
func (t *Traffic) isCustomersOwn(r TokenRequest, class maskinporten.Class) (own, witnessed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, now := t.of(r.Request.Scope), t.now()
	refused := s.refused[r.Customer]
	proof := s.answered
	if r.Granted || class.Kind() == conclusion.Answer { // MP-251 and MP-303 of another customer prove nothing about these
		proof = s.token
	}
	isRecent := !s.tokenAt.IsZero() && now.Sub(s.tokenAt).Abs() < checkInterval
	witnessed = proof > refused.number || refused.customersOwn && isRecent
	if proof > refused.number {
		refused.customersOwn = true
		s.refused[r.Customer] = refused
		delete(s.failing, r.Customer)
	}
	long := refused.times >= enoughRefusals && now.Sub(refused.at) >= refusalsLast
	return refused.customersOwn || long && s.isAlone(r.Customer), witnessed
}

// reference returns the request to repeat: that of the customer with the latest answer. It leaves out except, and
// customers that fail or are held back. It returns false if no customer is left, or within checkInterval of the last
// verification.
func (t *Traffic) reference(
	scope string, except types.NamespacedName, held func(TokenRequest) bool,
) (TokenRequest, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, now := t.of(scope), t.now()
	if !s.checked.IsZero() && now.Sub(s.checked) < checkInterval {
		return TokenRequest{}, false
	}
	s.references = slices.DeleteFunc(s.references, func(r reference) bool { return now.Sub(r.at) > referenceAge })
	for _, r := range s.references {
		if _, fails := s.failing[r.Customer]; !fails && r.Customer != except && !held(r.TokenRequest) {
			s.checked = now
			return r.TokenRequest, true
		}
	}
	return TokenRequest{}, false
}

// failingScopes returns the scopes for which several customers fail, sorted.
func (t *Traffic) failingScopes() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var scopes []string
	for scope, s := range t.scopes {
		if len(s.failing) >= enoughFailing {
			scopes = append(scopes, scope)
		}
	}
	slices.Sort(scopes)
	return scopes
}

// restart forgets the failing customers of some scopes.
func (t *Traffic) restart(concerned func(scope string) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for scope, s := range t.scopes {
		if concerned(scope) {
			s.restart()
		}
	}
}

// refusedUs reports whether our own token for a scope was refused within checkInterval.
func (t *Traffic) refusedUs(scope string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.of(scope).refusedUs
	return !at.IsZero() && t.now().Sub(at).Abs() < checkInterval
}

func (t *Traffic) recordRefusedUs(scope string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of(scope).refusedUs = t.now()
}

// forget drops a customer from some scopes.
func (t *Traffic) forget(customer types.NamespacedName, concerned func(scope string) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for scope, s := range t.scopes {
		if concerned(scope) {
			s.forgetReference(customer)
			delete(s.failing, customer)
			delete(s.refused, customer)
		}
	}
}

// isAlone reports whether the scope has no other customer, neither a reference nor a failing one.
func (s *scopeTraffic) isAlone(customer types.NamespacedName) bool {
	for other := range s.failing {
		if other != customer {
			return false
		}
	}
	return !slices.ContainsFunc(s.references, func(r reference) bool { return r.Customer != customer })
}

func (s *scopeTraffic) fail(customer types.NamespacedName, class maskinporten.Class) {
	s.failing[customer] = class
	s.failures++
}

// answer records an answer to a request on behalf of a customer. The customer becomes a reference, except after a
// request for a peer, whose token is another customer's, and after MP-303, because a missing system user proves nothing
// about other customers.
func (s *scopeTraffic) answer(r TokenRequest, number int64, class maskinporten.Class, now time.Time) {
	s.answered = max(s.answered, number)
	if class == "" {
		s.token, s.tokenAt = max(s.token, number), now
	}
	s.watched = false
	s.restart()
	if r.peer {
		return
	}
	delete(s.refused, r.Customer)
	s.forgetReference(r.Customer)
	if class == maskinporten.ClassSystemUserMissing {
		return
	}
	place := 0
	if class != "" {
		place = len(s.references)
		if first := slices.IndexFunc(s.references, func(r reference) bool { return !r.token }); first >= 0 {
			place = first
		}
	}
	s.references = slices.Insert(s.references, place, reference{TokenRequest: r, token: class == "", at: now})
	s.references = s.references[:min(len(s.references), maxReferences)]
}

func (s *scopeTraffic) restart() {
	clear(s.failing)
	s.failures = 0
}

func (s *scopeTraffic) forgetReference(customer types.NamespacedName) {
	s.references = slices.DeleteFunc(s.references, func(r reference) bool { return r.Customer == customer })
}

// Unanswered describes a scope for which requests on behalf of customers fail.
type Unanswered struct {
	Scope string
	// Class is the class of the failures. If they have several, it is the first by name.
	Class    maskinporten.Class
	Failures int
	// Compared reports whether several customers fail, including all references.
	Compared bool
}

// UnansweredScopes returns the scopes, sorted, whose requests on behalf of customers have failed since the last answer.
// If Compared is true, the fault affects all customers. Otherwise it may affect one customer only.
func (t *Traffic) UnansweredScopes() []Unanswered {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []Unanswered
	for scope, s := range t.scopes {
		if len(s.failing) > 0 {
			all = append(all, Unanswered{
				Scope: scope, Class: firstOf(maps.Values(s.failing)), Failures: s.failures, Compared: s.isCompared(),
			})
		}
	}
	slices.SortFunc(all, func(a, b Unanswered) int { return strings.Compare(a.Scope, b.Scope) })
	return all
}

// WatchForAnswer raises the alarm at the next response on behalf of a customer for a scope.
func (t *Traffic) WatchForAnswer(scope string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of(scope).watched = true
}

func (s *scopeTraffic) isCompared() bool {
	if len(s.failing) < enoughFailing || len(s.references) == 0 {
		return false
	}
	return !slices.ContainsFunc(s.references, func(r reference) bool {
		_, fails := s.failing[r.Customer]
		return !fails
	})
}

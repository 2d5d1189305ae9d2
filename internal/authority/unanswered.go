package authority

import (
	"maps"
	"slices"
	"strings"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// Unanswered are requests on behalf of customers for one scope, none of which has been answered for a while.
type Unanswered struct {
	// Scope is the scope.
	Scope string
	// Class is what the requests met: of several, the first by name.
	Class maskinporten.Class
	// Failures is how many requests failed.
	Failures int
	// Compared reports whether several customers fail, among them all those that were answered last.
	Compared bool
}

// UnansweredScopes returns the scopes, sorted, for which requests on behalf of customers fail and none has been answered
// since. If Compared is true, all customers are concerned. Otherwise it may be one customer's trouble.
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

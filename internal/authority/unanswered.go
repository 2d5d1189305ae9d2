package authority

import (
	"errors"
	"slices"
	"strings"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// unconfirmed makes a fault of ours of a refusal.
func unconfirmed(err error) error {
	e, ok := errors.AsType[*maskinporten.Error](err)
	if !ok {
		return err
	}
	refused := *e
	refused.Class, refused.Err = maskinporten.ClassClientRejected, &maskinporten.UnconfirmedError{Class: e.Class, Err: e.Err}
	return &refused
}

// MetOf returns the class that Maskinporten's response had, also of a refusal that is not confirmed to be the customer's own.
func MetOf(err error) maskinporten.Class {
	if e, ok := errors.AsType[*maskinporten.UnconfirmedError](err); ok {
		return e.Class
	}
	return maskinporten.ClassOf(err)
}

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

// Unanswered returns the scopes for which requests on behalf of customers fail and none has been answered since, sorted by
// scope. Whether that concerns all customers is proved where Compared is true. Otherwise it may be one customer's trouble.
func (g *Guard) Unanswered() []Unanswered {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []Unanswered
	for scope, t := range g.traffic {
		if len(t.failing) > 0 {
			all = append(all, Unanswered{Scope: scope, Class: t.class(), Failures: t.failures, Compared: t.compared()})
		}
	}
	slices.SortFunc(all, func(a, b Unanswered) int { return strings.Compare(a.Scope, b.Scope) })
	return all
}

// WatchForAnswer makes Alarm report the next answer on behalf of a customer for a scope.
func (g *Guard) WatchForAnswer(scope string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trafficOf(scope).watched = true
}

func (t *traffic) class() maskinporten.Class {
	var first maskinporten.Class
	for _, c := range t.failing {
		if first == "" || c < first {
			first = c
		}
	}
	return first
}

func (t *traffic) compared() bool {
	if len(t.failing) < enoughFailing || len(t.references) == 0 {
		return false
	}
	return !slices.ContainsFunc(t.references, func(r reference) bool {
		_, fails := t.failing[r.Customer]
		return !fails
	})
}

package guide

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// situation is a fact about a Subject on which a text can depend.
type situation string

// The first seven are the state of the access: exactly one of them is true.
const (
	granted   situation = "granted"
	request   situation = "request"  // The customer, or its agent, can answer a request for a system user.
	approved  situation = "approved" // but not in effect yet
	rejected  situation = "rejected"
	withdrawn situation = "withdrawn"
	client    situation = "client"  // The agent's system user does not act for the customer yet.
	waiting   situation = "waiting" // none of the others: such as before the first request

	open       situation = "open" // request or client
	test       situation = "test"
	production situation = "production"
	several    situation = "several" // services
	change     situation = "change"
	escalated  situation = "escalated"
	agent      situation = "agent"
	contact    situation = "contact"
	named      situation = "named"    // The customer's name is known.
	packages   situation = "packages" // access packages
	page       situation = "page"
	nav        situation = "nav" // all services are NAV's
)

// situationsOf returns which situations are true of a Subject, and which are not.
func situationsOf(s *Subject) map[situation]bool {
	state := stateOf(s)
	return map[situation]bool{
		granted: state == granted, request: state == request, approved: state == approved,
		rejected: state == rejected, withdrawn: state == withdrawn, client: state == client, waiting: state == waiting,
		open:       state == request || state == client,
		test:       s.Environment == v1alpha1.EnvironmentTest,
		production: s.Environment != v1alpha1.EnvironmentTest,
		several:    len(s.Services) > 1,
		change:     s.Change,
		escalated:  s.Escalated,
		agent:      s.HasAgentSystemUser,
		contact:    s.Contact != v1alpha1.Contact{},
		named:      clean(s.Customer.Name) != "",
		packages:   s.AsksForPackages,
		page:       s.PageURL != "",
		nav:        s.isNAVs(),
	}
}

// stateOf returns the situation of the access.
func stateOf(s *Subject) situation {
	switch {
	case s.Granted():
		return granted
	case s.ConfirmURL != "":
		return request
	case s.State == v1alpha1.AuthorizationAwaitingApproval:
		return approved
	case s.State == v1alpha1.AuthorizationRejected:
		return rejected
	case s.State == v1alpha1.AuthorizationWithdrawn:
		return withdrawn
	case s.State == v1alpha1.AuthorizationNotGranted && s.Access == AccessThroughAgent:
		return client
	default:
		return waiting
	}
}

// requirement is a situation that must be true, or must not.
type requirement struct {
	situation situation
	is        bool
}

// UnmarshalJSON reads a situation, such as "granted" or "not granted".
func (r *requirement) UnmarshalJSON(b []byte) error {
	var written string
	if err := json.Unmarshal(b, &written); err != nil {
		return err
	}
	name, isNot := strings.CutPrefix(written, "not ")
	*r = requirement{situation: situation(name), is: !isNot}
	known := situationsOf(&Subject{})
	if _, isKnown := known[r.situation]; !isKnown {
		return fmt.Errorf("unknown situation %q; known are, with or without \"not \" in front: %s",
			written, joinNames(slices.Sorted(maps.Keys(known))))
	}
	return nil
}

// holds reports whether all requirements are met.
func holds(when []requirement, facts map[situation]bool) bool {
	return !slices.ContainsFunc(when, func(r requirement) bool { return facts[r.situation] != r.is })
}

// joinNames lists names.
func joinNames[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}

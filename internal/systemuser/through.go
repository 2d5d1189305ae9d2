package systemuser

import (
	"context"
	"errors"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// clientsSuffix follows an agent's organization number in the reference of its agent system user. It is the same for
// all its clients, so that the agent approves one request for all of them.
const clientsSuffix = "-clients"

// errNoClientListed reports a list that lacks the customer and every other known client. It proves nothing, because the
// list may be wrong as a whole.
var errNoClientListed = errors.New("the list of an agent system user's clients lacks the customer, and has no other " +
	"client that was known; access counts as last verified")

// byAgent reports whether the owner is an agent, whose agent system user acts for the customer.
func (n *negotiation) byAgent() bool { return !n.wanted.Client.IsZero() }

// throughAgent negotiates access through an agent in two parts. The agent's own system user is negotiated as any other,
// for all its clients. Its token names the agent alone, so the list of its clients decides whether it acts for this
// one.
func (n *negotiation) throughAgent(ctx context.Context) Finding {
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.clientAccess(ctx, n.knownFinding())
	}
	if !isMissing(err) {
		return n.inconclusive(err)
	}
	agent := *n
	agent.Authority = &triedToken{Authority: n.Authority, ref: n.ref, err: err}
	if agent.known.State == v1alpha1.AuthorizationNotGranted { // the agent had approved it
		agent.known.State = v1alpha1.AuthorizationGranted
	}
	f := agent.next(ctx)
	switch {
	case !f.IsConclusive():
		known := n.knownFinding()
		known.Err, known.Fault = f.Err, f.Fault
		return known
	case f.State == v1alpha1.AuthorizationGranted:
		return n.clientAccess(ctx, f)
	}
	return f
}

// triedToken returns the result of the first request for a token again, once.
type triedToken struct {
	Authority
	ref string
	err error
}

func (t *triedToken) Token(ctx context.Context, ref string) error {
	if err := t.err; err != nil && ref == t.ref {
		t.err = nil
		return err
	}
	return t.Authority.Token(ctx, ref)
}

// clientAccess returns the access of the client, given that a token has just proved the agent system user of a finding.
// The agent may have moved the client to another one.
func (n *negotiation) clientAccess(ctx context.Context, f Finding) Finding {
	n.ref = f.ExternalRef
	clients, err := n.clients(ctx, n.ref)
	if err != nil {
		return n.inconclusive(err)
	}
	if slices.Contains(clients, n.wanted.Client) {
		return accessBy(f, n.ref)
	}
	ref, err := n.otherAgentUser(ctx)
	switch {
	case err != nil:
		return n.inconclusive(err)
	case ref != "":
		return accessBy(f, ref)
	case n.known.State == v1alpha1.AuthorizationGranted:
		return n.proveRemoval(f, clients)
	case n.known.State == v1alpha1.AuthorizationWithdrawn && !n.isPrompted():
		return n.stateFinding(v1alpha1.AuthorizationWithdrawn)
	}
	f.State, f.ConfirmURL, f.Escalated = v1alpha1.AuthorizationNotGranted, "", false
	if n.isPrompted() {
		f.AskedAgainFor = promptHash(n.wanted.Prompt)
	}
	return f
}

// clients returns the organizations for which an agent system user has each right of the service, which has at least
// one.
func (n *negotiation) clients(ctx context.Context, ref string) ([]orgnumber.Number, error) {
	var all []orgnumber.Number
	for i, right := range n.wanted.Rights {
		found, err := n.Clients(ctx, ref, right)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			all = found
			continue
		}
		all = slices.DeleteFunc(all, func(one orgnumber.Number) bool { return !slices.Contains(found, one) })
	}
	return all, nil
}

// accessBy returns a finding of access by the system user of a reference.
func accessBy(f Finding, ref string) Finding {
	f.State, f.ExternalRef, f.ConfirmURL, f.Escalated = v1alpha1.AuthorizationGranted, ref, "", false
	return f
}

// otherAgentUser returns the reference of another agent system user of the agent that acts for the client, "" if there
// is none. An agent may have several, such as one for accounting and one for sick leave.
func (n *negotiation) otherAgentUser(ctx context.Context) (string, error) {
	listed, err := n.Listed(ctx, n.wanted.Owner)
	if err != nil {
		return "", err
	}
	tried := 0
	for _, user := range n.usersOfType(listed.Users) {
		if user.ExternalRef == n.ref || tried == maxWitnesses {
			continue
		}
		tried++
		err := n.Token(ctx, user.ExternalRef)
		if isMissing(err) { // so new, or so old, that Maskinporten does not know it
			continue
		}
		if err != nil {
			return "", err
		}
		clients, err := n.clients(ctx, user.ExternalRef)
		if err != nil {
			return "", err
		}
		if slices.Contains(clients, n.wanted.Client) {
			return user.ExternalRef, nil
		}
	}
	return "", nil
}

// proveRemoval decides whether the agent has removed the client, if the list of its clients lacks it. The list may be
// wrong as a whole, so another client that was known must be in it. Without one, access counts as last verified.
func (n *negotiation) proveRemoval(f Finding, clients []orgnumber.Number) Finding {
	var others []orgnumber.Number
	if n.known.Clients != nil {
		var err error
		if others, err = n.known.Clients(n.ref); err != nil {
			return n.inconclusive(err)
		}
	}
	if !slices.ContainsFunc(others, func(other orgnumber.Number) bool { return slices.Contains(clients, other) }) {
		return n.inconclusive(&altinn.Error{Class: altinn.ClassBadResponse, Err: errNoClientListed})
	}
	return Finding{State: v1alpha1.AuthorizationWithdrawn, ExternalRef: f.ExternalRef, AskedAgainFor: f.AskedAgainFor}
}

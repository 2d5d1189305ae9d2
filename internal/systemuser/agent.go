package systemuser

import (
	"context"
	"errors"

	"github.com/4human/integration-operator/internal/altinn"
)

// ownSuffix follows the organization number in the reference of a customer's own system user if an agent system user
// has the usual reference: Altinn distinguishes them by reference only.
const ownSuffix = "-own"

// errAgent reports an agent system user in the place of the customer's own.
var errAgent = errors.New("it is an agent system user, for the customer's clients")

// errNoAgent reports an agent's own system user in the place of its agent system user.
var errNoAgent = errors.New("it is a system user of the agent's own, not for its clients")

// hasWantedType reports whether a system user is of the wanted type: an agent system user if the access is through an
// agent, and otherwise a customer's own. An agent system user does not act for its owner, though Maskinporten returns
// tokens for it.
func (n *negotiation) hasWantedType(user altinn.SystemUser) bool { return user.Agent == n.byAgent() }

// userOfType looks the owner's system user up. One of the other type counts as ClassSystemUserNotFound.
func (n *negotiation) userOfType(ctx context.Context) (altinn.SystemUser, error) {
	user, err := n.SystemUser(ctx, n.wanted.Owner, n.ref)
	if err != nil || n.hasWantedType(user) {
		return user, err
	}
	n.noteOtherType(user)
	wrong := errAgent
	if n.byAgent() {
		wrong = errNoAgent
	}
	return altinn.SystemUser{}, &altinn.Error{Class: altinn.ClassSystemUserNotFound, Err: wrong}
}

// usersOfType returns the system users of the wanted type.
func (n *negotiation) usersOfType(users []altinn.SystemUser) []altinn.SystemUser {
	var wanted []altinn.SystemUser
	for _, user := range users {
		if !n.hasWantedType(user) {
			n.noteOtherType(user)
			continue
		}
		wanted = append(wanted, user)
	}
	return wanted
}

// noteOtherType records a system user of the other type.
func (n *negotiation) noteOtherType(user altinn.SystemUser) {
	n.hasAgent = n.hasAgent || user.Agent
	n.refTaken = n.refTaken || user.ExternalRef == n.ref
}

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

// errNoAgent reports another system user in the place of an agent system user.
var errNoAgent = errors.New("it is a system user of the agent's own, not for its clients")

// isRight reports whether a system user is of the right type: an agent's for its clients, or a customer's own. An agent
// system user acts for its owner's clients and not for its owner, though Maskinporten returns tokens for it.
func (n *negotiation) isRight(user altinn.SystemUser) bool { return user.Agent == n.byAgent() }

// rightUser looks the owner's system user up. It returns an error of ClassSystemUserNotFound for one of the wrong type.
func (n *negotiation) rightUser(ctx context.Context) (altinn.SystemUser, error) {
	user, err := n.SystemUser(ctx, n.wanted.Owner, n.ref)
	if err != nil || n.isRight(user) {
		return user, err
	}
	n.seeWrong(user)
	wrong := errAgent
	if n.byAgent() {
		wrong = errNoAgent
	}
	return altinn.SystemUser{}, &altinn.Error{Class: altinn.ClassSystemUserNotFound, Err: wrong}
}

// rightUsers returns the system users of the right type.
func (n *negotiation) rightUsers(users []altinn.SystemUser) []altinn.SystemUser {
	var right []altinn.SystemUser
	for _, user := range users {
		if !n.isRight(user) {
			n.seeWrong(user)
			continue
		}
		right = append(right, user)
	}
	return right
}

// seeWrong records a system user of the wrong type.
func (n *negotiation) seeWrong(user altinn.SystemUser) {
	n.agent = n.agent || user.Agent
	n.taken = n.taken || user.ExternalRef == n.ref
}

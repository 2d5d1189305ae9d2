package systemuser

import (
	"context"
	"errors"

	"github.com/4human/integration-operator/internal/altinn"
)

// ownSuffix follows the organization number in the reference of a system user if an agent system user has the usual
// reference: Altinn tells the two apart by their references alone.
const ownSuffix = "-own"

// errAgent reports an agent system user in the place of the customer's own.
var errAgent = errors.New("it is an agent system user, for the customer's clients")

// ownUser looks the customer's own system user up. It returns an error of ClassSystemUserNotFound for an agent system
// user: Maskinporten returns tokens for the agent's clients with it, and none for the customer.
func (n *negotiation) ownUser(ctx context.Context) (altinn.SystemUser, error) {
	user, err := n.SystemUser(ctx, n.wanted.Owner, n.ref)
	if err == nil && user.Agent {
		n.seeAgent(user)
		return altinn.SystemUser{}, &altinn.Error{Class: altinn.ClassSystemUserNotFound, Err: errAgent}
	}
	return user, err
}

// withoutAgents returns the system users that are the customer's own.
func (n *negotiation) withoutAgents(users []altinn.SystemUser) []altinn.SystemUser {
	var own []altinn.SystemUser
	for _, user := range users {
		if user.Agent {
			n.seeAgent(user)
			continue
		}
		own = append(own, user)
	}
	return own
}

// seeAgent records an agent system user of the customer.
func (n *negotiation) seeAgent(user altinn.SystemUser) {
	n.agent = true
	n.taken = n.taken || user.ExternalRef == n.ref
}

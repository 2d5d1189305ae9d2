package systemuser

import (
	"context"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// join waits for the request of another service of the customer, if it is of a kind and, if covering is true, for this
// service, too. It returns nil if there is no such request. A service without system user joins a request for one, and
// a service with one joins a change.
func (n *negotiation) join(ctx context.Context, kind v1alpha1.AccessRequestKind, covering bool) *Finding {
	other := n.known.Other
	if other.ID == "" || other.Kind != kind || other.ID == n.known.RequestID {
		return nil
	}
	r, err := n.lookAt(ctx, other)
	var f Finding
	switch {
	case altinn.ClassOf(err) == altinn.ClassRequestNotFound:
		return nil
	case err != nil:
		f = n.inconclusive(err)
	case r.Status == altinn.StatusNew && !r.TimedOut && (n.covers(r) || !covering):
		f = n.requestFinding(v1alpha1.AuthorizationAwaitingApproval, kind, r)
		if kind == v1alpha1.AccessRequestSystemUser {
			f.ExternalRef = r.ExternalRef
		}
	case r.Status == altinn.StatusAccepted && n.covers(r) && kind == v1alpha1.AccessRequestChange:
		f = n.requestFinding(v1alpha1.AuthorizationGranted, kind, r) // a token has just been returned
	default:
		return nil
	}
	return &f
}

// lookAt returns a request of either kind.
func (n *negotiation) lookAt(ctx context.Context, p Pending) (altinn.Request, error) {
	if p.Kind == v1alpha1.AccessRequestChange {
		return n.checkOwner(n.Change(ctx, p.ID))
	}
	return n.checkOwner(n.Request(ctx, p.ID))
}

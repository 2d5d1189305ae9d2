package systemuser

import (
	"context"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// join waits with another service of the customer's for its request, if that is of a kind and, where that is wanted,
// for this service too. nil says that there is nothing to wait for. A request for a system user is not waited for by
// who has one, nor a change by who has none.
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
		f = n.stopped(err)
	case r.Status == altinn.StatusNew && !r.TimedOut && (n.covers(r) || !covering):
		f = n.by(v1alpha1.AuthorizationAwaitingApproval, kind, r)
		if kind == v1alpha1.AccessRequestSystemUser {
			f.ExternalRef = r.ExternalRef
		}
	case r.Status == altinn.StatusAccepted && n.covers(r) && kind == v1alpha1.AccessRequestChange:
		f = n.by(v1alpha1.AuthorizationGranted, kind, r) // a token was had a moment ago
	default:
		return nil
	}
	return &f
}

// lookAt gets a request of either kind.
func (n *negotiation) lookAt(ctx context.Context, p Pending) (altinn.Request, error) {
	if p.Kind == v1alpha1.AccessRequestChange {
		return n.checkOwner(n.Change(ctx, p.ID))
	}
	return n.checkOwner(n.Request(ctx, p.ID))
}

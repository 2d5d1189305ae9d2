package systemuser

import (
	"cmp"
	"context"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// await looks at what became of the last request.
func (n *negotiation) await(ctx context.Context) Finding {
	kind := n.known.RequestKind
	r, err := n.pending(ctx)
	if altinn.ClassOf(err) == altinn.ClassRequestNotFound {
		return n.fresh(ctx, "")
	}
	if err != nil {
		return n.stopped(err)
	}
	switch r.Status {
	case altinn.StatusAccepted, altinn.StatusNoChangeNeeded:
		return n.accepted(ctx, kind, r)
	case altinn.StatusRejected, altinn.StatusDenied:
		return n.by(integrationsv1alpha1.AuthorizationRejected, kind, r)
	case altinn.StatusTimedout:
		return n.fresh(ctx, r.ID)
	default:
		r.ConfirmURL = cmp.Or(r.ConfirmURL, n.known.ConfirmURL)
		return n.by(integrationsv1alpha1.AuthorizationAwaitingApproval, kind, r)
	}
}

// pending gets the last request. One for a system user tells the reference that this has; one for a change may leave it
// out.
func (n *negotiation) pending(ctx context.Context) (altinn.Request, error) {
	if n.known.RequestKind == integrationsv1alpha1.AccessRequestChange {
		return n.checkOwner(n.Change(ctx, n.known.RequestID))
	}
	r, err := n.checkOwner(n.Request(ctx, n.known.RequestID))
	if err == nil {
		n.ref = r.ExternalRef
	}
	return r, err
}

// accepted proves what the customer has said yes to.
func (n *negotiation) accepted(ctx context.Context, kind integrationsv1alpha1.AccessRequestKind, r altinn.Request) Finding {
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.grantedBy(ctx, kind, r)
	}
	if stop := n.lookup(ctx, err); stop != nil {
		return *stop
	}
	switch {
	case n.wanted.Prompt != "":
		return n.requestAgain(ctx)
	case kind == integrationsv1alpha1.AccessRequestChange:
		// There was a system user to change, and there is none now.
		return n.as(integrationsv1alpha1.AuthorizationWithdrawn)
	default:
		// Altinn and Maskinporten take a moment to know of a yes.
		return n.by(integrationsv1alpha1.AuthorizationAwaitingApproval, kind, r)
	}
}

// grantedBy is access by a request that was said yes to, and that a token has just proved: unless the request was for
// other services alone, which were all when it was made.
func (n *negotiation) grantedBy(ctx context.Context, kind integrationsv1alpha1.AccessRequestKind, r altinn.Request) Finding {
	if n.covers(r) || r.Status == altinn.StatusNoChangeNeeded {
		return n.by(integrationsv1alpha1.AuthorizationGranted, kind, r)
	}
	return n.change(ctx, "")
}

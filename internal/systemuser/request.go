package systemuser

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// request asks the customer for a system user, for all its services at once. What is there is found again.
func (n *negotiation) request(ctx context.Context) Finding {
	if f := n.join(ctx, integrationsv1alpha1.AccessRequestSystemUser, false); f != nil {
		return *f
	}
	r, err := n.create(ctx)
	if err == nil && r.Status == altinn.StatusTimedout {
		n.ref = n.another(r.ID) // an old request stands in the way of a new one
		r, err = n.create(ctx)
	}
	switch altinn.ClassOf(err) {
	case "":
		return n.requested(ctx, r)
	case altinn.ClassDenied, altinn.ClassRejected:
		f := n.as(integrationsv1alpha1.AuthorizationRejected)
		f.RequestKind = integrationsv1alpha1.AccessRequestSystemUser
		return f
	default:
		return n.stopped(err)
	}
}

// requestAgain asks for a system user after a no, because a person prompts it. The reference is another, for under the
// old one Altinn would give the old answer; and the same for the same prompt.
func (n *negotiation) requestAgain(ctx context.Context) Finding {
	n.ref = n.another(n.wanted.Prompt)
	return n.request(ctx)
}

// another is a reference for a system user besides the first one, the same for the same seed.
func (n *negotiation) another(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return n.wanted.Owner.String() + "-" + hex.EncodeToString(sum[:4])
}

// create sends the request, or finds the one that is there already.
func (n *negotiation) create(ctx context.Context) (altinn.Request, error) {
	r, err := n.CreateRequest(ctx, altinn.NewRequest{
		ExternalRef:    n.ref,
		Owner:          n.wanted.Owner,
		Rights:         n.wanted.AllResources,
		AccessPackages: n.wanted.AccessPackages,
		RedirectURL:    n.wanted.RedirectURL,
	})
	switch altinn.ClassOf(err) {
	case altinn.ClassPending, altinn.ClassAlreadyAccepted, altinn.ClassAlreadyExists:
		return n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	default:
		return r, err
	}
}

// requested is what follows from the request that is there now.
func (n *negotiation) requested(ctx context.Context, r altinn.Request) Finding {
	const kind = integrationsv1alpha1.AccessRequestSystemUser
	switch r.Status {
	case altinn.StatusRejected, altinn.StatusDenied:
		return n.by(integrationsv1alpha1.AuthorizationRejected, kind, r)
	case altinn.StatusAccepted, altinn.StatusNoChangeNeeded:
		return n.acceptedBefore(ctx, r)
	default:
		return n.by(integrationsv1alpha1.AuthorizationAwaitingApproval, kind, r)
	}
}

// acceptedBefore is a yes of which nothing was known: it came this moment, or was taken back since.
func (n *negotiation) acceptedBefore(ctx context.Context, r altinn.Request) Finding {
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.grantedBy(ctx, integrationsv1alpha1.AccessRequestSystemUser, r)
	}
	return n.orWithdrawn(ctx, err)
}

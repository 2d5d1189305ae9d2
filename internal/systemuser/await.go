package systemuser

import (
	"cmp"
	"context"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// await looks at what became of a request for a system user.
func (n *negotiation) await(ctx context.Context) Finding {
	const kind = v1alpha1.AccessRequestSystemUser
	r, err := n.lookAt(ctx, Pending{ID: n.known.RequestID, Kind: kind})
	if altinn.ClassOf(err) == altinn.ClassRequestNotFound {
		return n.vanished(ctx)
	}
	if err != nil {
		return n.stopped(err)
	}
	n.ref = r.ExternalRef
	switch r.Status {
	case altinn.StatusAccepted, altinn.StatusNoChangeNeeded:
		return n.accepted(ctx, r)
	case altinn.StatusRejected, altinn.StatusDenied:
		return n.by(v1alpha1.AuthorizationRejected, kind, r)
	case altinn.StatusNew:
	}
	return n.unansweredUser(ctx, r)
}

// unansweredUser returns the state of a request for a system user that the customer has not answered. If it has timed out, no
// request counts any more: the next negotiation deletes it and sends another.
func (n *negotiation) unansweredUser(ctx context.Context, r altinn.Request) Finding {
	r.ConfirmURL = cmp.Or(r.ConfirmURL, n.known.ConfirmURL)
	f := n.by(v1alpha1.AuthorizationAwaitingApproval, v1alpha1.AccessRequestSystemUser, r)
	if r.TimedOut {
		f.RequestID, f.RequestKind = "", ""
		return f
	}
	f.Escalated = n.escalated(ctx, r.ID)
	return f
}

// vanished decides what follows if the request that the service waited for no longer exists. There are two causes:
//
//   - The customer approved it and has deleted the system user since; Altinn deletes the request with it. The customer is asked
//     again only if a person prompts it.
//   - It had timed out, and another service of the same customer has deleted it and sent a successor in its place.
func (n *negotiation) vanished(ctx context.Context) Finding {
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.cover(ctx, func() Finding { return n.change(ctx, "") })
	}
	if stop := n.lookup(ctx, err); stop != nil {
		return *stop
	}
	if f := n.join(ctx, v1alpha1.AccessRequestSystemUser, false); f != nil {
		return *f
	}
	switch {
	case n.prompted():
		return n.requestAgain(ctx, err)
	case n.known.OtherTimedOut:
		return n.request(ctx)
	}
	if f := n.successor(ctx); f != nil {
		return *f
	}
	return n.proveWithdrawal(ctx, err)
}

// successor returns what follows from the request that has taken the place of one that vanished. It returns nil if there is none,
// or if it does not explain why there is no system user.
func (n *negotiation) successor(ctx context.Context) *Finding {
	r, err := n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	var f Finding
	switch {
	case altinn.ClassOf(err) == altinn.ClassRequestNotFound:
		return nil
	case err != nil:
		f = n.stopped(err)
	case r.Status == altinn.StatusNew:
		f = n.unansweredUser(ctx, r)
	case isNo(r) && n.covers(r):
		f = n.by(v1alpha1.AuthorizationRejected, v1alpha1.AccessRequestSystemUser, r)
	default:
		return nil
	}
	return &f
}

// escalated reports whether a request waits for an access manager. Without an answer it is as it was known: whose turn it is
// must not keep the rest from being told.
func (n *negotiation) escalated(ctx context.Context, id string) bool {
	if id == n.known.RequestID && n.known.Escalated {
		return true
	}
	is, err := n.Escalated(ctx, id)
	return err == nil && is
}

// accepted proves what the customer has said yes to.
func (n *negotiation) accepted(ctx context.Context, r altinn.Request) Finding {
	const kind = v1alpha1.AccessRequestSystemUser
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.grantedBy(ctx, kind, r)
	}
	if stop := n.lookup(ctx, err); stop != nil {
		return n.unlessNew(r, *stop)
	}
	if n.wanted.Prompt != "" {
		return n.requestAgain(ctx, err)
	}
	// Altinn and Maskinporten take a moment to know of a yes.
	return n.by(v1alpha1.AuthorizationAwaitingApproval, kind, r)
}

// unlessNew returns a finding about an approved request. If the system user is so new that Maskinporten may not see it yet, the
// customer has done its part, and the request is awaited.
func (n *negotiation) unlessNew(r altinn.Request, f Finding) Finding {
	if !n.isNew {
		return f
	}
	return n.by(v1alpha1.AuthorizationAwaitingApproval, v1alpha1.AccessRequestSystemUser, r)
}

// grantedBy is access by a request that was said yes to, and that a token has just proved: unless the request was for
// other services alone, which were all when it was made.
func (n *negotiation) grantedBy(ctx context.Context, kind v1alpha1.AccessRequestKind, r altinn.Request) Finding {
	if n.covers(r) || r.Status == altinn.StatusNoChangeNeeded {
		return n.by(v1alpha1.AuthorizationGranted, kind, r)
	}
	return n.change(ctx, "")
}

// awaitChange looks at what became of a request for a change. It begins with the system user: one that was taken back
// leaves its changes waiting for an answer that would change nothing.
func (n *negotiation) awaitChange(ctx context.Context) Finding {
	const kind = v1alpha1.AccessRequestChange
	if err := n.Token(ctx, n.ref); err != nil {
		return n.orWithdrawn(ctx, err)
	}
	r, err := n.lookAt(ctx, Pending{ID: n.known.RequestID, Kind: kind})
	if altinn.ClassOf(err) == altinn.ClassRequestNotFound {
		return n.coveredOr(ctx, func() Finding { return n.change(ctx, "") })
	}
	if err != nil {
		return n.stopped(err)
	}
	switch r.Status {
	case altinn.StatusAccepted, altinn.StatusNoChangeNeeded:
		return n.grantedBy(ctx, kind, r)
	case altinn.StatusRejected, altinn.StatusDenied:
		return n.by(v1alpha1.AuthorizationRejected, kind, r)
	case altinn.StatusNew:
	}
	if r.TimedOut {
		return n.coveredOr(ctx, func() Finding { return n.change(ctx, r.ID) }) // another id, for this one is used
	}
	return n.unanswered(ctx, r)
}

// unanswered is a change that waits for its answer. If a person wonders why, its system user is looked up: the customer
// may have made another in the place of the one that was to be changed.
func (n *negotiation) unanswered(ctx context.Context, r altinn.Request) Finding {
	r.ConfirmURL = cmp.Or(r.ConfirmURL, n.known.ConfirmURL)
	waits := n.by(v1alpha1.AuthorizationAwaitingApproval, v1alpha1.AccessRequestChange, r)
	if n.wanted.Prompt == "" {
		return waits
	}
	user, err := n.SystemUser(ctx, n.wanted.Owner, n.ref)
	if err != nil {
		return n.stopped(contradicting(err))
	}
	if user.ID == r.SystemUserID {
		return waits
	}
	return n.coveredOr(ctx, func() Finding { return n.askForChange(ctx, user.ID, "") })
}

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
	r.ConfirmURL = cmp.Or(r.ConfirmURL, n.known.ConfirmURL)
	f := n.by(v1alpha1.AuthorizationAwaitingApproval, kind, r)
	if r.TimedOut {
		f.RequestID, f.RequestKind = "", "" // it is over: the next negotiation asks anew, and deletes what is then in its way
		return f
	}
	f.Escalated = n.escalated(ctx, r.ID)
	return f
}

// vanished is after a request that was waited for and is not there any more. Altinn takes it away with its system user: the
// customer had said yes, and has deleted the system user since. Like any other that took access back, it is asked again only if
// a person prompts it. But if the request of another service has timed out, we have deleted the one that both waited for, and
// the customer is asked anew.
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
	return n.proveWithdrawal(ctx, err)
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
		return *stop
	}
	if n.wanted.Prompt != "" {
		return n.requestAgain(ctx, err)
	}
	// Altinn and Maskinporten take a moment to know of a yes.
	return n.by(v1alpha1.AuthorizationAwaitingApproval, kind, r)
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

package systemuser

import (
	"cmp"
	"context"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// await reads the request for a system user that the service waits for.
func (n *negotiation) await(ctx context.Context) Finding {
	const kind = v1alpha1.AccessRequestSystemUser
	r, err := n.lookAt(ctx, Pending{ID: n.known.RequestID, Kind: kind})
	if altinn.ClassOf(err) == altinn.ClassRequestNotFound {
		return n.afterVanishing(ctx)
	}
	if err != nil {
		return n.inconclusive(err)
	}
	n.ref = r.ExternalRef
	switch r.Status {
	case altinn.StatusAccepted, altinn.StatusNoChangeNeeded:
		return n.afterApproval(ctx, r)
	case altinn.StatusRejected, altinn.StatusDenied:
		return n.requestFinding(v1alpha1.AuthorizationRejected, kind, r)
	case altinn.StatusNew:
	}
	return n.pendingUser(ctx, r)
}

// pendingUser returns the state of a request for a system user that the customer has not answered. If it has timed out,
// no request counts any more: the next negotiation deletes it and sends another.
func (n *negotiation) pendingUser(ctx context.Context, r altinn.Request) Finding {
	r.ConfirmURL = cmp.Or(r.ConfirmURL, n.known.ConfirmURL)
	f := n.requestFinding(v1alpha1.AuthorizationAwaitingApproval, v1alpha1.AccessRequestSystemUser, r)
	if r.TimedOut {
		f.RequestID, f.RequestKind = "", ""
		return f
	}
	f.Escalated = n.isEscalated(ctx, r.ID)
	return f
}

// afterVanishing decides what follows if the request that the service waited for no longer exists. There are two
// causes:
//
//   - The customer approved it and has deleted the system user since; Altinn deletes the request with it. Only a
//     person's prompt sends another one.
//   - It had timed out, and another service of the same customer has deleted it and sent a successor in its place. Of
//     an agent, another client may have deleted it, and may not have sent a successor yet. Its time-out is not in this
//     customer's status, so the request is sent again.
func (n *negotiation) afterVanishing(ctx context.Context) Finding {
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
	case n.isPrompted():
		return n.requestAgain(ctx, err)
	case n.known.OtherTimedOut:
		return n.request(ctx)
	}
	if f := n.successor(ctx); f != nil {
		return *f
	}
	if n.byAgent() && n.known.State == v1alpha1.AuthorizationAwaitingApproval {
		return n.request(ctx)
	}
	return n.proveWithdrawal(ctx, err)
}

// successor returns what follows from the request that has taken the place of one that vanished. It returns nil if
// there is none, or if it does not explain why there is no system user.
func (n *negotiation) successor(ctx context.Context) *Finding {
	r, err := n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	var f Finding
	switch {
	case altinn.ClassOf(err) == altinn.ClassRequestNotFound:
		return nil
	case err != nil:
		f = n.inconclusive(err)
	case r.Status == altinn.StatusNew:
		f = n.pendingUser(ctx, r)
	case isRejected(r) && n.covers(r):
		f = n.requestFinding(v1alpha1.AuthorizationRejected, v1alpha1.AccessRequestSystemUser, r)
	default:
		return nil
	}
	return &f
}

// isEscalated reports whether a request waits for an access manager. It does not fail: without a response it reports
// the known state, so that the rest is reported.
func (n *negotiation) isEscalated(ctx context.Context, id string) bool {
	if id == n.known.RequestID && n.known.Escalated {
		return true
	}
	is, err := n.IsEscalated(ctx, id)
	return err == nil && is
}

// afterApproval proves a request that the customer has approved.
func (n *negotiation) afterApproval(ctx context.Context, r altinn.Request) Finding {
	const kind = v1alpha1.AccessRequestSystemUser
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.grantIfCovered(ctx, kind, r)
	}
	if stop := n.lookup(ctx, err); stop != nil {
		return n.awaitIfNew(r, *stop)
	}
	if n.wanted.Prompt != "" {
		return n.requestAgain(ctx, err)
	}
	// Altinn and Maskinporten need a moment to see an approval.
	return n.requestFinding(v1alpha1.AuthorizationAwaitingApproval, kind, r)
}

// awaitIfNew returns a finding about an approved request. If the system user is so new that Maskinporten may not see it
// yet, the customer has done its part, and the request is awaited.
func (n *negotiation) awaitIfNew(r altinn.Request, f Finding) Finding {
	if !n.isNew {
		return f
	}
	return n.requestFinding(v1alpha1.AuthorizationAwaitingApproval, v1alpha1.AccessRequestSystemUser, r)
}

// grantIfCovered returns access by an approved request, which a token has just proved. If the request was for other
// services alone, it requests a change.
func (n *negotiation) grantIfCovered(ctx context.Context, kind v1alpha1.AccessRequestKind, r altinn.Request) Finding {
	if n.covers(r) || r.Status == altinn.StatusNoChangeNeeded {
		return n.requestFinding(v1alpha1.AuthorizationGranted, kind, r)
	}
	return n.change(ctx, "")
}

// awaitChange reads the request for a change that the service waits for. First it proves the system user: if that was
// deleted, its changes stay at Altinn, and an answer to them would change nothing.
func (n *negotiation) awaitChange(ctx context.Context) Finding {
	const kind = v1alpha1.AccessRequestChange
	if err := n.Token(ctx, n.ref); err != nil {
		return n.checkWithdrawal(ctx, err)
	}
	r, err := n.lookAt(ctx, Pending{ID: n.known.RequestID, Kind: kind})
	if altinn.ClassOf(err) == altinn.ClassRequestNotFound {
		return n.coverAfterChange(ctx, func() Finding { return n.change(ctx, "") })
	}
	if err != nil {
		return n.inconclusive(err)
	}
	switch r.Status {
	case altinn.StatusAccepted, altinn.StatusNoChangeNeeded:
		return n.grantIfCovered(ctx, kind, r)
	case altinn.StatusRejected, altinn.StatusDenied:
		return n.requestFinding(v1alpha1.AuthorizationRejected, kind, r)
	case altinn.StatusNew:
	}
	if r.TimedOut {
		// another id, because this one is used up
		return n.coverAfterChange(ctx, func() Finding { return n.change(ctx, r.ID) })
	}
	return n.pendingChange(ctx, r)
}

// pendingChange returns the state of a change that waits for its answer. If a person prompts it, its system user is
// looked up: the customer may have created another one in the place of the one to be changed.
func (n *negotiation) pendingChange(ctx context.Context, r altinn.Request) Finding {
	r.ConfirmURL = cmp.Or(r.ConfirmURL, n.known.ConfirmURL)
	waits := n.requestFinding(v1alpha1.AuthorizationAwaitingApproval, v1alpha1.AccessRequestChange, r)
	if n.wanted.Prompt == "" {
		return waits
	}
	user, err := n.userOfType(ctx)
	if err != nil {
		return n.inconclusive(asContradiction(err))
	}
	if user.ID == r.SystemUserID {
		return waits
	}
	return n.coverAfterChange(ctx, func() Finding { return n.askForChange(ctx, user.ID, "") })
}

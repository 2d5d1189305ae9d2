package systemuser

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// errOthersRejection reports that another service's status lacks the rejection of a request, which would be lost with
// the request.
var errOthersRejection = errors.New("the status of another service must record the rejection first")

// errOthersTimeOut reports that another service's status lacks the time-out of a request. If the request were deleted,
// it would look as if its system user had been.
var errOthersTimeOut = errors.New("the status of another service must record the time-out first")

// request requests a system user for all services of the customer, unless Altinn has one under another reference. It
// finds an existing request again, unless that is dead: it has timed out, or is a rejected one for other services
// alone. Then it deletes it and sends another.
func (n *negotiation) request(ctx context.Context) Finding {
	if f := n.join(ctx, v1alpha1.AccessRequestSystemUser, false); f != nil {
		return *f
	}
	if f := n.takeOver(ctx); f != nil {
		return *f
	}
	if n.refTaken {
		n.ref = n.wanted.Owner.String() + ownSuffix
	}
	var r altinn.Request
	var err error
	if n.dead == nil {
		r, err = n.createOrFind(ctx)
	}
	if err == nil && n.dead != nil {
		r, err = n.renew(ctx)
	}
	if err != nil {
		return n.inconclusive(err)
	}
	return n.afterRequest(ctx, r)
}

// createOrFind sends the request, and sets n.dead if Altinn returns a dead one. It is an error if another service's
// status lacks what would be lost with the dead one.
func (n *negotiation) createOrFind(ctx context.Context) (altinn.Request, error) {
	r, err := n.create(ctx)
	if err != nil {
		return r, err
	}
	othersRejection := isRejected(r) && !n.covers(r)
	if n.wanted.Prompt == "" {
		if othersRejection && n.asksForAny(rightsIn(r)) {
			return r, &altinn.Error{Class: altinn.ClassBadResponse, Err: errOthersRejection}
		}
		if r.TimedOut && r.ID == n.known.Other.ID && n.asksForOthers(rightsIn(r)) {
			return r, &altinn.Error{Class: altinn.ClassBadResponse, Err: errOthersTimeOut}
		}
	}
	if r.TimedOut || othersRejection {
		n.dead = &r
	}
	return r, nil
}

// asksForAny reports whether the request would include one of these rights.
func (n *negotiation) asksForAny(rights []string) bool {
	return slices.ContainsFunc(rights, func(right string) bool { return slices.Contains(n.wanted.AllRights, right) })
}

// asksForOthers reports whether the request would include one of these rights for another service.
func (n *negotiation) asksForOthers(rights []string) bool {
	return n.asksForAny(slices.DeleteFunc(slices.Clone(rights),
		func(right string) bool { return slices.Contains(n.wanted.Rights, right) }))
}

// isRejected reports whether a request was rejected or denied.
func isRejected(r altinn.Request) bool {
	return r.Status == altinn.StatusRejected || r.Status == altinn.StatusDenied
}

// requestAgain requests a system user after a rejection or a withdrawal, because a person prompts it. Until the old
// request is deleted, Altinn returns it in place of a new one. A rejected request that is not the known one was sent
// for this very prompt, and the status could not be written.
//
// An accepted request shows the rights of its system user, so it is deleted only if the system user is proved to be
// deleted.
func (n *negotiation) requestAgain(ctx context.Context, refusal error) Finding {
	const kind = v1alpha1.AccessRequestSystemUser
	n.askedAgainFor = promptHash(n.wanted.Prompt)
	r, err := n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	switch {
	case altinn.ClassOf(err) == altinn.ClassRequestNotFound:
		return n.request(ctx)
	case err != nil:
		return n.inconclusive(err)
	case r.Status == altinn.StatusNew && !r.TimedOut:
		return n.requestFinding(v1alpha1.AuthorizationAwaitingApproval, kind, r)
	case isRejected(r) && n.known.RequestID != "" && n.known.RequestKind == kind && r.ID != n.known.RequestID:
		return n.requestFinding(v1alpha1.AuthorizationRejected, kind, r)
	case r.Status == altinn.StatusAccepted:
		if f := n.proveWithdrawal(ctx, refusal); f.State != v1alpha1.AuthorizationWithdrawn || !f.IsConclusive() {
			return f
		}
	}
	n.dead = &r
	return n.request(ctx)
}

// promptHash returns the hash by which the status names a prompt, whose value may have any length.
func promptHash(prompt string) string {
	if prompt == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(prompt))
	return hex.EncodeToString(sum[:8])
}

// errNotDeleted reports that Altinn returns a request that was deleted.
var errNotDeleted = errors.New("a deleted request still exists")

// renew deletes the dead request and sends another by the same reference. The system user of the dead one stays. After
// a crash in between there is no request by that reference, and the next negotiation sends one.
func (n *negotiation) renew(ctx context.Context) (altinn.Request, error) {
	err := n.DeleteRequest(ctx, n.dead.ID)
	if err != nil && altinn.ClassOf(err) != altinn.ClassRequestNotFound {
		return altinn.Request{}, err
	}
	r, err := n.create(ctx)
	if err == nil && r.ID == n.dead.ID {
		return altinn.Request{}, &altinn.Error{Class: altinn.ClassBadResponse, Err: errNotDeleted}
	}
	return r, err
}

// create sends the request, or returns the existing one.
func (n *negotiation) create(ctx context.Context) (altinn.Request, error) {
	r, err := n.CreateRequest(ctx, altinn.NewRequest{
		ExternalRef:    n.ref,
		Owner:          n.wanted.Owner,
		Rights:         n.resources(),
		AccessPackages: n.packages(),
		RedirectURL:    n.wanted.RedirectURL,
	})
	switch altinn.ClassOf(err) {
	case altinn.ClassPending, altinn.ClassAlreadyAccepted, altinn.ClassAlreadyExists, altinn.ClassDenied,
		altinn.ClassRejected:
		return n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	default:
		return r, err
	}
}

// afterRequest returns what follows from the request that exists now.
func (n *negotiation) afterRequest(ctx context.Context, r altinn.Request) Finding {
	const kind = v1alpha1.AccessRequestSystemUser
	switch r.Status {
	case altinn.StatusRejected, altinn.StatusDenied:
		return n.requestFinding(v1alpha1.AuthorizationRejected, kind, r)
	case altinn.StatusAccepted, altinn.StatusNoChangeNeeded:
		return n.afterUnknownApproval(ctx, r)
	default:
		return n.requestFinding(v1alpha1.AuthorizationAwaitingApproval, kind, r)
	}
}

// afterUnknownApproval proves an approval that was not known: it is new, or its system user was deleted since.
func (n *negotiation) afterUnknownApproval(ctx context.Context, r altinn.Request) Finding {
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.grantIfCovered(ctx, v1alpha1.AccessRequestSystemUser, r)
	}
	return n.awaitIfNew(r, n.checkWithdrawal(ctx, err))
}

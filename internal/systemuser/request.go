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

// errOthersNo is a no to another service that is not in its status yet: it would be forgotten with the request.
var errOthersNo = errors.New("another service's no is to be recorded first")

// errOthersTimeOut is a request that has timed out, for which another service's status waits still: it would be taken for one
// that went with its system user.
var errOthersTimeOut = errors.New("the time-out of another service's request is to be recorded first")

// request asks the customer for a system user, for all its services at once. What is there is found again, unless it is
// dead: one that has timed out, and a no that was to other services alone. The answer to the POST is its status right before
// it is deleted.
func (n *negotiation) request(ctx context.Context) Finding {
	if f := n.join(ctx, v1alpha1.AccessRequestSystemUser, false); f != nil {
		return *f
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
		return n.stopped(err)
	}
	return n.requested(ctx, r)
}

// createOrFind sends the request, and notes if what Altinn answers with is dead. It is an error if another service's status lacks yet
// what would be forgotten with the dead one.
func (n *negotiation) createOrFind(ctx context.Context) (altinn.Request, error) {
	r, err := n.create(ctx)
	if err != nil {
		return r, err
	}
	othersNo := isNo(r) && !n.covers(r)
	if n.wanted.Prompt == "" {
		if othersNo && n.asksForAny(r.Rights) {
			return r, &altinn.Error{Class: altinn.ClassBadResponse, Err: errOthersNo}
		}
		if r.TimedOut && r.ID == n.known.Other.ID && n.asksForOthers(r.Rights) {
			return r, &altinn.Error{Class: altinn.ClassBadResponse, Err: errOthersTimeOut}
		}
	}
	if r.TimedOut || othersNo {
		n.dead = &r
	}
	return r, nil
}

// asksForAny reports whether the customer would be asked for one of these rights.
func (n *negotiation) asksForAny(rights []string) bool {
	return slices.ContainsFunc(rights, func(right string) bool { return slices.Contains(n.wanted.AllResources, right) })
}

// asksForOthers reports whether the customer would be asked for one of these rights for another service.
func (n *negotiation) asksForOthers(rights []string) bool {
	return n.asksForAny(slices.DeleteFunc(slices.Clone(rights), func(right string) bool { return right == n.wanted.Resource }))
}

// isNo reports whether a request has the customer's no, or Altinn's.
func isNo(r altinn.Request) bool {
	return r.Status == altinn.StatusRejected || r.Status == altinn.StatusDenied
}

// requestAgain asks for a system user after a no or a withdrawal, because a person prompts it. Altinn answers another
// request with the old one and its no until that is deleted. One that is not the last that is known was made for this very
// prompt, before its answer could be written.
//
// An accepted one tells what rights its system user has: it is deleted only if that is proved to be gone.
func (n *negotiation) requestAgain(ctx context.Context, refusal error) Finding {
	const kind = v1alpha1.AccessRequestSystemUser
	n.order = orderOf(n.wanted.Prompt)
	r, err := n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	switch {
	case altinn.ClassOf(err) == altinn.ClassRequestNotFound:
		return n.request(ctx)
	case err != nil:
		return n.stopped(err)
	case r.Status == altinn.StatusNew && !r.TimedOut:
		return n.by(v1alpha1.AuthorizationAwaitingApproval, kind, r)
	case isNo(r) && n.known.RequestID != "" && n.known.RequestKind == kind && r.ID != n.known.RequestID:
		return n.by(v1alpha1.AuthorizationRejected, kind, r)
	case r.Status == altinn.StatusAccepted:
		if f := n.proveWithdrawal(ctx, refusal); f.State != v1alpha1.AuthorizationWithdrawn || !f.Learnt() {
			return f
		}
	}
	n.dead = &r
	return n.request(ctx)
}

// orderOf names a prompt in the status: a hash, for the value may be of any length.
func orderOf(prompt string) string {
	if prompt == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(prompt))
	return hex.EncodeToString(sum[:8])
}

// errStillThere is a request that was deleted and comes back.
var errStillThere = errors.New("a request that was deleted is still there")

// renew deletes the dead request and asks in its place, by the same reference. The system user of the request, if there is
// one, stays. After a crash in between, there is no request by that reference, and the next negotiation asks.
func (n *negotiation) renew(ctx context.Context) (altinn.Request, error) {
	err := n.DeleteRequest(ctx, n.dead.ID)
	if err != nil && altinn.ClassOf(err) != altinn.ClassRequestNotFound {
		return altinn.Request{}, err
	}
	r, err := n.create(ctx)
	if err == nil && r.ID == n.dead.ID {
		return altinn.Request{}, &altinn.Error{Class: altinn.ClassBadResponse, Err: errStillThere}
	}
	return r, err
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
	case altinn.ClassPending, altinn.ClassAlreadyAccepted, altinn.ClassAlreadyExists, altinn.ClassDenied, altinn.ClassRejected:
		return n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	default:
		return r, err
	}
}

// requested is what follows from the request that is there now.
func (n *negotiation) requested(ctx context.Context, r altinn.Request) Finding {
	const kind = v1alpha1.AccessRequestSystemUser
	switch r.Status {
	case altinn.StatusRejected, altinn.StatusDenied:
		return n.by(v1alpha1.AuthorizationRejected, kind, r)
	case altinn.StatusAccepted, altinn.StatusNoChangeNeeded:
		return n.acceptedBefore(ctx, r)
	default:
		return n.by(v1alpha1.AuthorizationAwaitingApproval, kind, r)
	}
}

// acceptedBefore is a yes of which nothing was known: it came this moment, or was taken back since.
func (n *negotiation) acceptedBefore(ctx context.Context, r altinn.Request) Finding {
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.grantedBy(ctx, v1alpha1.AccessRequestSystemUser, r)
	}
	return n.unlessNew(r, n.orWithdrawn(ctx, err))
}

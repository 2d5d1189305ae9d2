package systemuser

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// Negotiate takes the next step towards a customer's access to one service, and tells where that has led. It neither
// waits nor tries again: that is up to the caller, who calls it again when the answer is due.
func Negotiate(ctx context.Context, a Authority, k Known, w Wanted) Finding {
	k.State = cmp.Or(k.State, v1alpha1.AuthorizationUnknown)
	if k.RequestID != "" {
		k.RequestKind = cmp.Or(k.RequestKind, v1alpha1.AccessRequestSystemUser)
	}
	w.AllResources = append([]string{w.Resource}, w.AllResources...)
	slices.Sort(w.AllResources)
	w.AllResources = slices.Compact(w.AllResources)
	n := &negotiation{Authority: a, known: k, wanted: w, ref: refOr(k.ExternalRef, w.Owner), order: k.AskedAgainFor}
	switch {
	case k.State == v1alpha1.AuthorizationGranted:
		return n.verify(ctx)
	case k.State == v1alpha1.AuthorizationRejected || k.State == v1alpha1.AuthorizationWithdrawn:
		return n.refused(ctx)
	case k.RequestID == "":
		return n.fresh(ctx)
	case k.RequestKind == v1alpha1.AccessRequestChange:
		return n.awaitChange(ctx)
	default:
		return n.await(ctx)
	}
}

// verify proves access that was there. A request is not looked at any more.
func (n *negotiation) verify(ctx context.Context) Finding {
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.granted()
	}
	return n.orWithdrawn(ctx, err)
}

// maxLookupLag is how long Maskinporten may not see a system user that Altinn has.
const maxLookupLag = 15 * time.Minute

var errNotSeenYet = errors.New("maskinporten does not find a system user that Altinn has just created")

// mayBeUnseen reports whether a system user is so new that Maskinporten may not see it yet. That of a customer with access was seen.
func (n *negotiation) mayBeUnseen(user altinn.SystemUser) bool {
	return n.known.State != v1alpha1.AuthorizationGranted &&
		!user.Created.IsZero() && n.known.Now.Sub(user.Created) < maxLookupLag
}

// lookup asks Altinn whether there is a system user, when a token was refused. nil says that neither finds one. That is
// enough to ask the customer, for Altinn refuses a request for what is there, and is no proof that access has ended.
func (n *negotiation) lookup(ctx context.Context, refusal error) *Finding {
	stop := n.stopped(refusal)
	if !missing(refusal) {
		return &stop
	}
	user, err := n.SystemUser(ctx, n.wanted.Owner, n.ref)
	switch {
	case err == nil && n.mayBeUnseen(user):
		n.isNew = true
		stop = n.stopped(&maskinporten.Error{Class: maskinporten.ClassBadResponse, Err: errNotSeenYet})
	case err == nil:
		stop = n.clientMissing(refusal)
	case altinn.ClassOf(err) == altinn.ClassSystemUserNotFound:
		return nil
	default:
		stop = n.stopped(err)
	}
	return &stop
}

// fresh begins. The access may be there already, or may never have been asked for.
func (n *negotiation) fresh(ctx context.Context) Finding {
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.cover(ctx, func() Finding { return n.change(ctx, "") })
	}
	if stop := n.lookup(ctx, err); stop != nil {
		return *stop
	}
	return n.request(ctx)
}

// cover finds out whether a system user that a token has just proved has the right to this service: it does if the
// request that it came from asked for it. If it came from none of ours, somebody made it at Altinn, and knew what for.
func (n *negotiation) cover(ctx context.Context, uncovered func() Finding) Finding {
	r, err := n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	switch {
	case altinn.ClassOf(err) == altinn.ClassRequestNotFound:
		return n.as(v1alpha1.AuthorizationGranted)
	case err != nil:
		return n.stopped(err)
	case r.Status != altinn.StatusAccepted:
		return n.as(v1alpha1.AuthorizationGranted)
	case n.covers(r):
		return n.by(v1alpha1.AuthorizationGranted, v1alpha1.AccessRequestSystemUser, r)
	}
	return uncovered()
}

// prompted reports whether a person wants the customer to be asked again, and it has not been since.
func (n *negotiation) prompted() bool {
	return n.wanted.Prompt != "" && n.known.AskedAgainFor != orderOf(n.wanted.Prompt)
}

// coveredOr is cover where a change was asked for, and was refused, has timed out or is gone. The system user that was to be
// changed is most likely there still, without the right; but the customer may have approved another one in its place, with it.
// Without a request nothing says so: a change was asked for because the right was missing.
func (n *negotiation) coveredOr(ctx context.Context, uncovered func() Finding) Finding {
	r, err := n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	switch {
	case err == nil && r.Status == altinn.StatusAccepted && n.covers(r):
		return n.by(v1alpha1.AuthorizationGranted, v1alpha1.AccessRequestSystemUser, r)
	case err == nil, altinn.ClassOf(err) == altinn.ClassRequestNotFound:
		return uncovered()
	default:
		return n.stopped(err)
	}
}

func (n *negotiation) covers(r altinn.Request) bool {
	return slices.Contains(r.Rights, n.wanted.Resource)
}

// refused is after a no: the customer may have made a system user by hand since, or given one back. It is asked again
// only if a person prompts it.
func (n *negotiation) refused(ctx context.Context) Finding {
	err := n.Token(ctx, n.ref)
	prompted := n.prompted()
	switch {
	case err == nil && n.known.RequestKind == v1alpha1.AccessRequestChange:
		return n.coveredOr(ctx, func() Finding { return n.changeIf(ctx, prompted) })
	case err == nil:
		return n.cover(ctx, func() Finding { return n.changeIf(ctx, prompted) })
	case missing(err) && !prompted:
		return n.still(ctx)
	}
	if stop := n.lookup(ctx, err); stop != nil {
		return *stop
	}
	return n.requestAgain(ctx, err)
}

// still is a no that stands, unless the customer has been asked for all again because of another service.
func (n *negotiation) still(ctx context.Context) Finding {
	if f := n.join(ctx, v1alpha1.AccessRequestSystemUser, true); f != nil {
		return *f
	}
	return n.unchanged()
}

func (n *negotiation) changeIf(ctx context.Context, prompted bool) Finding {
	if !prompted {
		return n.unchanged()
	}
	n.order = orderOf(n.wanted.Prompt)
	return n.change(ctx, n.wanted.Prompt)
}

// errOtherOwner is a request that was looked up by its id, and is to another customer.
var errOtherOwner = errors.New("the request is to another organization")

// checkOwner makes an error of an answer about another customer.
func (n *negotiation) checkOwner(r altinn.Request, err error) (altinn.Request, error) {
	if err == nil && r.Owner != n.wanted.Owner {
		return altinn.Request{}, &altinn.Error{Class: altinn.ClassMismatch, Err: errOtherOwner}
	}
	return r, err
}

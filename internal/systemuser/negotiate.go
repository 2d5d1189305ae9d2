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

// Negotiate takes the next step towards a customer's access to one service. It neither waits nor retries; the caller
// calls it again when the next step is due.
func Negotiate(ctx context.Context, a Authority, k Known, w Wanted) Finding {
	k.State = cmp.Or(k.State, v1alpha1.AuthorizationUnknown)
	if k.RequestID != "" {
		k.RequestKind = cmp.Or(k.RequestKind, v1alpha1.AccessRequestSystemUser)
	}
	w.AllRights = slices.Concat(w.Rights, w.AllRights)
	slices.Sort(w.AllRights)
	w.AllRights = slices.Compact(w.AllRights)
	if !w.Client.IsZero() {
		k.ExternalRef = cmp.Or(k.ExternalRef, w.Owner.String()+clientsSuffix)
	}
	n := &negotiation{
		Authority: a, known: k, wanted: w, ref: refOr(k.ExternalRef, w.Owner),
		askedAgainFor: k.AskedAgainFor, hasAgent: k.HasAgent,
	}
	if n.byAgent() {
		return n.throughAgent(ctx)
	}
	return n.next(ctx)
}

// next takes the next step towards a system user of the owner.
func (n *negotiation) next(ctx context.Context) Finding {
	k := n.known
	switch {
	case k.State == v1alpha1.AuthorizationGranted:
		return n.verify(ctx)
	case k.State == v1alpha1.AuthorizationRejected || k.State == v1alpha1.AuthorizationWithdrawn:
		return n.afterRefusal(ctx)
	case k.RequestID == "":
		return n.begin(ctx)
	case k.RequestKind == v1alpha1.AccessRequestChange:
		return n.awaitChange(ctx)
	default:
		return n.await(ctx)
	}
}

// verify proves known access again. It reads no request.
func (n *negotiation) verify(ctx context.Context) Finding {
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.keepAccess()
	}
	return n.checkWithdrawal(ctx, err)
}

// maxLookupLag is how long Maskinporten may not see a system user that Altinn has.
const maxLookupLag = 15 * time.Minute

var errNotListed = errors.New("altinn has no system user for which Maskinporten returns tokens")

var errNotSeenYet = errors.New("maskinporten does not find a system user that Altinn has just created")

// mayBeUnseen reports whether a system user is so new that Maskinporten may not see it yet. If the customer has access,
// Maskinporten has seen its system user.
func (n *negotiation) mayBeUnseen(user altinn.SystemUser) bool {
	return n.known.State != v1alpha1.AuthorizationGranted &&
		!user.Created.IsZero() && n.known.Now.Sub(user.Created) < maxLookupLag
}

// lookup looks the system user up at Altinn after a token was refused. It returns nil if neither Altinn nor
// Maskinporten finds one. That is enough to request one, because Altinn refuses a request for a system user that
// exists. It does not prove that access has ended.
func (n *negotiation) lookup(ctx context.Context, refusal error) *Finding {
	stop := n.inconclusive(refusal)
	if !isMissing(refusal) {
		return &stop
	}
	user, err := n.userOfType(ctx)
	switch {
	case err == nil && n.mayBeUnseen(user):
		n.isNew = true
		stop = n.inconclusive(&maskinporten.Error{Class: maskinporten.ClassBadResponse, Err: errNotSeenYet})
	case err == nil:
		stop = n.clientMissing(refusal)
	case altinn.ClassOf(err) == altinn.ClassSystemUserNotFound:
		return nil
	default:
		stop = n.inconclusive(err)
	}
	return &stop
}

// begin starts a negotiation. The access may exist already.
func (n *negotiation) begin(ctx context.Context) Finding {
	err := n.Token(ctx, n.ref)
	if err == nil {
		return n.cover(ctx, func() Finding { return n.change(ctx, "") })
	}
	if stop := n.lookup(ctx, err); stop != nil {
		return *stop
	}
	return n.request(ctx)
}

// cover grants access by a system user that a token has just proved, if the system user has the rights to this service;
// if not, it returns what uncovered returns. The rights are those of the request that the system user came from. If it
// came from none of ours, the customer created it at Altinn, and is trusted to have chosen the rights.
func (n *negotiation) cover(ctx context.Context, uncovered func() Finding) Finding {
	r, err := n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	switch {
	case altinn.ClassOf(err) == altinn.ClassRequestNotFound:
		return n.coverUnrequested(ctx)
	case err != nil:
		return n.inconclusive(err)
	case r.Status != altinn.StatusAccepted:
		return n.trust(ctx)
	case n.covers(r):
		return n.requestFinding(v1alpha1.AuthorizationGranted, v1alpha1.AccessRequestSystemUser, r)
	}
	return uncovered()
}

// coverUnrequested returns access by a system user that a token has just proved and that came from none of our requests, if
// it is of the wanted type. If not, the owner is sent a request, unless it has refused one.
func (n *negotiation) coverUnrequested(ctx context.Context) Finding {
	isWanted, err := n.isOfWantedType(ctx)
	switch {
	case err != nil:
		return n.inconclusive(err)
	case isWanted:
		return n.trust(ctx)
	case n.isPrompted():
		n.askedAgainFor = promptHash(n.wanted.Prompt)
	case n.known.State == v1alpha1.AuthorizationRejected || n.known.State == v1alpha1.AuthorizationWithdrawn:
		return n.knownFinding()
	}
	return n.request(ctx)
}

// trust returns access by a system user that the customer created at Altinn. If the service needs other rights than
// those last verified, it requests them first. Altinn sends the customer nothing if the system user has them.
func (n *negotiation) trust(ctx context.Context) Finding {
	isRefused := n.known.State == v1alpha1.AuthorizationRejected || n.known.State == v1alpha1.AuthorizationWithdrawn
	isChanged := n.known.Access != "" && n.known.Access != n.wanted.Access
	if isChanged && !isRefused && !n.byAgent() {
		return n.change(ctx, "")
	}
	return n.stateFinding(v1alpha1.AuthorizationGranted)
}

// isOfWantedType reports whether the system user that a token has just proved is of the wanted type, by Altinn's
// look-up, or by its list: some versions of Altinn do not find an agent system user in the look-up.
func (n *negotiation) isOfWantedType(ctx context.Context) (bool, error) {
	if n.refListed {
		return true, nil
	}
	_, err := n.userOfType(ctx)
	switch {
	case err == nil:
		return true, nil
	case n.refTaken:
		return false, nil
	case altinn.ClassOf(err) != altinn.ClassSystemUserNotFound:
		return false, err
	}
	listed, err := n.Listed(ctx, n.wanted.Owner)
	if err != nil {
		return false, err
	}
	isIt := func(user altinn.SystemUser) bool { return user.ExternalRef == n.ref }
	switch {
	case slices.ContainsFunc(n.usersOfType(listed.Users), isIt):
		return true, nil
	case n.refTaken:
		return false, nil
	}
	return false, &altinn.Error{Class: altinn.ClassBadResponse, Err: errNotListed}
}

// isPrompted reports whether a person wants the customer to be asked again, and it has not been since.
func (n *negotiation) isPrompted() bool {
	return n.wanted.Prompt != "" && n.known.AskedAgainFor != promptHash(n.wanted.Prompt)
}

// coverAfterChange is cover after a requested change that was rejected, has timed out or no longer exists. The system
// user most likely still exists, without the right, but the customer may have approved another one in its place, with
// it. Only a request shows that.
func (n *negotiation) coverAfterChange(ctx context.Context, uncovered func() Finding) Finding {
	r, err := n.RequestByExternalRef(ctx, n.wanted.Owner, n.ref)
	switch {
	case err == nil && r.Status == altinn.StatusAccepted && n.covers(r):
		return n.requestFinding(v1alpha1.AuthorizationGranted, v1alpha1.AccessRequestSystemUser, r)
	case err == nil, altinn.ClassOf(err) == altinn.ClassRequestNotFound:
		return uncovered()
	default:
		return n.inconclusive(err)
	}
}

func (n *negotiation) covers(r altinn.Request) bool {
	if n.byAgent() { // the list of its clients shows for which resources it acts
		return true
	}
	requested := rightsIn(r)
	return !slices.ContainsFunc(n.wanted.Rights, func(right string) bool { return !slices.Contains(requested, right) })
}

// afterRefusal handles access that the customer rejected or withdrew. It may have created a system user at Altinn
// since. It gets another request only if a person prompts it.
func (n *negotiation) afterRefusal(ctx context.Context) Finding {
	err := n.Token(ctx, n.ref)
	prompted := n.isPrompted()
	switch {
	case err == nil && n.known.RequestKind == v1alpha1.AccessRequestChange:
		return n.coverAfterChange(ctx, func() Finding { return n.changeIf(ctx, prompted) })
	case err == nil:
		return n.cover(ctx, func() Finding { return n.changeIf(ctx, prompted) })
	case isMissing(err) && !prompted:
		return n.keepRefusal(ctx)
	}
	if stop := n.lookup(ctx, err); stop != nil {
		return *stop
	}
	return n.requestAgain(ctx, err)
}

// keepRefusal returns the known refusal, unless another service's request is for this service, too.
func (n *negotiation) keepRefusal(ctx context.Context) Finding {
	if f := n.join(ctx, v1alpha1.AccessRequestSystemUser, true); f != nil {
		return *f
	}
	return n.knownFinding()
}

func (n *negotiation) changeIf(ctx context.Context, prompted bool) Finding {
	if !prompted {
		return n.knownFinding()
	}
	n.askedAgainFor = promptHash(n.wanted.Prompt)
	return n.change(ctx, n.wanted.Prompt)
}

// errOtherOwner reports that the request of an id is to another customer.
var errOtherOwner = errors.New("the request is to another organization")

// checkOwner returns an error if a request is to another customer.
func (n *negotiation) checkOwner(r altinn.Request, err error) (altinn.Request, error) {
	if err == nil && r.Owner != n.wanted.Owner {
		return altinn.Request{}, &altinn.Error{Class: altinn.ClassMismatch, Err: errOtherOwner}
	}
	return r, err
}

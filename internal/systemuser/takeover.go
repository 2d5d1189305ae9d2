package systemuser

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// errAnswered reports a request that the customer answered while it was taken over.
var errAnswered = errors.New("the customer has just answered a request of another reference")

// takeOver uses what the customer has at Altinn under another reference, such as from before its CustomerIntegration
// was created again: a system user that a token proves, or else a request that waits. It returns nil if there is
// neither. The oldest system user comes first, and a request for this service before another.
func (n *negotiation) takeOver(ctx context.Context) *Finding {
	listed, err := n.Listed(ctx, n.wanted.Owner)
	if err != nil {
		stop := n.inconclusive(err)
		return &stop
	}
	if users := n.usersOfType(listed.Users); len(users) > 0 {
		f := n.takeOverUser(ctx, users)
		return &f
	}
	return n.takeOverRequest(ctx, listed.Requests)
}

// takeOverUser proves the system users of the customer. If Maskinporten finds none of them, the fault is ours, unless
// one of them is new.
func (n *negotiation) takeOverUser(ctx context.Context, users []altinn.SystemUser) Finding {
	slices.SortFunc(users, func(a, b altinn.SystemUser) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ExternalRef, b.ExternalRef))
	})
	var refusal error
	for _, user := range users[:min(len(users), maxWitnesses)] {
		err := n.Token(ctx, user.ExternalRef)
		switch {
		case err == nil:
			n.ref, n.askedAgainFor, n.refListed = user.ExternalRef, n.known.AskedAgainFor, true
			return n.cover(ctx, func() Finding { return n.change(ctx, "") })
		case !isMissing(err):
			return n.inconclusive(err)
		case n.mayBeUnseen(user):
			return n.inconclusive(&maskinporten.Error{Class: maskinporten.ClassBadResponse, Err: errNotSeenYet})
		}
		refusal = err
	}
	return n.clientMissing(refusal)
}

// takeOverRequest waits for a request of another reference. It returns nil if there is none.
func (n *negotiation) takeOverRequest(ctx context.Context, open []altinn.Request) *Finding {
	open = slices.DeleteFunc(slices.Clone(open), func(r altinn.Request) bool { return r.ExternalRef == n.ref })
	if len(open) == 0 {
		return nil
	}
	first := slices.MinFunc(open, func(a, b altinn.Request) int {
		if n.covers(a) != n.covers(b) {
			return map[bool]int{true: -1, false: 1}[n.covers(a)]
		}
		return cmp.Compare(a.ExternalRef, b.ExternalRef)
	})
	const kind = v1alpha1.AccessRequestSystemUser
	r, err := n.lookAt(ctx, Pending{ID: first.ID, Kind: kind})
	var f Finding
	switch {
	case altinn.ClassOf(err) == altinn.ClassRequestNotFound:
		return nil
	case err != nil:
		f = n.inconclusive(err)
	case r.Status != altinn.StatusNew || r.TimedOut: // the customer has just answered
		f = n.inconclusive(&altinn.Error{Class: altinn.ClassBadResponse, Err: errAnswered})
	default:
		n.ref = r.ExternalRef
		f = n.requestFinding(v1alpha1.AuthorizationAwaitingApproval, kind, r)
	}
	return &f
}

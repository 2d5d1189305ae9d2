package systemuser

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// errContradiction reports a token for a system user that Altinn does not have.
var errContradiction = errors.New("maskinporten returns tokens for a system user that Altinn does not find")

// change requests the rights to all services of the customer, for a system user that a token has just proved.
func (n *negotiation) change(ctx context.Context, seed string) Finding {
	if f := n.join(ctx, v1alpha1.AccessRequestChange, false); f != nil {
		return *f
	}
	user, err := n.userOfType(ctx)
	if err != nil {
		return n.inconclusive(asContradiction(err))
	}
	return n.askForChange(ctx, user.ID, seed)
}

// askForChange requests the change of a system user, or finds the request. The id of one that has timed out or was
// deleted is used up; the next id follows from it.
func (n *negotiation) askForChange(ctx context.Context, userID, seed string) Finding {
	r, used, err := n.createChange(ctx, userID, seed)
	if err == nil && r.TimedOut || altinn.ClassOf(err) == altinn.ClassRequestNotFound {
		r, _, err = n.createChange(ctx, userID, used)
	}
	if err != nil {
		return n.inconclusive(asContradiction(err))
	}
	return n.afterChange(r)
}

// asContradiction turns Altinn's answer that a system user does not exist into a violation, if a token has shown that
// it does.
func asContradiction(err error) error {
	if altinn.ClassOf(err) != altinn.ClassSystemUserNotFound {
		return err
	}
	return &altinn.Error{Class: altinn.ClassMismatch, Err: errContradiction}
}

// createChange sends the change, or returns the existing one. It also returns its id.
func (n *negotiation) createChange(ctx context.Context, userID, seed string) (r altinn.Request, id string, err error) {
	id, err = changeID(userID, n.wanted.AllRights, seed)
	if err != nil {
		return r, "", &altinn.Error{Class: altinn.ClassBadResponse, Err: err}
	}
	r, err = n.checkOwner(n.CreateChange(ctx, altinn.NewChange{
		ID:             id,
		SystemUserID:   userID,
		Rights:         n.resources(),
		AccessPackages: n.packages(),
		RedirectURL:    n.wanted.RedirectURL,
	}))
	if class := altinn.ClassOf(err); class == altinn.ClassPending || class == altinn.ClassIDUsed {
		r, err = n.checkOwner(n.Change(ctx, id))
	}
	return r, id, err
}

// changeID returns the id of a change: the same for the same system user, rights and seed, so that a lost one is found
// again. The seed makes it another id after a rejection or a time-out: it is the prompt, or the id of the request that
// timed out.
func changeID(userID string, rights []string, seed string) (string, error) {
	space, err := uuid.Parse(userID)
	if err != nil {
		return "", errors.New("the system user's id is not a UUID")
	}
	name := strings.Join(rights, "\n") + "\n\n" + seed
	return uuid.NewSHA1(space, []byte(name)).String(), nil
}

// afterChange returns what follows from the change that exists now. A token has just been returned.
func (n *negotiation) afterChange(r altinn.Request) Finding {
	const kind = v1alpha1.AccessRequestChange
	switch r.Status {
	case altinn.StatusAccepted, altinn.StatusNoChangeNeeded:
		return n.requestFinding(v1alpha1.AuthorizationGranted, kind, r)
	case altinn.StatusRejected, altinn.StatusDenied:
		return n.requestFinding(v1alpha1.AuthorizationRejected, kind, r)
	default:
		return n.requestFinding(v1alpha1.AuthorizationAwaitingApproval, kind, r)
	}
}

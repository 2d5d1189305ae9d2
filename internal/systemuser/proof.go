package systemuser

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// Peer is another customer of the same Supplier with access by system user.
type Peer struct {
	// Owner is the customer, or its agent.
	Owner orgnumber.Number
	// ExternalRef is our name for its system user.
	ExternalRef string
	// Agent reports that the system user is an agent's, for its clients.
	Agent bool
}

const (
	// maxWitnesses is how many peers are tried at most to prove a withdrawal.
	maxWitnesses = 3
	// maxPages bounds the list of system users: half a million of them.
	maxPages = 10_000
	// maxListing bounds the time that it takes to read it.
	maxListing = 3 * time.Minute
)

// errWitnessNotListed is why a list of system users proves nothing.
var errWitnessNotListed = errors.New("the list of system users lacks one for which Maskinporten returns tokens")

// checkWithdrawal returns what follows from a refused token of a system user that existed: Withdrawn if it is proved
// that the customer has deleted it, and else an inconclusive finding.
func (n *negotiation) checkWithdrawal(ctx context.Context, refusal error) Finding {
	if stop := n.lookup(ctx, refusal); stop != nil {
		return *stop
	}
	return n.proveWithdrawal(ctx, refusal)
}

// proveWithdrawal decides whether the customer has deleted its system user, if neither Maskinporten nor the register's
// look-up finds it. If the fault is ours, both find no customer's system user: our client is not on the system, the
// system is not ours, the reference is wrong. So the customer has deleted it only if all of these apply as well:
//
//   - Maskinporten returns a token for another customer, the witness. A refusal of all customers is about us.
//   - The register lists our system's users to the end, and the witness is among them: the list is ours, and complete.
//   - The customer is not in that list, under any reference.
//
// If no other customer is known to have access, there is no witness, and the list alone decides.
func (n *negotiation) proveWithdrawal(ctx context.Context, refusal error) Finding {
	witness, stop := n.witness(ctx, refusal)
	if stop != nil {
		return *stop
	}
	listed, err := n.list(ctx, witness)
	switch {
	case err != nil:
		return n.inconclusive(err)
	case witness != nil && !listed.witness:
		return n.inconclusive(&altinn.Error{Class: altinn.ClassBadResponse, Err: errWitnessNotListed})
	case len(listed.refs) > 0:
		return n.adopt(ctx, refusal, listed.refs)
	}
	return n.stateFinding(v1alpha1.AuthorizationWithdrawn)
}

// witness returns a peer for whom Maskinporten returns a token now, nil if no peers are known. If Maskinporten refuses
// all that are tried as it refuses the customer, the fault is ours. A peer that fails in another way is passed over,
// because the next one may prove as much, unless its error would meet every peer.
func (n *negotiation) witness(ctx context.Context, refusal error) (*Peer, *Finding) {
	if n.known.Peers == nil {
		return nil, nil
	}
	peers, err := n.known.Peers()
	if err != nil {
		stop := n.inconclusive(err)
		return nil, &stop
	}
	if len(peers) == 0 {
		return nil, nil
	}
	var failed error
	for _, peer := range peers[:min(len(peers), maxWitnesses)] {
		err := n.PeerToken(ctx, peer)
		if err == nil {
			return &peer, nil
		}
		if failed == nil && !isMissing(err) {
			failed = err
		}
		if isAboutUs(err) {
			failed = err
			break
		}
	}
	stop := n.clientMissing(refusal)
	if failed != nil {
		stop = n.inconclusive(failed)
	}
	return nil, &stop
}

// listing is what the register's list has of the customer and the witness.
type listing struct {
	refs    []string // of the customer's system users
	witness bool
}

// list reads the register's list: the references of the customer's system users, and whether the witness is in it.
func (n *negotiation) list(ctx context.Context, witness *Peer) (listing, error) {
	ctx, cancel := context.WithTimeout(ctx, maxListing)
	defer cancel()
	var found listing
	_, err := altinn.ReadPages(ctx, maxPages, n.SystemUsers, func(user altinn.SystemUser) {
		if n.hasWantedType(user) && user.Owner == n.wanted.Owner {
			found.refs = append(found.refs, user.ExternalRef)
		}
		found.witness = found.witness || witness != nil && user.Owner == witness.Owner && user.Agent == witness.Agent
	})
	return found, err
}

// adopt takes over a system user of another reference that the list has of the customer, if a token proves it: the
// customer created it in the place of ours. Otherwise the register has one that Maskinporten does not find.
func (n *negotiation) adopt(ctx context.Context, refusal error, refs []string) Finding {
	if slices.Contains(refs, n.ref) {
		return n.clientMissing(refusal)
	}
	for _, ref := range refs[:min(len(refs), maxWitnesses)] {
		err := n.Token(ctx, ref)
		if err == nil {
			n.ref = ref
			return n.stateFinding(v1alpha1.AuthorizationGranted)
		}
		if !isMissing(err) {
			return n.inconclusive(err)
		}
	}
	return n.clientMissing(refusal)
}

// isAboutUs reports whether a token's error would meet every customer: a fault of ours, or a request that was not sent.
func isAboutUs(err error) bool {
	e, ok := errors.AsType[*maskinporten.Error](err)
	_, unconfirmed := errors.AsType[*maskinporten.UnconfirmedError](err)
	return !ok || e.Class.Kind() == conclusion.OwnFault && !unconfirmed
}

// isMissing reports whether a token's error says that Maskinporten finds no system user.
func isMissing(err error) bool {
	e, ok := errors.AsType[*maskinporten.Error](err)
	return ok && e != nil && e.Class == maskinporten.ClassSystemUserMissing
}

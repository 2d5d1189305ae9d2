package systemuser

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// Known is what a customer's status says of one service's access.
type Known struct {
	// Now is the time of the reconcile.
	Now time.Time
	// State of the access; "" is Unknown.
	State v1alpha1.AuthorizationState
	// RequestID is the id of the last request to the customer, "" if there was none.
	RequestID string
	// RequestKind is what was asked for with it.
	RequestKind v1alpha1.AccessRequestKind
	// ExternalRef is our name for the customer's system user; "" is the customer's organization number.
	ExternalRef string
	// ConfirmURL is where the customer answers.
	ConfirmURL string
	// Escalated says that the last request was forwarded to an access manager of the customer's.
	Escalated bool
	// AskedAgainFor names the prompt after which the customer was last asked again, "" if there was none.
	AskedAgainFor string
	// Peers returns other customers whose access by system user is known, those first that were verified last. It is called
	// only if the customer's access seems to have ended. nil: none are known.
	Peers func() ([]Peer, error)
	// Other is the request that another service of the same customer waits for. It is looked at before the customer is
	// asked for anything: a customer has one request at a time.
	Other Pending
	// OtherTimedOut says that the request of another service of the same customer has timed out, and no other has taken its
	// place yet. The services may share that request: it is deleted before the customer is asked anew.
	OtherTimedOut bool
}

// Pending is a request that is waited for; the zero Pending is none.
type Pending struct {
	// ID of the request.
	ID string
	// Kind is what is asked for with it.
	Kind v1alpha1.AccessRequestKind
}

// Wanted is what the customer shall give.
type Wanted struct {
	// Owner is the customer.
	Owner orgnumber.Number
	// Resource is the id of this service's resource at Altinn.
	Resource string
	// AllResources are those of all the customer's services whose access is a system user, as ResourcesOf gives them: a
	// customer is asked once. The order does not matter.
	AllResources []string
	// AccessPackages are asked for besides.
	AccessPackages []string
	// RedirectURL is where the customer's administrator is sent after an answer; "" is nowhere.
	RedirectURL string
	// Prompt is a person's wish to ask again whoever said no, "" if there is none that has not been handled: the value
	// of the annotation reconcile.fluxcd.io/requestedAt. The same value twice is one wish.
	Prompt string
}

// Finding is what was found out, and what to remember. Fault is looked at first, then Err: if both are empty, State is
// an answer.
type Finding struct {
	// State of the access: what was known, unless an answer has changed it.
	State v1alpha1.AuthorizationState
	// RequestID is the id of the last request to the customer, "" if there is none that counts.
	RequestID string
	// RequestKind is what was asked for with it.
	RequestKind v1alpha1.AccessRequestKind
	// ExternalRef is our name for the customer's system user, by which tokens are asked for. It is never empty.
	ExternalRef string
	// ConfirmURL is where the customer answers. It is "" while nothing is waited for, and while the customer has said
	// yes and Maskinporten does not know of it yet.
	ConfirmURL string
	// Escalated says that the request waits for an access manager of the customer's: a user without the right to answer has
	// forwarded it.
	Escalated bool
	// AskedAgainFor names the prompt after which the customer was last asked again, "" if there was none.
	AskedAgainFor string
	// Fault is one of ours that stands in the way, the same for all customers: ReasonSystemClientMissing,
	// ReasonSystemNotRegistered or ReasonSystemRightsRejected of the API. "" is none.
	Fault string
	// Err is what stood in the way: a *maskinporten.Error, an *altinn.Error, or why nobody was asked. Nothing was learnt
	// then, and everything else is as it was known.
	Err error
}

// Learnt reports whether the authority has answered for this customer.
func (f Finding) Learnt() bool { return f.Fault == "" && f.Err == nil }

// negotiation is one call of Negotiate.
type negotiation struct {
	Authority
	known  Known
	wanted Wanted
	ref    string
	order  string          // of the prompt that the request follows, see orderOf
	dead   *altinn.Request // is in the way of another one
	isNew  bool            // the register has a system user that Maskinporten may not see yet
}

// as is a finding of a state in which no request counts any more.
func (n *negotiation) as(state v1alpha1.AuthorizationState) Finding {
	return Finding{State: state, ExternalRef: n.ref, AskedAgainFor: n.order}
}

// unchanged is what was known, still.
func (n *negotiation) unchanged() Finding {
	k := n.known
	return Finding{
		State: k.State, RequestID: k.RequestID, RequestKind: k.RequestKind, ExternalRef: refOr(k.ExternalRef, n.wanted.Owner),
		ConfirmURL: k.ConfirmURL, Escalated: k.Escalated, AskedAgainFor: k.AskedAgainFor,
	}
}

// refOr gives the reference that a customer's system user has: without one, the owner's organization number.
func refOr(ref string, owner orgnumber.Number) string {
	if ref == "" {
		return owner.String()
	}
	return ref
}

// granted is access that a token has just proved. What it was asked for with is kept, for the record.
func (n *negotiation) granted() Finding {
	f := n.unchanged()
	f.State, f.ConfirmURL, f.ExternalRef, f.Escalated = v1alpha1.AuthorizationGranted, "", n.ref, false
	return f
}

// by is a state that follows from a request.
func (n *negotiation) by(state v1alpha1.AuthorizationState, kind v1alpha1.AccessRequestKind, r altinn.Request) Finding {
	return Finding{
		State: state, RequestID: r.ID, RequestKind: kind, ExternalRef: n.ref, ConfirmURL: r.ConfirmURL, AskedAgainFor: n.order,
	}
}

// stopped is nothing learnt.
func (n *negotiation) stopped(err error) Finding {
	f := n.unchanged()
	f.Err = err
	switch altinn.ClassOf(err) {
	case altinn.ClassRightsRejected:
		f.Fault = v1alpha1.ReasonSystemRightsRejected
	case altinn.ClassSystemNotFound:
		f.Fault = v1alpha1.ReasonSystemNotRegistered
	default:
	}
	return f
}

// clientMissing is a system user that Altinn has, and Maskinporten does not find for our client.
func (n *negotiation) clientMissing(err error) Finding {
	f := n.unchanged()
	f.Err, f.Fault = err, v1alpha1.ReasonSystemClientMissing
	return f
}

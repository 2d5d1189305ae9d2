package systemuser

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/orgnumber"
)

// Known is what a customer's status says about one service's access.
type Known struct {
	// Now is the time of the reconcile.
	Now time.Time
	// State of the access; "" is Unknown.
	State v1alpha1.AuthorizationState
	// RequestID is the id of the last request to the customer, "" if there was none.
	RequestID string
	// RequestKind is its kind.
	RequestKind v1alpha1.AccessRequestKind
	// ExternalRef is our name for the customer's system user; "" is the customer's organization number.
	ExternalRef string
	// ConfirmURL is where the customer answers.
	ConfirmURL string
	// Escalated reports that the last request was forwarded to an access manager of the customer.
	Escalated bool
	// HasAgent reports that the customer has an agent system user, which acts for its clients only.
	HasAgent bool
	// AskedAgainFor names the prompt for which the customer was last asked again, or is "".
	AskedAgainFor string
	// Access identifies the access that was last verified, "" if the service's never changes or none was.
	Access string
	// Peers returns other customers with access by system user, those first that were verified last. It is called only if
	// the customer's access seems to have ended. nil: none are known.
	Peers func() ([]Peer, error)
	// Clients returns other customers who have access to the service through the same agent, as last verified, by the
	// agent system user of a reference. It is called only if the agent seems to have removed the customer. nil: none are
	// known.
	Clients func(externalRef string) ([]orgnumber.Number, error)
	// Other is the request that another service of the same customer waits for. It is read before another one is sent,
	// because a customer gets one request at a time.
	Other Pending
	// OtherTimedOut reports that the request of another service of the same customer has timed out and has no successor
	// yet. The services may share that request, which is deleted before its successor is sent.
	OtherTimedOut bool
}

// Pending is a request that a service waits for; the zero Pending is none.
type Pending struct {
	// ID is its id.
	ID string
	// Kind is its kind.
	Kind v1alpha1.AccessRequestKind
}

// Wanted is the desired access.
type Wanted struct {
	// Owner is the customer, or its agent, who has the system user.
	Owner orgnumber.Number
	// Client is the customer, if Owner is its agent. Of an agent, AccessPackages alone are requested.
	Client orgnumber.Number
	// Rights are those that the service needs at Altinn: ids of resources and URNs of access packages.
	Rights []string
	// Access identifies the access that the service needs, as in Known.
	Access string
	// AllRights are those of all the customer's services whose access is a system user, from RightsOf, in any order: one
	// request is for all of them.
	AllRights []string
	// AccessPackages are requested as well.
	AccessPackages []string
	// RedirectURL is where Altinn sends the customer's administrator after the decision; "" is nowhere.
	RedirectURL string
	// Prompt is the value of the annotation integrations.4human.no/ask-customer-again, by which a person has a customer
	// asked again that rejected or withdrew the access. It is "" if none is open. One value asks once.
	Prompt string
}

// Finding is the result of a negotiation. If Fault or Err is set, the other fields are the last verified state.
type Finding struct {
	// State of the access.
	State v1alpha1.AuthorizationState
	// RequestID is the id of the last request to the customer, or "" if none counts.
	RequestID string
	// RequestKind is its kind.
	RequestKind v1alpha1.AccessRequestKind
	// ExternalRef is our name for the customer's system user, which token requests use. It is never empty.
	ExternalRef string
	// ConfirmURL is where the customer answers. It is "" if no answer is awaited, also after an approval that Maskinporten
	// does not see yet.
	ConfirmURL string
	// Escalated reports that the request waits for an access manager of the customer: a user without the right to answer
	// has forwarded it.
	Escalated bool
	// HasAgent reports, while a system user is awaited, that the customer has an agent system user, which acts for its
	// clients only.
	HasAgent bool
	// AskedAgainFor names the prompt for which the customer was last asked again, or is "".
	AskedAgainFor string
	// Fault is a fault of ours, which concerns all customers: ReasonSystemClientMissing, ReasonSystemNotRegistered or
	// ReasonSystemRightsRejected of the API. "" is none.
	Fault string
	// Err is a *maskinporten.Error, an *altinn.Error, or why no request was sent.
	Err error
}

// IsConclusive reports whether State is an answer about this customer.
func (f Finding) IsConclusive() bool { return f.Fault == "" && f.Err == nil }

// negotiation is one call of Negotiate.
type negotiation struct {
	Authority
	known  Known
	wanted Wanted
	ref    string
	// askedAgainFor is the promptHash that the finding is to have.
	askedAgainFor string
	dead          *altinn.Request // must be deleted before another one can be sent
	isNew         bool            // the register has a system user that Maskinporten may not see yet
	hasAgent      bool            // the customer has an agent system user
	refTaken      bool            // a system user of the other type has ref
	refListed     bool            // Altinn's list has ref with the wanted type
}

// stateFinding returns a finding of a state in which no request counts.
func (n *negotiation) stateFinding(state v1alpha1.AuthorizationState) Finding {
	return Finding{State: state, ExternalRef: n.ref, AskedAgainFor: n.askedAgainFor}
}

// knownFinding returns the known state.
func (n *negotiation) knownFinding() Finding {
	k := n.known
	return Finding{
		State: k.State, RequestID: k.RequestID, RequestKind: k.RequestKind, ExternalRef: refOr(k.ExternalRef, n.wanted.Owner),
		ConfirmURL: k.ConfirmURL, Escalated: k.Escalated, HasAgent: k.HasAgent, AskedAgainFor: k.AskedAgainFor,
	}
}

// refOr returns a reference, or the owner's organization number if there is none.
func refOr(ref string, owner orgnumber.Number) string {
	if ref == "" {
		return owner.String()
	}
	return ref
}

// keepAccess returns known access that a token has just proved. It keeps the request, for the record.
func (n *negotiation) keepAccess() Finding {
	f := n.knownFinding()
	f.State, f.ConfirmURL, f.ExternalRef, f.Escalated = v1alpha1.AuthorizationGranted, "", n.ref, false
	f.HasAgent = false
	return f
}

// requestFinding returns a state that follows from a request.
func (n *negotiation) requestFinding(state v1alpha1.AuthorizationState, kind v1alpha1.AccessRequestKind,
	r altinn.Request,
) Finding {
	return Finding{
		State: state, RequestID: r.ID, RequestKind: kind, ExternalRef: n.ref, ConfirmURL: r.ConfirmURL,
		AskedAgainFor: n.askedAgainFor,
		HasAgent:      n.hasAgent && state == v1alpha1.AuthorizationAwaitingApproval && kind == v1alpha1.AccessRequestSystemUser,
	}
}

// inconclusive returns the known state, with the error that prevented an answer.
func (n *negotiation) inconclusive(err error) Finding {
	f := n.knownFinding()
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

// clientMissing returns the known state, with a fault: Altinn has a system user that Maskinporten does not find for our
// client.
func (n *negotiation) clientMissing(err error) Finding {
	f := n.knownFinding()
	f.Err, f.Fault = err, v1alpha1.ReasonSystemClientMissing
	return f
}

// KnownOf returns what a customer's status says about one service's access. A customer has one system user for all its
// services, so if this service's access is neither granted nor awaited, the reference is that of a service whose access
// is.
func KnownOf(all []v1alpha1.CustomerServiceStatus, name v1alpha1.ServiceName) Known {
	var k Known
	var granted, awaited string
	for i := range all {
		a := &all[i].Authorization
		switch {
		case a.Kind != v1alpha1.AccessSystemUser:
			continue
		case all[i].Name == name:
			k.State, k.RequestID, k.RequestKind = a.State, a.RequestID, a.RequestKind
			k.Access = a.Access
			k.ExternalRef, k.ConfirmURL, k.Escalated, k.AskedAgainFor = a.ExternalRef, a.ConfirmURL, a.Escalated, a.AskedAgainFor
		case a.State == v1alpha1.AuthorizationGranted:
			granted = a.ExternalRef
		case a.State == v1alpha1.AuthorizationAwaitingApproval && a.RequestID == "":
			awaited, k.OtherTimedOut = a.ExternalRef, true
		case a.State == v1alpha1.AuthorizationAwaitingApproval:
			awaited = a.ExternalRef
			k.Other = Pending{ID: a.RequestID, Kind: a.RequestKind}
		}
		k.HasAgent = k.HasAgent || a.HasAgentSystemUser
	}
	if ref := sharedRef(k, granted, awaited); ref != k.ExternalRef {
		k.ExternalRef, k.RequestID, k.RequestKind, k.Escalated = ref, "", "", false
	}
	return k
}

// sharedRef returns the reference to use: the service's own while it has access or waits for it.
func sharedRef(k Known, granted, awaited string) string {
	isInUse := k.State == v1alpha1.AuthorizationGranted || k.State == v1alpha1.AuthorizationAwaitingApproval
	for _, ref := range []string{granted, awaited} {
		if !isInUse && ref != "" {
			return ref
		}
	}
	return k.ExternalRef
}

package altinn

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// Status is the status of a request.
type Status string

// The statuses (altinn-authentication, RequestStatus and ChangeRequestStatus).
const (
	// StatusNew waits for the customer. Altinn keeps it when the request times out; see Request.TimedOut.
	StatusNew Status = "New"
	// StatusAccepted is approved by the customer.
	StatusAccepted Status = "Accepted"
	// StatusRejected is rejected by the customer.
	StatusRejected Status = "Rejected"
	// StatusDenied means the same. Altinn's code has both, and its pages reject.
	StatusDenied Status = "Denied"
	// StatusNoChangeNeeded is a change that adds nothing.
	StatusNoChangeNeeded Status = "NoChangeNeeded"
)

var statuses = map[Status]bool{
	StatusNew: true, StatusAccepted: true, StatusRejected: true, StatusDenied: true, StatusNoChangeNeeded: true,
}

// Request is a request to a customer: for a system user, or for a change of one's rights.
type Request struct {
	// ID is a UUID: Altinn's, or that of NewChange.
	ID string
	// ExternalRef is our name for the system user, unique per system and owner.
	ExternalRef string
	Owner       orgnumber.Number
	Status      Status
	// TimedOut reports that the request has waited for 180 days. Altinn returns it with StatusNew from then on, also to a
	// POST of the same request, until it is deleted (altinn-authentication, RequestRepository).
	TimedOut bool
	// ConfirmURL is where an administrator of the customer decides. It is "" after the decision.
	ConfirmURL string
	// Rights are the ids of the requested resources, sorted.
	Rights []string
	// AccessPackages are the URNs of the requested packages.
	AccessPackages []string
	// SystemUserID is the system user that a change is for; "" for other requests.
	SystemUserID string
}

// NewRequest is a request for a system user.
type NewRequest struct {
	// ExternalRef is our name for it. It is always sent.
	ExternalRef string
	Owner       orgnumber.Number
	// Rights are the ids of resources.
	Rights []string
	// AccessPackages are URNs.
	AccessPackages []string
	// RedirectURL is where Altinn sends the administrator afterwards. "" means none.
	RedirectURL string
}

type newRequest struct {
	ExternalRef    string          `json:"externalRef"`
	SystemID       string          `json:"systemId"`
	PartyOrgNo     string          `json:"partyOrgNo"`
	Rights         []right         `json:"rights,omitzero"` // absent from requests for agent system users
	AccessPackages []accessPackage `json:"accessPackages"`
	RedirectURL    string          `json:"redirectUrl,omitempty"`
}

// CreateRequest requests a system user from a customer, once per owner and reference. Until the request is deleted, a
// repeated call returns it, whatever its status, or an error of ClassPending, ClassAlreadyAccepted, ClassDenied or
// ClassRejected. If the owner has the system user, the error is of ClassAlreadyExists.
func (c *Client) CreateRequest(ctx context.Context, n NewRequest) (Request, error) {
	body := newRequest{
		ExternalRef: n.ExternalRef, SystemID: c.systemID, PartyOrgNo: n.Owner.String(),
		AccessPackages: packages(n.AccessPackages), RedirectURL: n.RedirectURL,
	}
	if !c.agents {
		body.Rights = rightsTo(n.Rights)
	}
	r := call{
		doing: "requesting " + c.noun(), scope: ScopeWrite, limit: maxResponse, path: c.requestPath(), body: body,
	}
	return c.readRequest(ctx, r, subject{owner: n.Owner, ref: n.ExternalRef})
}

// Request returns a request by its id. ClassRequestNotFound means that there is none.
func (c *Client) Request(ctx context.Context, id string) (Request, error) {
	r := call{
		doing: "reading a request for " + c.noun(), scope: ScopeRead, limit: maxResponse, path: c.requestPath(id),
	}
	return c.readRequest(ctx, r, subject{id: id})
}

// RequestByExternalRef returns the request to an owner by our reference. ClassRequestNotFound means that there is none.
func (c *Client) RequestByExternalRef(ctx context.Context, owner orgnumber.Number, ref string) (Request, error) {
	r := call{
		doing: "looking for a request for " + c.noun(), scope: ScopeRead, limit: maxResponse,
		path: c.requestPath("byexternalref", c.systemID, owner.String(), ref),
	}
	return c.readRequest(ctx, r, subject{owner: owner, ref: ref})
}

func (c *Client) readRequest(ctx context.Context, r call, about subject) (Request, error) {
	if about.id != "" && !isUUID(about.id) {
		return Request{}, r.wrap(failure(ClassRefused, "the id is not a UUID"))
	}
	var wire requestResponse
	if err := c.do(ctx, r, &wire); err != nil {
		return Request{}, err
	}
	got, err := c.parseRequest(wire, about)
	if err != nil {
		return Request{}, r.wrap(err)
	}
	got.ConfirmURL = c.pageOf(got.ConfirmURL)
	return got, nil
}

func isUUID(s string) bool {
	_, err := uuid.Parse(s)
	return err == nil && len(s) == 36
}

// DeleteRequest deletes a request for a system user, so that another one of the same owner and reference can be
// created. The system user of the request stays. ClassRequestNotFound means that there is no such request.
func (c *Client) DeleteRequest(ctx context.Context, id string) error {
	r := call{
		doing: "deleting a request for a system user", scope: ScopeWrite, limit: maxResponse,
		method: http.MethodDelete, path: []string{"request", "vendor", id},
	}
	if !isUUID(id) {
		return r.wrap(failure(ClassRefused, "the id is not a UUID"))
	}
	return c.do(ctx, r, nil)
}

package altinn

import (
	"strings"

	"github.com/4human/integration-operator/internal/orgnumber"
)

// requestResponse is a Request on the wire, of either kind. Altinn spells the packages of a change in two ways
// (altinn-authentication, ChangeRequestResponse).
type requestResponse struct {
	ID               string          `json:"id"`
	ExternalRef      string          `json:"externalRef"`
	SystemID         string          `json:"systemId"`
	SystemUserID     string          `json:"systemUserId"`
	PartyOrgNo       string          `json:"partyOrgNo"`
	Status           Status          `json:"status"`
	TimedOut         bool            `json:"timedOut"`
	Escalated        bool            `json:"escalated"`
	ConfirmURL       string          `json:"confirmUrl"`
	Rights           []right         `json:"rights"`
	RequiredRights   []right         `json:"requiredRights"`
	Packages         []accessPackage `json:"accessPackages"`
	RequiredPackages []accessPackage `json:"requiredAccessPackages"`
	MisspeltPackages []accessPackage `json:"requiredAccessPackagages"`
}

// statusTimedOut is a status that Altinn's code knows and never stores, in any case. It means the same as timedOut.
const statusTimedOut = "Timedout"

// maxRef bounds a reference, in bytes: the limit of the status of a CustomerIntegration.
const maxRef = 64

// subject is what a response must be about. A zero field matches any value.
type subject struct {
	id, ref, systemUserID string
	owner                 orgnumber.Number
}

// parseRequest returns the Request of a response, if it is about the request.
func (c *Client) parseRequest(w requestResponse, about subject) (Request, *Error) {
	owner, err := orgnumber.Parse(w.PartyOrgNo)
	if err != nil || !isUUID(w.ID) || w.SystemUserID != "" && !isUUID(w.SystemUserID) {
		return Request{}, failure(ClassBadResponse, "a request without an id, or an owner")
	}
	if len(w.ExternalRef) > maxRef || strings.ContainsFunc(w.ExternalRef, isUnsafe) {
		return Request{}, failure(ClassBadResponse, "a request with a reference that is not ours")
	}
	if strings.EqualFold(string(w.Status), statusTimedOut) {
		w.Status, w.TimedOut = StatusNew, true
	}
	if !statuses[w.Status] {
		return Request{}, failure(ClassBadResponse, "a request with a status that is not known")
	}
	r := Request{
		ID: strings.ToLower(w.ID), ExternalRef: refOf(w.ExternalRef, owner), Owner: owner, Status: w.Status,
		TimedOut:       w.TimedOut && w.Status == StatusNew,
		Rights:         resourcesOf(append(w.Rights, w.RequiredRights...)),
		AccessPackages: urnsOf(append(append(w.Packages, w.RequiredPackages...), w.MisspeltPackages...)),
		SystemUserID:   strings.ToLower(w.SystemUserID),
	}
	if w.SystemID != c.systemID {
		return Request{}, failure(ClassMismatch, "the request is of another system")
	}
	problem := about.check(r)
	if problem == nil {
		r.ConfirmURL, problem = c.confirmURL(w)
	}
	if problem != nil {
		return Request{}, problem
	}
	return r, nil
}

func (about subject) check(r Request) *Error {
	switch {
	case !about.owner.IsZero() && r.Owner != about.owner:
		return failure(ClassMismatch, "the request is to another organization")
	case about.ref != "" && r.ExternalRef != about.ref:
		return failure(ClassMismatch, "the request has another reference")
	case about.id != "" && !strings.EqualFold(r.ID, about.id):
		return failure(ClassMismatch, "the request is another one")
	case about.systemUserID != "" && !strings.EqualFold(r.SystemUserID, about.systemUserID):
		return failure(ClassMismatch, "the request is for another system user")
	}
	return nil
}

// refOf returns the reference that Altinn uses: without one, the owner's organization number.
func refOf(ref string, owner orgnumber.Number) string {
	if ref == "" {
		return owner.String()
	}
	return ref
}

// confirmURL returns the URL at which the customer decides on a new request, or "".
func (c *Client) confirmURL(w requestResponse) (string, *Error) {
	if w.Status != StatusNew || w.ConfirmURL == "" {
		return "", nil
	}
	if !c.mayConfirmAt(w.ConfirmURL) {
		return "", failure(ClassBadResponse, "the confirmUrl is not Altinn's")
	}
	return w.ConfirmURL, nil
}

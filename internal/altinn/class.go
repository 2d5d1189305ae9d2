package altinn

import (
	"errors"
	"net/http"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/outbound"
)

// Class is what a response of Altinn, or its absence, means. The set is closed (Classes) and fit for metrics' labels
// and conditions' reasons. Codes are those of altinn-authentication's Problem.
type Class string

// Answers: about the customer, its system user or a request to it.
const (
	// ClassAlreadyExists is AUTH-00004: the customer has such a system user.
	ClassAlreadyExists Class = "AlreadyExists"
	// ClassAlreadyAccepted is AUTH-00006: the customer has approved a request with this reference.
	ClassAlreadyAccepted Class = "AlreadyAccepted"
	// ClassPending is AUTH-00007: a request with this reference waits for the customer.
	ClassPending Class = "Pending"
	// ClassIDUsed is AUTH-00061: the id of a change was used, and the change was decided or deleted.
	ClassIDUsed Class = "IDUsed"
	// ClassDenied is AUTH-00008: a request with this reference was denied.
	ClassDenied Class = "Denied"
	// ClassRejected is AUTH-00009: the customer has rejected a request with this reference.
	ClassRejected Class = "Rejected"
	// ClassRequestNotFound is AUTH-00010, or AUTH-00030 of an agent system user: there is no such request.
	ClassRequestNotFound Class = "RequestNotFound"
	// ClassSystemUserNotFound is AUTH-00015, or a 404 of Altinn's register of our system users: it finds no such system
	// user of the customer. Alone it does not prove that access has ended.
	ClassSystemUserNotFound Class = "SystemUserNotFound"
)

// ClassPartyUnknown is AUTH-00000: Altinn does not know the customer's organization number.
const ClassPartyUnknown Class = "PartyUnknown"

// Faults of our own registration or requests. They concern all customers.
const (
	// ClassSystemNotFound is AUTH-00011: the system register does not know our system, or not as ours.
	ClassSystemNotFound Class = "SystemNotFound"
	// ClassRightsRejected means that the requested rights are not registered on our system, or cannot be delegated to a
	// system user, or that the redirect URL is not registered: AUTH-00001, 21, 26, 51, 52, 58, 59, 63, 64, 65 and 71, and
	// refusals of Altinn's validation (AUTH.VLD).
	ClassRightsRejected Class = "RightsRejected"
	// ClassUnauthorized is a 401, such as AUTH-00023: Altinn does not accept our token.
	ClassUnauthorized Class = "Unauthorized"
	// ClassForbidden is a 403 without a known code: our token is not enough.
	ClassForbidden Class = "Forbidden"
	// ClassRefused is every other refusal in Altinn's form, and a request that cannot be built.
	ClassRefused Class = "Refused"
)

// Outages: they say nothing about a customer.
const (
	// ClassServerError is any 5xx, whatever its body says, and AUTH-00012 and 60: Altinn could not store something.
	ClassServerError Class = "ServerError"
	// ClassRateLimited is any 429, whatever its body says.
	ClassRateLimited Class = "RateLimited"
	// ClassBlocked is a 4xx that is not in Altinn's form: a proxy's page, a gateway's JSON, an empty 404, or a 404 without
	// a code where Altinn always has one.
	ClassBlocked Class = "Blocked"
	// ClassUnreachable means no complete response: DNS, TLS, reset, time-out, cancelled.
	ClassUnreachable Class = "Unreachable"
	// ClassBadResponse is a response that cannot be used or contradicts itself: a redirect, an oversized, truncated or
	// unreadable body, an unknown status, a confirmUrl that is not Altinn's.
	ClassBadResponse Class = "BadResponse"
)

// ClassMismatch is a violation: a complete response about another system, owner, reference or id than the request's. It
// must raise an alarm and change nothing.
const ClassMismatch Class = "Mismatch"

// kinds declares the kind of every class.
var kinds = conclusion.Kinds[Class]{
	ClassAlreadyExists:      conclusion.Answer,
	ClassAlreadyAccepted:    conclusion.Answer,
	ClassPending:            conclusion.Answer,
	ClassIDUsed:             conclusion.Answer,
	ClassDenied:             conclusion.Answer,
	ClassRejected:           conclusion.Answer,
	ClassRequestNotFound:    conclusion.Answer,
	ClassSystemUserNotFound: conclusion.Answer,
	ClassPartyUnknown:       conclusion.CustomerFault,
	ClassSystemNotFound:     conclusion.OwnFault,
	ClassRightsRejected:     conclusion.OwnFault,
	ClassUnauthorized:       conclusion.OwnFault,
	ClassForbidden:          conclusion.OwnFault,
	ClassRefused:            conclusion.OwnFault,
	ClassServerError:        conclusion.Outage,
	ClassRateLimited:        conclusion.Outage,
	ClassBlocked:            conclusion.Outage,
	ClassUnreachable:        conclusion.Outage,
	ClassBadResponse:        conclusion.Outage,
	ClassMismatch:           conclusion.Violation,
}

// Kind returns the kind of c; see conclusion.Kinds.
func (c Class) Kind() conclusion.Kind { return kinds.Of(c) }

// Classes lists all classes, sorted.
func Classes() []Class { return kinds.Classes() }

// classify returns the error of a response that is not the expected success. notFound is the class of a 404 without a
// code, or "" if such a 404 is no answer to the request.
func classify(got *outbound.Response, notFound Class) *Error {
	e := &Error{Status: got.Status, RetryAfter: got.RetryAfter}
	switch {
	case got.Status == http.StatusTooManyRequests:
		e.Class = ClassRateLimited
	case got.Status >= http.StatusInternalServerError:
		e.Class = ClassServerError
	case outbound.IsRedirect(got.Status):
		e.Class, e.Err = ClassBadResponse, outbound.ErrRedirect
	case got.Status < http.StatusBadRequest:
		e.Class, e.Err = ClassBadResponse, errors.New("neither the expected success nor a refusal")
	case got.BodyErr != nil:
		e.Class, e.Err = classOfOutbound(got.BodyErr), got.BodyErr
	default:
		e.classifyRefusal(got.Body, notFound)
	}
	return e
}

// classifyRefusal sets the class of a 4xx, and what its body says.
func (e *Error) classifyRefusal(body []byte, notFound Class) {
	p := parseProblem(e.Status, body)
	if p == nil {
		e.Class, e.Err = classWithoutProblem(e.Status, len(body) == 0)
		return
	}
	e.Code, e.Title = p.Code, p.sentence()
	class := p.class()
	if class == "" && p.isPlainNotFound() {
		class = notFound
	}
	missing := class == ClassSystemUserNotFound || class == ClassRequestNotFound
	switch {
	case missing && e.Status != http.StatusNotFound:
		e.Class, e.Err = ClassBadResponse, errors.New("the code or text of the refusal contradicts its status")
	case class != "":
		e.Class = class
	case p.isPlainNotFound(): // Altinn has a code for this
		e.Class, e.Err = ClassBlocked, errors.New("a 404 without a code, perhaps a gateway's")
	default:
		e.Class = classOfStatus(e.Status)
	}
}

// classWithoutProblem returns the class of a 4xx that is not in Altinn's form. ASP.NET refuses tokens with an empty
// body, before Altinn's own code runs.
func classWithoutProblem(status int, empty bool) (Class, error) {
	if empty && (status == http.StatusUnauthorized || status == http.StatusForbidden) {
		return classOfStatus(status), nil
	}
	if empty {
		return ClassBlocked, errEmpty
	}
	return ClassBlocked, errors.New("a refusal that is not in Altinn's form, perhaps a proxy's")
}

var errEmpty = errors.New("a refusal with an empty body, perhaps a proxy's")

// classOfStatus returns the class of a refusal of Altinn's without a known code or sentence.
func classOfStatus(status int) Class {
	switch status {
	case http.StatusUnauthorized:
		return ClassUnauthorized
	case http.StatusForbidden:
		return ClassForbidden
	default:
		return ClassRefused
	}
}

package altinn

import (
	"errors"
	"net/http"

	"github.com/4human/integration-operator/internal/outbound"
)

// classify returns the error of a response that is not the expected success. notFound is the class of a 404 without a
// code, or "" if such a 404 is no answer to the request.
func classify(got *outbound.Response, notFound Class) *Error {
	e := &Error{Status: got.Status, RetryAfter: got.RetryAfter}
	switch {
	case got.Status == http.StatusTooManyRequests:
		e.Class = ClassRateLimited
	case got.Status >= http.StatusInternalServerError:
		e.Class = ClassServerError
	case got.Status >= http.StatusMultipleChoices && got.Status < http.StatusBadRequest:
		e.Class, e.Err = ClassBadResponse, errors.New("redirects are not followed")
	case got.Status < http.StatusBadRequest:
		e.Class, e.Err = ClassBadResponse, errors.New("an unexpected success")
	case got.BodyErr != nil:
		e.Class, e.Err = classOfOutbound(got.BodyErr), got.BodyErr
	default:
		e.refuse(got.Body, notFound)
	}
	return e
}

// refuse sets the class of a 4xx.
func (e *Error) refuse(body []byte, notFound Class) {
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

package altinn

import (
	"errors"
	"net/http"

	"github.com/4human/integration-operator/internal/outbound"
)

// classify decides what an answer means that is not the good one. notFound is what a 404 means that says nothing but
// that something was not found, "" if that is not an answer to what was asked.
func classify(got *outbound.Answer, notFound Class) *Error {
	e := &Error{Status: got.Status, RetryAfter: got.RetryAfter}
	switch {
	case got.Status == http.StatusTooManyRequests:
		e.Class = ClassRateLimited
	case got.Status >= http.StatusInternalServerError:
		e.Class = ClassServerError
	case got.Status >= http.StatusMultipleChoices && got.Status < http.StatusBadRequest:
		e.Class, e.Err = ClassBadResponse, errors.New("redirects are not followed")
	case got.Status < http.StatusBadRequest:
		e.Class, e.Err = ClassBadResponse, errors.New("a success of another kind than was asked for")
	case got.BodyErr != nil:
		e.Class, e.Err = classOfOutbound(got.BodyErr), got.BodyErr
	default:
		e.refuse(got.Body, notFound)
	}
	return e
}

// refuse decides what a 4xx means.
func (e *Error) refuse(body []byte, notFound Class) {
	p := parseProblem(e.Status, body)
	if p == nil {
		e.Class, e.Err = refusedWithout(e.Status, len(body) == 0)
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
	case p.isPlainNotFound(): // where Altinn has a code for what is missing
		e.Class, e.Err = ClassBlocked, errors.New("a 404 without a code, perhaps a gateway's")
	default:
		e.Class = classOfStatus(e.Status)
	}
}

// refusedWithout decides what a 4xx means that is not in Altinn's form. Before Altinn's own code is reached, ASP.NET
// refuses tokens with an empty body.
func refusedWithout(status int, empty bool) (Class, error) {
	if empty && (status == http.StatusUnauthorized || status == http.StatusForbidden) {
		return classOfStatus(status), nil
	}
	if empty {
		return ClassBlocked, errEmpty
	}
	return ClassBlocked, errors.New("a refusal that is not in Altinn's form, perhaps a proxy's")
}

// errEmpty is why a refusal without a word says nothing.
var errEmpty = errors.New("a refusal without a word, perhaps a proxy's")

// classOfStatus is what a refusal of Altinn's means whose code and words do not tell.
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

package broker

import (
	"errors"
	"net/http"
	"time"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// Codes of refusals. Those about tokens are OAuth's (RFC 6749, 4.1.2.1; RFC 6750, 3.1).
const (
	codeInvalidRequest   = "invalid_request"
	codeInvalidToken     = "invalid_token"
	codeAccessDenied     = "access_denied"
	codeNotFound         = "not_found"
	codeMethodNotAllowed = "method_not_allowed"
	codeTooLarge         = "request_too_large"
	codeTooManyRequests  = "too_many_requests"
	codeUnavailable      = "temporarily_unavailable"
)

// reasonAccessChanged is the reason of a denial: the caller's pod was made for another access of its service.
const reasonAccessChanged = "AccessChanged"

// Reasons of temporary refusals, besides the classes of Maskinporten's failures.
const (
	// reasonAPIServer: the cluster's API server did not respond.
	reasonAPIServer = "APIServerUnavailable"
	// reasonNotRunning: the API server does not report the caller's pod as running yet.
	reasonNotRunning = "PodNotRunning"
	// reasonUnsealed: the caller's pod has no seal, because an older operator or another client created it.
	reasonUnsealed = "PodUnsealed"
	// reasonBusy: the limit of requests per second to Maskinporten is reached.
	reasonBusy = "Busy"
)

const (
	// retryInterval is the default Retry-After of temporary refusals.
	retryInterval = 10 * time.Second
	// shortRetryInterval is the Retry-After of refusals that end in a moment.
	shortRetryInterval = time.Second
)

// refusalError is a response without a token.
type refusalError struct {
	// status is the HTTP status.
	status int
	// code and reason are in the response. The reason, which may be "", is about the caller itself or about the operator.
	code, reason string
	// retryAfter is when the caller may retry. 0: retrying is of no use.
	retryAfter time.Duration
	// cause is only logged.
	cause error
}

func (e *refusalError) Error() string { return e.cause.Error() }

func (e *refusalError) Unwrap() error { return e.cause }

// badRequest returns a refusal of a request that is no token request.
func badRequest(status int, code, cause string) error {
	return &refusalError{status: status, code: code, cause: errors.New(cause)}
}

// invalidToken returns a refusal of a caller that is not identified.
func invalidToken(cause error) error {
	return &refusalError{status: http.StatusUnauthorized, code: codeInvalidToken, cause: cause}
}

// unknownCaller returns a refusal of an account that is no service's, or a pod that is not its job's. It has no reason,
// because that would reveal what exists.
func unknownCaller(cause error) error { return denial("", cause) }

// denial returns a refusal of a customer's job, with the reason.
func denial(reason string, cause error) error {
	return &refusalError{status: http.StatusForbidden, code: codeAccessDenied, reason: reason, cause: cause}
}

// rateLimit returns a refusal of a caller that sends too many requests.
func rateLimit(wait time.Duration, cause string) error {
	return &refusalError{
		status: http.StatusTooManyRequests, code: codeTooManyRequests, retryAfter: wait, cause: errors.New(cause),
	}
}

// outage returns a refusal because of an outage, or a fault of the supplier. It says nothing about the caller.
func outage(reason string, cause error) error {
	return &refusalError{
		status: http.StatusServiceUnavailable, code: codeUnavailable, reason: reason, retryAfter: retryInterval, cause: cause,
	}
}

// pendingPod returns a refusal of a job's pod whose status is not complete yet.
func pendingPod(cause string) error {
	return &refusalError{
		status: http.StatusServiceUnavailable, code: codeUnavailable, reason: reasonNotRunning,
		retryAfter: shortRetryInterval, cause: errors.New(cause),
	}
}

// tokenRefusal returns the refusal for an error of a token request to Maskinporten. Only Maskinporten's answer about
// the customer, and its rejection of this customer's request, deny access; all else is temporary or another's fault.
func tokenRefusal(err error) error {
	if held, ok := errors.AsType[*authority.HeldError](err); ok {
		return outage(string(held.Fault), err)
	}
	if _, busy := errors.AsType[*authority.BusyError](err); busy {
		return outage(reasonBusy, err)
	}
	class := maskinporten.ClassOf(err)
	switch class.Kind() {
	case conclusion.Answer, conclusion.CustomerFault:
		return denial(string(class), err)
	default:
		return outage(string(class), err)
	}
}

// guardRefusal returns the refusal for an error of Pool.Guard.
func guardRefusal(err error) error {
	if wrong, ok := errors.AsType[*authority.ConfigurationError](err); ok {
		return outage(wrong.Reason, err)
	}
	return outage(reasonAPIServer, err)
}

// withMinRetryAfter raises Retry-After of a temporary refusal to at least wait.
func withMinRetryAfter(err error, wait time.Duration) error {
	refusal := refusalOf(err)
	if refusal.retryAfter > 0 {
		refusal.retryAfter = max(refusal.retryAfter, wait)
	}
	return refusal
}

// refusalOf returns the refusal in an error. Any other error is a fault of the broker, and temporary.
func refusalOf(err error) *refusalError {
	if refusal, ok := errors.AsType[*refusalError](err); ok {
		return refusal
	}
	return &refusalError{
		status: http.StatusServiceUnavailable, code: codeUnavailable, retryAfter: retryInterval, cause: err,
	}
}

package broker

import (
	"errors"
	"net/http"
	"time"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// The codes of refusals. Those of tokens are OAuth's (RFC 6749, 4.1.2.1; RFC 6750, 3.1).
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

// Reasons of refusals that pass by themselves, besides the classes of Maskinporten's failures.
const (
	// reasonAPIServer: the cluster's own API server gives no answer.
	reasonAPIServer = "APIServerUnavailable"
	// reasonNotRunning: the API server has not been told yet that the caller's pod runs.
	reasonNotRunning = "PodNotRunning"
	// reasonUnsealed: the caller's pod was made by an operator that did not make seals yet, or by someone else.
	reasonUnsealed = "PodUnsealed"
	// reasonBusy: as many questions are being asked as may be.
	reasonBusy = "Busy"
)

const (
	// retryInterval is when to come again after what passes by itself, if nobody says.
	retryInterval = 10 * time.Second
	// soon is when to come again after what passes in a moment.
	soon = time.Second
)

// refusalError is why a caller gets no token.
type refusalError struct {
	// status is that of HTTP.
	status int
	// code and reason are told to the caller. The reason is about the caller itself or about us, or "".
	code, reason string
	// retryAfter is when the caller may come again, 0 if that changes nothing.
	retryAfter time.Duration
	// cause is for the log.
	cause error
}

// Error gives the cause. It is not for the caller.
func (e *refusalError) Error() string { return e.cause.Error() }

// Unwrap gives the cause.
func (e *refusalError) Unwrap() error { return e.cause }

// misdirected refuses what is no question to the broker.
func misdirected(status int, code, cause string) error {
	return &refusalError{status: status, code: code, cause: errors.New(cause)}
}

// unauthenticated refuses somebody whom nobody knows.
func unauthenticated(cause error) error {
	return &refusalError{status: http.StatusUnauthorized, code: codeInvalidToken, cause: cause}
}

// unknown refuses an account that is not a service's, or a pod that is not its job's. It gives no reason: that would tell
// what there is.
func unknown(cause error) error { return denied("", cause) }

// denied refuses a customer's job, and says why.
func denied(reason string, cause error) error {
	return &refusalError{status: http.StatusForbidden, code: codeAccessDenied, reason: reason, cause: cause}
}

// tooMany refuses whoever asks too often.
func tooMany(wait time.Duration, cause string) error {
	return &refusalError{
		status: http.StatusTooManyRequests, code: codeTooManyRequests, retryAfter: wait, cause: errors.New(cause),
	}
}

// unavailable refuses because of an outage, or a fault of ours: it says nothing of the caller.
func unavailable(reason string, cause error) error {
	return &refusalError{
		status: http.StatusServiceUnavailable, code: codeUnavailable, reason: reason, retryAfter: retryInterval, cause: cause,
	}
}

// notYet refuses a pod of our own that comes a moment too early.
func notYet(cause string) error {
	return &refusalError{
		status: http.StatusServiceUnavailable, code: codeUnavailable, reason: reasonNotRunning, retryAfter: soon, cause: errors.New(cause),
	}
}

// noToken makes a refusal of why Maskinporten gave none. Only its answer about the customer, and its refusal of this
// customer's request, are a no; anything else passes, or is somebody's fault who is not the caller.
func noToken(err error) error {
	if held, ok := errors.AsType[*authority.HeldError](err); ok {
		return unavailable(string(held.Fault), err)
	}
	if _, busy := errors.AsType[*authority.BusyError](err); busy {
		return unavailable(reasonBusy, err)
	}
	class := maskinporten.ClassOf(err)
	switch class.Kind() {
	case conclusion.Answer, conclusion.CustomerFault:
		return denied(string(class), err)
	default:
		return unavailable(string(class), err)
	}
}

// noGuard makes a refusal of why there is nobody to ask Maskinporten through.
func noGuard(err error) error {
	if wrong, ok := errors.AsType[*authority.ConfigurationError](err); ok {
		return unavailable(wrong.Reason, err)
	}
	return unavailable(reasonAPIServer, err)
}

// notBefore makes a refusal that names a time name none before a wait is over.
func notBefore(err error, wait time.Duration) error {
	refusal := refusalOf(err)
	if refusal.retryAfter > 0 {
		refusal.retryAfter = max(refusal.retryAfter, wait)
	}
	return refusal
}

// refusalOf gives the refusal that an error is. One that is none is a fault of ours.
func refusalOf(err error) *refusalError {
	if refusal, ok := errors.AsType[*refusalError](err); ok {
		return refusal
	}
	return &refusalError{
		status: http.StatusServiceUnavailable, code: codeUnavailable, retryAfter: retryInterval, cause: err,
	}
}

package outbound

import (
	"errors"
)

// Kind is what went wrong with a call. The set is closed.
type Kind string

// The kinds.
const (
	// Unreachable means no complete response: DNS, TLS, reset, time-out, canceled.
	Unreachable Kind = "Unreachable"
	// TooLarge means that the response's body is larger than the request's limit.
	TooLarge Kind = "TooLarge"
	// Truncated means that the response's body ended before its announced length.
	Truncated Kind = "Truncated"
	// InvalidRequest means that nothing was sent, because the method or the URL is invalid.
	InvalidRequest Kind = "InvalidRequest"
	// AddressNotAllowed means that the host has an address to which connections are not allowed.
	AddressNotAllowed Kind = "AddressNotAllowed"
	// TooLate means that Request.NotAfter had passed before the request's body was sent.
	TooLate Kind = "TooLate"
)

// Error is why there is no response, or no body. Its text does not quote the server's.
type Error struct {
	// Kind is what went wrong.
	Kind Kind
	// NothingSent means that no byte of the request can have been written: there was no connection, or the request ended
	// before its body.
	NothingSent bool
	// Err is the cause, for errors.Is and errors.As, or nil. It must not be shown: net/http quotes what a server sent, and
	// a server may send back our own token.
	Err error
}

// Error returns what went wrong.
func (e *Error) Error() string {
	switch e.Kind {
	case TooLarge:
		return "the body is too large"
	case Truncated:
		return "the body is cut off"
	case InvalidRequest:
		return "the method or the URL of the request is invalid"
	case AddressNotAllowed:
		return describeAddress(e.Err)
	case TooLate:
		return "it was too late to send the request"
	default:
		return "no complete response: " + failureOf(e.Err).text
	}
}

// Unwrap returns the cause, such as context.DeadlineExceeded.
func (e *Error) Unwrap() error {
	return e.Err
}

// Cause returns the Cause in the error, for package runreport.
func (e *Error) Cause() string { return string(CauseOf(e)) }

// noResponse returns the error of a call without a response.
func noResponse(err error, nothingSent bool) *Error {
	if of[*AddressError](err) {
		return &Error{Kind: AddressNotAllowed, NothingSent: true, Err: err}
	}
	return &Error{Kind: Unreachable, NothingSent: nothingSent, Err: err}
}

// KindOf returns the kind of an error that wraps an *Error: "" for nil, and Unreachable for another error.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return e.Kind
	}
	return Unreachable
}

// NothingSent reports whether an error wraps an *Error with NothingSent.
func NothingSent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e != nil && e.NothingSent
}

// describeAddress returns the text of an *AddressError.
func describeAddress(err error) string {
	if refused, ok := errors.AsType[*AddressError](err); ok {
		return refused.Error()
	}
	return "the host has an address that is not allowed"
}

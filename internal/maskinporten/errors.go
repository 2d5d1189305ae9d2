package maskinporten

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Error is why there is no token. All its texts are bounded, printable, on one line and free of key, grant, token and
// national identity numbers.
type Error struct {
	// Class is what it means, and Class.Kind what may be concluded.
	Class Class
	// Code is Maskinporten's code, such as "MP-251", or "".
	Code string
	// OAuthError is the value of error, such as "forbidden", or "".
	OAuthError string
	// Description is Maskinporten's explanation without the trace id, so that the same refusal has the same description
	// each time.
	Description string
	// Status is the HTTP status, or 0 if there was no response.
	Status int
	// RetryAfter is how long the server wants no further request: 0 if it does not say, and at most an hour.
	RetryAfter time.Duration
	// Err is what was being done and the cause, or nil. Unlike the fields above, its text may differ from one call to the
	// next.
	Err error
}

// Error returns all of it, for a log.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "maskinporten: %s", e.Class)
	if known := e.codes(); known != "" {
		fmt.Fprintf(&b, " (%s)", known)
	}
	if e.Description != "" {
		fmt.Fprintf(&b, ": %s", e.Description)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %s", e.Err)
	}
	return b.String()
}

// codes returns the codes of the response.
func (e *Error) codes() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, fmt.Sprintf("status %d", e.Status))
	}
	if e.OAuthError != "" {
		parts = append(parts, e.OAuthError)
	}
	if e.Code != "" {
		parts = append(parts, e.Code)
	}
	return strings.Join(parts, ", ")
}

// Unwrap returns the cause, such as context.DeadlineExceeded.
func (e *Error) Unwrap() error {
	return e.Err
}

// ClassOf returns the class of an error that wraps an *Error: "" for nil, and ClassUnreachable for another error, from
// which nothing follows.
func ClassOf(err error) Class {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) && e != nil {
		return e.Class
	}
	return ClassUnreachable
}

// failure returns an Error with a cause.
func failure(class Class, format string, args ...any) *Error {
	return &Error{Class: class, Err: fmt.Errorf(format, args...)}
}

// doing adds what was being done to an error.
func doing(what string, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Class: ClassUnreachable, Err: fmt.Errorf("%s: %w", what, err)}
	}
	copied := *e
	if copied.Err == nil {
		copied.Err = errors.New(what)
		return &copied
	}
	copied.Err = fmt.Errorf("%s: %w", what, copied.Err)
	return &copied
}

// foreignError is an error of another package, whose text may quote a server's. It shows the cleaned text; errors.Is
// and errors.As see the original.
type foreignError struct {
	err error
}

func (f foreignError) Error() string { return clean(f.err.Error()) }
func (f foreignError) Unwrap() error { return f.err }

// UnconfirmedError is a refusal of one customer's request that other customers may meet too. It is wrapped in an *Error
// of an OwnFault, so that nothing is concluded about the customer.
type UnconfirmedError struct {
	// Class is the class of the response.
	Class Class
	// Err is the cause, or nil.
	Err error
}

// Error says what the refusal was.
func (e *UnconfirmedError) Error() string {
	return fmt.Sprintf("refused with %s, which other customers may meet too", e.Class)
}

// Unwrap returns the cause.
func (e *UnconfirmedError) Unwrap() error { return e.Err }

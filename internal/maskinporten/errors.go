package maskinporten

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Error is why there is no token. All its texts are bounded, printable, on one
// line and free of key, grant, token and national identity numbers.
type Error struct {
	// Class is what it means; Class.Kind what may be concluded.
	Class Class
	// Code is Maskinporten's code, "MP-251", or "" if the answer had none.
	Code string
	// OAuthError is the error of the answer, "forbidden", or "".
	OAuthError string
	// Description is Maskinporten's explanation without the trace id, so that the
	// same refusal has the same description each time.
	Description string
	// Status is the HTTP status, or 0 if there was no answer.
	Status int
	// RetryAfter is how long the server asks us to wait: 0 if it does not say, and
	// never more than an hour.
	RetryAfter time.Duration
	// Err is what was being done and what went wrong, or nil. Unlike the fields
	// above, its text may differ from one call to the next.
	Err error
}

// Error says all of it, for a log.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "maskinporten: %s", e.Class)
	if known := e.answer(); known != "" {
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

// answer lists what the answer said in codes.
func (e *Error) answer() string {
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

// Unwrap gives the cause, such as context.DeadlineExceeded.
func (e *Error) Unwrap() error {
	return e.Err
}

// ClassOf gives the class of an error that wraps an *Error: "" for nil, and
// ClassUnreachable for an error of another origin, from which nothing follows.
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

// failure makes an Error whose cause is told in words of ours.
func failure(class Class, format string, args ...any) *Error {
	return &Error{Class: class, Err: fmt.Errorf(format, args...)}
}

// doing says in an error what was being done.
func doing(what string, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Class: ClassUnreachable, Err: fmt.Errorf("%s: %w", what, err)}
	}
	told := *e
	if told.Err == nil {
		told.Err = errors.New(what)
		return &told
	}
	told.Err = fmt.Errorf("%s: %w", what, told.Err)
	return &told
}

// foreignError is an error of another package, whose text may quote what a server
// sent: it is shown cleaned, and still is what it was for errors.Is and errors.As.
type foreignError struct {
	err error
}

func (f foreignError) Error() string { return clean(f.err.Error()) }
func (f foreignError) Unwrap() error { return f.err }

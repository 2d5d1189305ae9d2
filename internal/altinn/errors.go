package altinn

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
)

// Error is why there is no usable response. Its texts are bounded, on one line, free of tokens and national identity
// numbers, and the same each time for the same refusal.
type Error struct {
	// Class is what it means, and Class.Kind what may be concluded.
	Class Class
	// Code is Altinn's code, such as "AUTH-00015", or "".
	Code string
	// Title is Altinn's explanation, or "" if none can be shown.
	Title string
	// Status is the HTTP status, or 0 if there was no response.
	Status int
	// RetryAfter is how long the server wants no further request: 0 if it does not say, and at most an hour.
	RetryAfter time.Duration
	// Err is the cause, or nil. Its text does not quote the response.
	Err error

	doing string
}

// Error returns all of it, for a log.
func (e *Error) Error() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "altinn: %s", e.Class)
	if e.Status != 0 {
		_, _ = fmt.Fprintf(&b, " (status %d", e.Status)
		if e.Code != "" {
			_, _ = fmt.Fprintf(&b, ", %s", e.Code)
		}
		b.WriteString(")")
	}
	for _, part := range []string{e.doing, e.Title} {
		if part != "" {
			_, _ = fmt.Fprintf(&b, ": %s", part)
		}
	}
	if e.Err != nil {
		_, _ = fmt.Fprintf(&b, ": %s", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause, such as context.DeadlineExceeded.
func (e *Error) Unwrap() error {
	return e.Err
}

// ClassOf returns the class of an error that wraps an *Error: "" for nil, and ClassUnreachable for another error, such
// as a TokenSource's.
func ClassOf(err error) Class {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return e.Class
	}
	return ClassUnreachable
}

func failure(class Class, format string, args ...any) *Error {
	return &Error{Class: class, Err: fmt.Errorf(format, args...)}
}

func classOfOutbound(err error) Class {
	classes := map[outbound.Kind]Class{
		outbound.TooLarge:       ClassBadResponse,
		outbound.Truncated:      ClassBadResponse,
		outbound.InvalidRequest: ClassRefused,
	}
	return cmp.Or(classes[outbound.KindOf(err)], ClassUnreachable)
}

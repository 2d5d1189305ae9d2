package altinn

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
)

// Error is why Altinn gave nothing that can be used. Its texts are bounded, on one line, free of tokens and national
// identity numbers, and the same each time for the same refusal.
type Error struct {
	// Class is what it means; Class.Kind what may be concluded.
	Class Class
	// Code is Altinn's code, "AUTH-00015", or "" if the answer had none.
	Code string
	// Title is Altinn's explanation, or "" if it has none that can be shown.
	Title string
	// Status is the HTTP status, or 0 if there was no answer.
	Status int
	// RetryAfter is how long the server asks us to wait: 0 if it does not say, and never more than an hour.
	RetryAfter time.Duration
	// Err is what went wrong in words of ours, or nil.
	Err error

	// doing is what was asked.
	doing string
}

// Error says all of it, for a log.
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

// Unwrap gives the cause, such as context.DeadlineExceeded.
func (e *Error) Unwrap() error {
	return e.Err
}

// ClassOf gives the class of an error that wraps an *Error: "" for nil, and ClassUnreachable for an error of another
// origin, such as a TokenSource's, from which nothing of Altinn's follows.
func ClassOf(err error) Class {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return e.Class
	}
	return ClassUnreachable
}

// failure makes an Error whose cause is told in words of ours.
func failure(class Class, format string, args ...any) *Error {
	return &Error{Class: class, Err: fmt.Errorf(format, args...)}
}

// classOfOutbound is what it means that there is no answer, or no whole one.
func classOfOutbound(err error) Class {
	classes := map[outbound.Kind]Class{
		outbound.TooLarge:       ClassBadResponse,
		outbound.Truncated:      ClassBadResponse,
		outbound.InvalidRequest: ClassRefused,
	}
	return cmp.Or(classes[outbound.KindOf(err)], ClassUnreachable)
}

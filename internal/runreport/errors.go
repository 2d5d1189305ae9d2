package runreport

import (
	"context"
	"errors"
	"fmt"
)

// Error is an error that ends a run, with the reason for the run's report. The worker logs its text, so the text must
// not contain a token, personal data or a body.
type Error struct {
	Reason Reason
	// Err says what was being done and what went wrong.
	Err error
}

// Errorf returns an *Error with the text of fmt.Errorf.
func Errorf(reason Reason, format string, args ...any) error {
	return &Error{Reason: reason, Err: fmt.Errorf(format, args...)}
}

// Error returns the reason and the text of Err.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s", e.Reason, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error {
	return e.Err
}

// ReasonOf returns the reason of an error that wraps an *Error, "" for nil, and InternalError for any other error.
func ReasonOf(err error) Reason {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return e.Reason
	}
	return InternalError
}

// Of returns the report of a run that ended with err, without counts. If the run's context ended, it is the reason, not
// the error of what was interrupted.
func Of(ctx context.Context, err error) Report {
	switch {
	case err == nil:
		return Report{Outcome: Succeeded}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return Report{Outcome: Failed, Reason: TimedOut}
	case ctx.Err() != nil:
		return Report{Outcome: Failed, Reason: Interrupted}
	default:
		return Report{Outcome: Failed, Reason: ReasonOf(err), Cause: causeOf(err)}
	}
}

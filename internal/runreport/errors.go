package runreport

import (
	"errors"
	"fmt"
)

// Error is an error that ends a run, with the reason that the run's report gives.
// Who makes one sees to it that its text holds no token, no person and no body: it
// is logged.
type Error struct {
	// Reason is what the report will say.
	Reason Reason
	// Err is what was being done and what went wrong.
	Err error
}

// Errorf makes an *Error, whose text is made as fmt.Errorf does.
func Errorf(reason Reason, format string, args ...any) error {
	return &Error{Reason: reason, Err: fmt.Errorf(format, args...)}
}

// Error says why, and what went wrong.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s", e.Reason, e.Err)
}

// Unwrap gives the cause, such as context.Canceled.
func (e *Error) Unwrap() error {
	return e.Err
}

// ReasonOf gives the reason of an error that wraps an *Error: "" for nil, and
// InternalError for one that nobody has thought of.
func ReasonOf(err error) Reason {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		return e.Reason
	}
	return InternalError
}

// Of gives the report of a run that ended with err, without any numbers.
func Of(err error) Report {
	if err == nil {
		return Report{Outcome: Succeeded}
	}
	return Report{Outcome: Failed, Reason: ReasonOf(err)}
}

package plugin

import (
	"errors"
	"fmt"
)

// Exit codes. docs/kubectl-cint.md has them for users.
const (
	// ExitGood means that the command did what it should, and that the result is good.
	ExitGood = 0
	// ExitError means that the command could not do what it should.
	ExitError = 1
	// ExitBad means that the command did what it should, and that the result is bad: access is not granted, a run failed,
	// or a list has faults.
	ExitBad = 2
	// ExitNoResult means that there is no result yet: the time-out passed, the person interrupted, or the operator cannot
	// handle the request now. The request remains.
	ExitNoResult = 3
)

// exitError ends the program with a code of its own.
type exitError struct {
	code int
	// err is printed, if it is not nil.
	err error
}

// Error returns the message.
func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

// Unwrap returns the error that is printed.
func (e exitError) Unwrap() error { return e.err }

// exit returns the error that ends the program with a code and prints nothing: the command has printed the result.
func exit(code int) error { return exitError{code: code} }

// reportFailure prints an error and returns the exit code.
func (p *Program) reportFailure(err error) int {
	code := ExitError
	if e, ok := errors.AsType[exitError](err); ok {
		if code = e.code; e.err == nil {
			return code
		}
	}
	_, _ = fmt.Fprintln(p.ErrOut, "Error:", explain(err))
	return code
}

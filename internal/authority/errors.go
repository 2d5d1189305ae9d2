package authority

import (
	"errors"
	"fmt"

	"github.com/4human/integration-operator/internal/maskinporten"
)

// HeldError reports that a request was not sent, because a fault would meet it too.
type HeldError struct {
	// Fault is the class of the fault, of an inconclusive kind.
	Fault maskinporten.Class
}

// Error names the fault.
func (e *HeldError) Error() string {
	return fmt.Sprintf("not sent because of %s", e.Fault)
}

// witnessedError is a refusal that a customer alone meets: see Traffic.isCustomersOwn.
type witnessedError struct {
	// Err is the refusal.
	Err error
}

// Error returns the text of the refusal.
func (e *witnessedError) Error() string { return e.Err.Error() }

// Unwrap returns the refusal.
func (e *witnessedError) Unwrap() error { return e.Err }

// IsWitnessed reports whether an error is or wraps a *witnessedError.
func IsWitnessed(err error) bool {
	_, ok := errors.AsType[*witnessedError](err)
	return ok
}

// asUnconfirmed returns a refusal as a fault of ours.
func asUnconfirmed(err error) error {
	e, ok := errors.AsType[*maskinporten.Error](err)
	if !ok {
		return err
	}
	refused := *e
	refused.Class, refused.Err = maskinporten.ClassClientRejected, &maskinporten.UnconfirmedError{
		Class: e.Class,
		Err:   e.Err,
	}
	return &refused
}

// ResponseClass returns the class of Maskinporten's response, also if the error is an *UnconfirmedError.
func ResponseClass(err error) maskinporten.Class {
	if e, ok := errors.AsType[*maskinporten.UnconfirmedError](err); ok {
		return e.Class
	}
	return maskinporten.ClassOf(err)
}

// asOwnFault returns the error of a request for a token of our own as a fault. It is no answer about the customer on
// whose behalf Altinn was to be called.
func asOwnFault(err error) error {
	e, ok := errors.AsType[*maskinporten.Error](err)
	if !ok {
		return &maskinporten.Error{Class: maskinporten.ClassUnreachable, Err: err}
	}
	refused := *e
	refused.Class = ownFault(e.Class)
	return &refused
}

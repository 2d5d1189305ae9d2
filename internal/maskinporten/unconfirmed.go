package maskinporten

import "fmt"

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

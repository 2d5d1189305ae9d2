// Package runreport is what a run of one service for one customer says at its end:
// the worker writes it as its termination message, the controllers read it from the
// pod's status. Both sides use this package, so that there is one form.
//
// A pod works with people's data and with what a customer's HRM solution sends it,
// so nothing that it could say in words of its own gets into a status, an event or
// a log of the manager: a Report holds names of closed sets and numbers only.
package runreport

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Outcome is how a run ended. The set is closed.
type Outcome string

// The outcomes.
const (
	// Succeeded means that all that there was to do has been done, or was refused by
	// NAV for good, or waits for a person: see Rejected and Unknown.
	Succeeded Outcome = "Succeeded"
	// Failed means that the run stopped before its end; the next one goes on.
	Failed Outcome = "Failed"
)

// Report is what a run says at its end.
type Report struct {
	// Outcome is how it ended.
	Outcome Outcome `json:"outcome"`
	// Reason is why it failed, or "" if it succeeded.
	Reason Reason `json:"reason,omitempty"`
	// Rejected is how many plans NAV refused for good in this run.
	Rejected int32 `json:"rejected"`
	// Unknown is how many plans may or may not have reached NAV in this run. A person
	// must settle them.
	Unknown int32 `json:"unknown"`
}

// Check says what is wrong with a report, in words that quote nothing of it.
func (r Report) Check() error {
	switch {
	case r.Outcome != Succeeded && r.Outcome != Failed:
		return errors.New("the outcome is not one that there is")
	case r.Outcome == Succeeded && r.Reason != "":
		return errors.New("a run that succeeded has a reason for failing")
	case r.Outcome == Failed && !r.Reason.known():
		return errors.New("the reason is not one that there is")
	case r.Rejected < 0 || r.Unknown < 0:
		return errors.New("a number is negative")
	}
	return nil
}

// Encode gives the termination message of a report: one line of JSON, far shorter
// than MaxSize. Only a report that Check finds fault with is an error.
func (r Report) Encode() ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, fmt.Errorf("encoding a run's report: %w", err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encoding a run's report: %w", err)
	}
	return text, nil
}

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
	// Succeeded means that the run did all that there was to do. Some of it may have
	// been refused by NAV or may wait for a person: see Rejected, Refused and Unknown.
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
	// Refused is how many plans NAV refused for now in this run: it answered their POST with 403 or 404 in its own form.
	// The HRM system offers them again. It is left out if it is 0, so that a manager that does not know it can read
	// the report.
	Refused int32 `json:"refused,omitempty"`
	// RefusedByRegisters is how many of them NAV refused as it does while its register of persons or of employments is down.
	// The others lack an active sick note, which is a fact about the person.
	RefusedByRegisters int32 `json:"refusedByRegisters,omitempty"`
	// OpenUnknown is how many plans the HRM solution has, from this run and earlier
	// ones, whose fate a person must find out. nil: this run did not ask.
	OpenUnknown *int32 `json:"openUnknown,omitempty"`
	// OpenUndecided is how many plans the HRM system has that NAV has refused for so long that a person must decide. It
	// is known if OpenUnknown is, and left out if it is 0, as Refused is.
	OpenUndecided int32 `json:"openUndecided,omitempty"`
	// SetAside is how many documents the run met and did not hand over: a field of them could not be read, or the HRM
	// solution refused them. A person must look into them.
	SetAside int32 `json:"setAside,omitempty"`
	// HiddenPages is how many lists of NAV's were empty in this run although later documents existed.
	HiddenPages int32 `json:"hiddenPages,omitempty"`
	// Volumes are what the run carried.
	Volumes Volumes `json:"volumes,omitzero"`
}

// Volumes are how much a run carried, for metrics of all customers together: with a
// customer's name, small numbers speak of people.
type Volumes struct {
	// PlansSent is how many plans NAV took.
	PlansSent int64 `json:"plansSent,omitempty"`
	// GeneralPractitionersNotReached is how many of them were meant for a general
	// practitioner (fastlege) too, whom NAV did not reach.
	GeneralPractitionersNotReached int64 `json:"generalPractitionersNotReached,omitempty"`
	// DocumentsStored is how many sick notes or applications for sick pay the HRM
	// solution took.
	DocumentsStored int64 `json:"documentsStored,omitempty"`
	// PDFsStored is how many of their PDFs the HRM solution took.
	PDFsStored int64 `json:"pdfsStored,omitempty"`
}

// negative reports whether a volume is less than none.
func (v Volumes) negative() bool {
	return min(v.PlansSent, v.GeneralPractitionersNotReached, v.DocumentsStored, v.PDFsStored) < 0
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
	case min(r.Rejected, r.Unknown, r.Refused, r.RefusedByRegisters, r.OpenUndecided, r.SetAside, r.HiddenPages) < 0,
		r.OpenUnknown != nil && *r.OpenUnknown < 0, r.Volumes.negative():
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

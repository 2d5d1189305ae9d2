// Package runreport defines the report of a run of one service for one customer. The worker writes it as its
// termination message. The controllers read it from the pod's status.
//
// A pod handles personal data and data from a customer's HRM system. A Report therefore has no free text: it consists
// of counts and of names from closed sets, so nothing else can reach a status, an event or a log of the manager.
package runreport

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
)

// Outcome is how a run ended. The set is closed.
type Outcome string

// The outcomes.
const (
	// Succeeded means that the run completed. NAV may have refused plans, and plans may wait for a person: see Rejected,
	// Refused and Unknown.
	Succeeded Outcome = "Succeeded"
	// Failed means that the run stopped early. The next run continues.
	Failed Outcome = "Failed"
)

// Report is the result of a run.
type Report struct {
	Outcome Outcome `json:"outcome"`
	// Reason is why the run failed, "" if it succeeded.
	Reason Reason `json:"reason,omitempty"`
	// Cause is the cause of the reason, "" if it has only one or is not known.
	Cause Cause `json:"cause,omitempty"`
	// Rejected counts the plans that NAV refused for good in this run.
	Rejected int32 `json:"rejected"`
	// Unknown counts the plans of this run that may or may not have reached NAV. A person must settle them.
	Unknown int32 `json:"unknown"`
	// Refused counts the plans that NAV refused for now in this run, with 403 or 404. The HRM system offers them again.
	Refused int32 `json:"refused,omitempty"`
	// RefusedByRegisters counts those of them that NAV refused as it does while its register of persons or of employments
	// is down. The others lack an active sick note, which is a fact about the person.
	RefusedByRegisters int32 `json:"refusedByRegisters,omitempty"`
	// OpenUnknown counts the unknown plans at the HRM system that a person must settle, of this run and earlier ones. nil
	// means that the HRM system did not report it in this run.
	OpenUnknown *int32 `json:"openUnknown,omitempty"`
	// OpenUndecided counts the plans at the HRM system that NAV has refused for so long that a person must decide. It is
	// valid if OpenUnknown is not nil.
	OpenUndecided int32 `json:"openUndecided,omitempty"`
	// SetAside counts the documents, or items of a custom service, that the run did not deliver: they are unreadable, or
	// were refused. A person must look into them.
	SetAside int32 `json:"setAside,omitempty"`
	// HiddenPages counts NAV's pages in this run that were empty although later documents exist.
	HiddenPages int32   `json:"hiddenPages,omitempty"`
	Volumes     Volumes `json:"volumes,omitzero"`
}

// Volumes count what a run carried. They are published only as totals over all customers: small numbers of one customer
// are personal data.
type Volumes struct {
	// PlansSent counts the plans that NAV accepted.
	PlansSent int64 `json:"plansSent,omitempty"`
	// GeneralPractitionersNotReached counts those of them that NAV did not deliver to the general practitioner (fastlege)
	// they were meant for.
	GeneralPractitionersNotReached int64 `json:"generalPractitionersNotReached,omitempty"`
	// DocumentsStored counts the sick notes or applications for sick pay that the HRM system stored.
	DocumentsStored int64 `json:"documentsStored,omitempty"`
	// PDFsStored counts the PDFs, and CSV files of settlement reports, that the HRM system stored.
	PDFsStored int64 `json:"pdfsStored,omitempty"`
	// ItemsSent counts what the API of a custom service accepted, in the vendor's own units.
	ItemsSent int64 `json:"itemsSent,omitempty"`
	// ItemsReceived counts what a run received from the API of a custom service and stored.
	ItemsReceived int64 `json:"itemsReceived,omitempty"`
}

func (v Volumes) hasNegative() bool {
	return min(v.PlansSent, v.GeneralPractitionersNotReached, v.DocumentsStored, v.PDFsStored, v.ItemsSent,
		v.ItemsReceived) < 0
}

// Plus returns the report with the counts of an earlier pod of the same run, which was disrupted.
func (r Report) Plus(earlier Report) Report {
	r.Rejected += earlier.Rejected
	r.Unknown += earlier.Unknown
	r.Refused += earlier.Refused
	r.RefusedByRegisters += earlier.RefusedByRegisters
	r.SetAside += earlier.SetAside
	r.HiddenPages += earlier.HiddenPages
	r.Volumes.PlansSent += earlier.Volumes.PlansSent
	r.Volumes.GeneralPractitionersNotReached += earlier.Volumes.GeneralPractitionersNotReached
	r.Volumes.DocumentsStored += earlier.Volumes.DocumentsStored
	r.Volumes.PDFsStored += earlier.Volumes.PDFsStored
	r.Volumes.ItemsSent += earlier.Volumes.ItemsSent
	r.Volumes.ItemsReceived += earlier.Volumes.ItemsReceived
	if r.OpenUnknown == nil {
		r.OpenUnknown, r.OpenUndecided = earlier.OpenUnknown, earlier.OpenUndecided
	}
	return r
}

// OfVendor returns the report of a worker of a custom service, without what only built-in services report. It returns
// false if the reason is one of theirs: a vendor's image must not raise an alarm about NAV.
func (r Report) OfVendor() (report Report, ok bool) {
	if r.Reason != "" && !slices.Contains(vendorReasons, r.Reason) {
		return Report{}, false
	}
	return Report{
		Outcome: r.Outcome, Reason: r.Reason, Cause: r.Cause, SetAside: r.SetAside,
		Volumes: Volumes{ItemsSent: r.Volumes.ItemsSent, ItemsReceived: r.Volumes.ItemsReceived},
	}, true
}

// Check returns an error if a report is invalid. The error quotes nothing of the report.
func (r Report) Check() error {
	switch {
	case r.Outcome != Succeeded && r.Outcome != Failed:
		return errors.New("the outcome is unknown")
	case r.Outcome == Succeeded && r.Reason != "":
		return errors.New("a run that succeeded has a reason")
	case r.Outcome == Failed && !slices.Contains(reasons, r.Reason):
		return errors.New("the reason is unknown")
	case min(r.Rejected, r.Unknown, r.Refused, r.RefusedByRegisters, r.OpenUndecided, r.SetAside, r.HiddenPages) < 0,
		r.OpenUnknown != nil && *r.OpenUnknown < 0, r.Volumes.hasNegative():
		return errors.New("a count is negative")
	}
	return nil
}

// Encode returns the termination message of a report: one line of JSON, far shorter than MaxSize. It returns the error
// of Check, if any.
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

// Write writes the termination message to a file.
func (r Report) Write(path string) error {
	message, err := r.Encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, message, 0o600); err != nil {
		return fmt.Errorf("writing the run's report: %w", err)
	}
	return nil
}

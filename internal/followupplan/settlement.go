package followupplan

import (
	"net/http"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/runreport"
)

// validationError is the type of a rejection for invalid fields, by NAV and by the worker
// (navikt/lps-oppfolgingsplan-mottak, ApiError.kt).
const validationError = "VALIDATION_ERROR"

// maxMessage is the contract's bound of a message, in characters.
const maxMessage = 1024

func settlementOf(r nav.Result, d Document) *hrmapi.Settlement {
	switch r.State {
	case nav.Accepted:
		return sentSettlement(r.Receipt, d)
	case nav.Rejected:
		return rejectedSettlement(hrmapi.NAV, r.Refusal.Type, r.Refusal.Message)
	case nav.Refused:
		return refusedSettlement(r.Refusal)
	case nav.NotSent, nav.TooLate, nav.TokenRejected:
		return notSentSettlement()
	default:
		return &hrmapi.Settlement{State: hrmapi.SettledStateUnknown, Unknown: &hrmapi.Unknown{Cause: causeOf(r)}}
	}
}

// stopError returns the error that ends the run after a plan, or nil. One unknown plan ends the run, because the next
// plan would become unknown too.
func stopError(r nav.Result) error {
	switch r.State {
	case nav.Accepted, nav.Rejected, nav.Refused, nav.TooLate:
		return nil
	default:
		return r.Err
	}
}

func sentSettlement(receipt nav.Receipt, d Document) *hrmapi.Settlement {
	practitioner := hrmapi.NotAsked
	switch {
	case d.ToGeneralPractitioner && receipt.SentToGeneralPractitioner:
		practitioner = hrmapi.Reached
	case d.ToGeneralPractitioner:
		practitioner = hrmapi.NotReached
	}
	return &hrmapi.Settlement{State: hrmapi.SettledStateSent, Sent: &hrmapi.Sent{
		NAVUUID: receipt.UUID, SentToNAV: receipt.SentToNAV, GeneralPractitioner: practitioner,
	}}
}

func rejectedSettlement(by hrmapi.RejectedBy, kind, message string) *hrmapi.Settlement {
	return &hrmapi.Settlement{
		State:    hrmapi.SettledStateRejected,
		Rejected: &hrmapi.Rejected{By: by, Type: kind, Message: truncate(message)},
	}
}

func refusedSettlement(r nav.Refusal) *hrmapi.Settlement {
	return &hrmapi.Settlement{
		State:   hrmapi.SettledStateRefused,
		Refused: &hrmapi.Refused{Type: r.Type, Message: truncate(r.Message)},
	}
}

func truncate(message string) string {
	if letters := []rune(message); len(letters) > maxMessage {
		return string(letters[:maxMessage])
	}
	return message
}

func notSentSettlement() *hrmapi.Settlement {
	return &hrmapi.Settlement{State: hrmapi.SettledStateNotSent}
}

func causeOf(r nav.Result) hrmapi.UnknownCause {
	switch {
	case runreport.ReasonOf(r.Err) == runreport.NAVUnreachable:
		return hrmapi.NoAnswer
	case r.Status >= http.StatusInternalServerError || r.Refusal.Type != "":
		return hrmapi.ServerError
	default:
		return hrmapi.UnreadableAnswer
	}
}

// countUnknown counts a plan that NAV may or may not have.
func countUnknown(r *runreport.Report) {
	r.Unknown++
	if r.OpenUnknown != nil {
		r.OpenUnknown = new(*r.OpenUnknown + 1)
	}
}

// countSettled counts a plan that the HRM system has settled. Refusals for now are counted before, because they count
// whether or not the HRM system accepts the settlement.
func countSettled(r *runreport.Report, settled *hrmapi.Settlement) {
	switch settled.State {
	case hrmapi.SettledStateSent:
		r.Volumes.PlansSent++
		if settled.Sent.GeneralPractitioner == hrmapi.NotReached {
			r.Volumes.GeneralPractitionersNotReached++
		}
	case hrmapi.SettledStateRejected:
		r.Rejected++
	case hrmapi.SettledStateUnknown:
		countUnknown(r)
	case hrmapi.SettledStateRefused, hrmapi.SettledStateNotSent:
	}
}

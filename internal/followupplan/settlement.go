package followupplan

import (
	"net/http"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/runreport"
)

// validationError is the type of a refusal by a check of fields, NAV's and the worker's
// (navikt/lps-oppfolgingsplan-mottak, ApiError.kt).
const validationError = "VALIDATION_ERROR"

// maxMessage is the longest message of a refusal that the contract lets pass, in characters.
const maxMessage = 1024

// settlementOf gives how a plan is settled.
func settlementOf(r nav.Result, d Document) *hrmapi.Settlement {
	switch r.State {
	case nav.Accepted:
		return sent(r.Receipt, d)
	case nav.Rejected:
		return rejected(hrmapi.NAV, r.Refusal.Type, r.Refusal.Message)
	case nav.Refused:
		return refused(r.Refusal)
	case nav.NotSent, nav.TooLate, nav.TokenRejected:
		return notSent()
	default:
		return &hrmapi.Settlement{State: hrmapi.SettledStateUnknown, Unknown: &hrmapi.Unknown{Cause: causeOf(r)}}
	}
}

// hindranceOf returns the error that ends the run after a plan, or nil. One plan that is unknown is enough: with NAV in this
// state the next would be another.
func hindranceOf(r nav.Result) error {
	switch r.State {
	case nav.Accepted, nav.Rejected, nav.Refused, nav.TooLate:
		return nil
	default:
		return r.Err
	}
}

func sent(receipt nav.Receipt, d Document) *hrmapi.Settlement {
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

func rejected(by hrmapi.RejectedBy, kind, message string) *hrmapi.Settlement {
	return &hrmapi.Settlement{State: hrmapi.SettledStateRejected, Rejected: &hrmapi.Rejected{By: by, Type: kind, Message: shortened(message)}}
}

func refused(r nav.Refusal) *hrmapi.Settlement {
	return &hrmapi.Settlement{State: hrmapi.SettledStateRefused, Refused: &hrmapi.Refused{Type: r.Type, Message: shortened(r.Message)}}
}

// shortened returns the part of a message that the contract allows.
func shortened(message string) string {
	if letters := []rune(message); len(letters) > maxMessage {
		return string(letters[:maxMessage])
	}
	return message
}

func notSent() *hrmapi.Settlement { return &hrmapi.Settlement{State: hrmapi.SettledStateNotSent} }

// causeOf says why it is not known whether NAV has a plan.
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

package followupplan

import (
	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/runreport"
)

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

package followupplan

import hrmapi "github.com/4human/integration-operator/api/hrm"

// Tally counts the plans of a run.
type Tally struct {
	// Sent counts the plans that NAV accepted, and NotReached those of them that NAV did not deliver to the general
	// practitioner as requested.
	Sent, NotReached int64
	// Rejected counts the plans that were refused for good.
	Rejected int32
	// Refused counts the plans that NAV refused for now, whether or not the HRM system accepted that settlement.
	Refused int32
	// RefusedByRegisters counts those of them that NAV refused as it does while one of its registers is down.
	RefusedByRegisters int32
	// Unknown counts the plans that NAV may or may not have.
	Unknown int32
	// OpenUnknown counts the unknown plans at the HRM system that a person must settle. It is nil if the HRM system did
	// not report it.
	OpenUnknown *int32
	// OpenUndecided counts the plans at the HRM system that wait for a person's decision.
	OpenUndecided int32
}

func (t *Tally) addUnknown() {
	t.Unknown++
	if t.OpenUnknown != nil {
		t.OpenUnknown = new(*t.OpenUnknown + 1)
	}
}

func (t *Tally) count(settled *hrmapi.Settlement) {
	switch settled.State {
	case hrmapi.SettledStateSent:
		t.Sent++
		if settled.Sent.GeneralPractitioner == hrmapi.NotReached {
			t.NotReached++
		}
	case hrmapi.SettledStateRejected:
		t.Rejected++
	case hrmapi.SettledStateUnknown:
		t.addUnknown()
	case hrmapi.SettledStateRefused, hrmapi.SettledStateNotSent:
	}
}

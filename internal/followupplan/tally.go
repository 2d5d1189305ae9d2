package followupplan

import hrmapi "github.com/4human/integration-operator/api/hrm"

// Tally counts the plans of a run.
type Tally struct {
	// Sent is how many NAV has taken, and NotReached how many of them the general practitioner should have had and has not.
	Sent, NotReached int64
	// Rejected is how many were refused for good.
	Rejected int32
	// Refused is how many NAV refused for now, whether or not the HRM system has taken that.
	Refused int32
	// RefusedByRegisters is how many of them NAV refused as it does while one of its registers is down.
	RefusedByRegisters int32
	// Unknown is how many NAV may or may not have, by what the HRM solution was told.
	Unknown int32
	// OpenUnknown is how many plans of the customer's, of this run or earlier ones, wait for a person, as the HRM solution
	// last said; nil if it was not asked.
	OpenUnknown *int32
	// OpenUndecided is how many plans of the customer wait for a person to decide on them, as the HRM system last said.
	OpenUndecided int32
}

func (t *Tally) sawUnknown(n int32) { t.OpenUnknown = &n }

// unknown counts a plan that a person must look for.
func (t *Tally) unknown() {
	t.Unknown++
	if t.OpenUnknown != nil {
		t.sawUnknown(*t.OpenUnknown + 1)
	}
}

// count counts a plan that has been settled.
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
		t.unknown()
	case hrmapi.SettledStateRefused, hrmapi.SettledStateNotSent:
	}
}

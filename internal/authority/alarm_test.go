package authority

import "testing"

// TestAlarmStates follows the states of an Alarm.
func TestAlarmStates(t *testing.T) {
	var a Alarm
	for i, step := range []struct {
		reason  string
		act     func()
		alarm   bool // what Take reports after it
		suspect bool
	}{
		{reason: "nothing has happened", act: func() {}},
		{reason: "a request met a fault", act: a.raise, alarm: true, suspect: true},
		{reason: "that was reported", act: func() {}, suspect: true},
		{reason: "another one changes nothing", act: a.raise, suspect: true},
		{reason: "what the Supplier reports is over", act: a.raiseForRecovery, alarm: true, suspect: true},
		{reason: "that was reported, too", act: func() {}, suspect: true},
		{reason: "a proof begins", act: a.reset},
		{reason: "the next fault is reported again", act: a.raise, alarm: true, suspect: true},
		{reason: "a proof begins before it is over", act: func() { a.raiseForRecovery(); a.reset() }, alarm: true},
	} {
		step.act()
		if alarm, suspect := a.Take(), a.Suspect(); alarm != step.alarm || suspect != step.suspect {
			t.Errorf("step %d: %s: alarm %t, suspect %t, want %t and %t", i, step.reason, alarm, suspect, step.alarm,
				step.suspect)
		}
	}
}

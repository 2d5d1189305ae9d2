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
		{"nothing has happened", func() {}, false, false},
		{"a request met a fault", a.raise, true, true},
		{"that was reported", func() {}, false, true},
		{"another one changes nothing", a.raise, false, true},
		{"what the Supplier reports is over", a.clear, true, true},
		{"that was reported, too", func() {}, false, true},
		{"a proof begins", a.reset, false, false},
		{"the next fault is reported again", a.raise, true, true},
		{"a proof begins before it is over", func() { a.clear(); a.reset() }, true, false},
	} {
		step.act()
		if alarm, suspect := a.Take(), a.Suspect(); alarm != step.alarm || suspect != step.suspect {
			t.Errorf("step %d: %s: alarm %t, suspect %t, want %t and %t", i, step.reason, alarm, suspect, step.alarm, step.suspect)
		}
	}
}

package torture

import (
	"slices"
	"testing"
	"time"
)

var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// good is a ledger that nothing is wrong with.
func good() ledger {
	return ledger{
		plans: []planRecord{
			{customer: "a", id: "1", state: "sent", uuid: "u1"},
			{customer: "a", id: "2", state: "rejected", invalid: true},
			{customer: "b", id: "1", state: "sent", uuid: "u2", unknowns: []unknown{{"c2", noon, noon.Add(time.Second)}}},
		},
		submissions: []submission{
			{customer: "a", owner: "a", planID: "1", uuid: "u1", callID: "c1"},
			{customer: "b", owner: "b", planID: "1", uuid: "u2", callID: "c2"},
		},
		held:    []document{{"a", "ua", "k", "d1", 3, "x", false}},
		stored:  []document{{"a", "ua", "k", "d1", 3, "x", false}},
		cursors: []cursorRecord{{"a", "ua", "k", []int64{0, 3, 3, 4}}},
		causes:  []cause{{callID: "c2"}},
	}
}

// TestChecker breaks each promise once, and sees that it is found, and nothing else.
func TestChecker(t *testing.T) {
	cases := map[string]struct {
		reason string
		spoil  func(*ledger)
		want   []string
	}{
		"good":        {"nothing is wrong", func(*ledger) {}, nil},
		"twice":       {"another uuid for the same plan", func(l *ledger) { l.submissions = append(l.submissions, submission{"a", "1", "a", "u9", "c9"}) }, []string{findTwice}},
		"lost":        {"NAV knows nothing of it", func(l *ledger) { l.submissions = l.submissions[1:] }, []string{findLost}},
		"other uuid":  {"the receipt is another's", func(l *ledger) { l.plans[0].uuid = "u2" }, []string{findLost}},
		"in between":  {"still being sent", func(l *ledger) { l.plans[0].state = "sending" }, []string{findUnsettled}},
		"unknown":     {"no person has settled it", func(l *ledger) { l.plans[2].state = "unknown" }, []string{findUnsettled}},
		"denied":      {"rejected, they say", func(l *ledger) { l.plans[0].state, l.plans[0].invalid = "rejected", true }, []string{findDenied}},
		"outage":      {"nothing is wrong with the plan", func(l *ledger) { l.plans[1].invalid = false }, []string{findOutage}},
		"undecided":   {"no person has decided", func(l *ledger) { l.plans[1].state = "undecided" }, []string{findUnsettled}},
		"resumed":     {"it was undecided, and a run took it up", func(l *ledger) { l.plans[0].resumed = true }, []string{findDecided}},
		"uncaused":    {"nobody did anything", func(l *ledger) { l.causes = nil }, []string{findUncaused}},
		"other call":  {"it was done to another", func(l *ledger) { l.causes[0].callID = "c1" }, []string{findUncaused}},
		"worker hurt": {"its worker was killed meanwhile", func(l *ledger) { l.causes = []cause{{"b", "", noon, noon}} }, nil},
		"other hurt":  {"another customer's was", func(l *ledger) { l.causes = []cause{{"a", "", noon, noon}} }, []string{findUncaused}},
		"too early":   {"long before", func(l *ledger) { l.causes = []cause{{"b", "", noon.Add(-time.Hour), noon.Add(-time.Minute)}} }, []string{findUncaused}},
		"missing":     {"a document was left out", func(l *ledger) { l.stored = nil }, []string{findMissing}},
		"old version": {"it was replaced at NAV", func(l *ledger) { l.held[0].sequence = 4 }, []string{findStale}},
		"other bytes": {"it was changed on the way", func(l *ledger) { l.stored[0].sum = "y" }, []string{findStale}},
		"foreign":     {"a unit of another customer's", func(l *ledger) { l.stored = append(l.stored, document{"b", "ua", "k", "d9", 3, "x", false}) }, []string{findForeign}},
		"foreign plan": {
			"the token was another customer's", func(l *ledger) { l.submissions[0].customer = "b" }, []string{findForeign},
		},
		"nobody's":  {"it was never offered", func(l *ledger) { l.submissions = append(l.submissions, submission{"a", "7", "a", "u9", "c9"}) }, []string{findUnknownPlan}},
		"unfit":     {"the HRM solution does not know that it is missing", func(l *ledger) { l.unfit = l.held }, []string{findNotAside}},
		"set aside": {"the HRM solution knows", func(l *ledger) { l.unfit, l.aside = l.held, l.held }, nil},
		"backwards": {"the cursor was set back", func(l *ledger) { l.cursors[0].values = []int64{3, 2} }, []string{findBackwards}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := good()
			tc.spoil(&l)
			var got []string
			for _, f := range check(l) {
				got = append(got, f.name)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s: found %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

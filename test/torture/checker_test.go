package torture

import (
	"slices"
	"testing"
	"time"
)

var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// good returns a ledger without findings.
func good() ledger {
	return ledger{
		plans: []planRecord{
			{customer: "a", id: "1", state: "sent", uuid: "u1"},
			{customer: "a", id: "2", state: "rejected", invalid: true},
			{
				customer: "b", id: "1", state: "sent", uuid: "u2",
				unknowns: []unknown{{callID: "c2", from: noon, to: noon.Add(time.Second)}},
			},
		},
		submissions: []submission{
			{customer: "a", owner: "a", planID: "1", uuid: "u1", callID: "c1"},
			{customer: "b", owner: "b", planID: "1", uuid: "u2", callID: "c2"},
		},
		held:    []document{{customer: "a", unit: "ua", kind: "k", id: "d1", sequence: 3, sum: "x"}},
		stored:  []document{{customer: "a", unit: "ua", kind: "k", id: "d1", sequence: 3, sum: "x"}},
		cursors: []cursorRecord{{customer: "a", unit: "ua", kind: "k", values: []int64{0, 3, 3, 4}}},
		letters: []letter{
			{customer: "a", unit: "ua", id: "l1", stored: true, content: true, fetched: 1},
			{customer: "a", unit: "ua", id: "l2", withdrawn: true, deleted: true, fetched: 1},
		},
		causes: []cause{{callID: "c2"}},
	}
}

// TestChecker breaks each promise once, and checks that it is the only finding.
func TestChecker(t *testing.T) {
	cases := map[string]struct {
		reason string
		spoil  func(*ledger)
		want   []string
	}{
		"good": {reason: "nothing is wrong", spoil: func(*ledger) {}},
		"twice": {reason: "NAV has the plan under another uuid too", spoil: func(l *ledger) {
			l.submissions = append(l.submissions, submission{customer: "a", planID: "1", owner: "a", uuid: "u9", callID: "c9"})
		}, want: []string{findTwice}},
		"lost": {
			reason: "NAV does not have the plan", spoil: func(l *ledger) { l.submissions = l.submissions[1:] },
			want: []string{findLost},
		},
		"other uuid": {
			reason: "the receipt is another plan's", spoil: func(l *ledger) { l.plans[0].uuid = "u2" },
			want: []string{findLost},
		},
		"in between": {
			reason: "the plan is still being sent", spoil: func(l *ledger) { l.plans[0].state = "sending" },
			want: []string{findUnsettled},
		},
		"unknown": {
			reason: "no person has settled it", spoil: func(l *ledger) { l.plans[2].state = "unknown" },
			want: []string{findUnsettled},
		},
		"denied": {
			reason: "NAV has the rejected plan",
			spoil:  func(l *ledger) { l.plans[0].state, l.plans[0].invalid = "rejected", true }, want: []string{findDenied},
		},
		"outage": {
			reason: "the rejected plan is valid", spoil: func(l *ledger) { l.plans[1].invalid = false },
			want: []string{findOutage},
		},
		"undecided": {
			reason: "no person has decided", spoil: func(l *ledger) { l.plans[1].state = "undecided" },
			want: []string{findUnsettled},
		},
		"resumed": {
			reason: "an undecided plan was offered again without a person",
			spoil:  func(l *ledger) { l.plans[0].resumed = true }, want: []string{findDecided},
		},
		"uncaused": {
			reason: "no fault explains the unknown plan", spoil: func(l *ledger) { l.causes = nil },
			want: []string{findUncaused},
		},
		"other call": {
			reason: "the fault concerns another call", spoil: func(l *ledger) { l.causes[0].callID = "c1" },
			want: []string{findUncaused},
		},
		"worker hurt": {
			reason: "its worker was killed in between",
			spoil:  func(l *ledger) { l.causes = []cause{{customer: "b", from: noon, to: noon}} },
		},
		"other hurt": {
			reason: "another customer's worker was killed",
			spoil:  func(l *ledger) { l.causes = []cause{{customer: "a", from: noon, to: noon}} }, want: []string{findUncaused},
		},
		"too early": {reason: "its worker was killed long before", spoil: func(l *ledger) {
			l.causes = []cause{{customer: "b", from: noon.Add(-time.Hour), to: noon.Add(-time.Minute)}}
		}, want: []string{findUncaused}},
		"missing": {
			reason: "a document is not stored", spoil: func(l *ledger) { l.stored = nil },
			want: []string{findMissing},
		},
		"old version": {
			reason: "NAV has a newer version", spoil: func(l *ledger) { l.held[0].sequence = 4 },
			want: []string{findStale},
		},
		"other bytes": {
			reason: "the stored document differs", spoil: func(l *ledger) { l.stored[0].sum = "y" },
			want: []string{findStale},
		},
		"no CSV file": {
			reason: "NAV has one of the report", spoil: func(l *ledger) { l.held[0].csv = "x" },
			want: []string{findReportContent},
		},
		"foreign": {reason: "the unit belongs to another customer", spoil: func(l *ledger) {
			l.stored = append(l.stored, document{customer: "b", unit: "ua", kind: "k", id: "d9", sequence: 3, sum: "x"})
		}, want: []string{findForeign}},
		"foreign plan": {
			reason: "the token was another customer's",
			spoil:  func(l *ledger) { l.submissions[0].customer = "b" },
			want:   []string{findForeign},
		},
		"not offered": {reason: "the plan was never offered", spoil: func(l *ledger) {
			l.submissions = append(l.submissions, submission{customer: "a", planID: "7", owner: "a", uuid: "u9", callID: "c9"})
		}, want: []string{findUnknownPlan}},
		"unfit": {
			reason: "the document is not reported as set aside", spoil: func(l *ledger) { l.unfit = l.held },
			want: []string{findNotAside},
		},
		"set aside": {
			reason: "the document is reported as set aside",
			spoil:  func(l *ledger) { l.unfit, l.aside = l.held, l.held },
		},
		"letter missing": {
			reason: "NAV has the letter", spoil: func(l *ledger) { l.letters[0].stored = false },
			want: []string{findLetterMissing},
		},
		"letter without content": {
			reason: "its content was not fetched", spoil: func(l *ledger) { l.letters[0].content = false },
			want: []string{findLetterMissing},
		},
		"letter kept": {
			reason: "NAV has withdrawn the letter", spoil: func(l *ledger) { l.letters[1].stored = true },
			want: []string{findLetterKept},
		},
		"foreign letter": {
			reason: "it is at another customer's HRM system",
			spoil:  func(l *ledger) { l.letters = append(l.letters, letter{customer: "b", id: "l9", stored: true}) },
			want:   []string{findForeign},
		},
		"letter deleted": {
			reason: "it came again, yet it was deleted", spoil: func(l *ledger) { l.letters[0].deleted = true },
			want: []string{findLetterDeleted},
		},
		"letter fetched again": {
			reason: "no fault explains it", spoil: func(l *ledger) { l.letters[0].fetched = 2 },
			want: []string{findLetterAgain},
		},
		"letter fetched after a fault": {
			reason: "its customer's worker was killed",
			spoil: func(l *ledger) {
				l.letters[0].fetched = 2
				l.causes = append(l.causes, cause{customer: "a"})
			},
		},
		"backwards": {
			reason: "the cursor was set back", spoil: func(l *ledger) { l.cursors[0].values = []int64{3, 2} },
			want: []string{findBackwards},
		},
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
				t.Errorf("%s: findings %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

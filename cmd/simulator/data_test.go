package main

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestPlanByHand has somebody employed, and a plan finished and settled, and looks at both sides.
func TestPlanByHand(t *testing.T) {
	h := newHarness(t)
	said := func(want string, args ...string) {
		t.Helper()
		out, err := h.run(args...)
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		diff(t, strings.Join(args, " "), want, out)
	}
	said("NAV knows an employee of 310330701\n", "employ", "01447842099", "--main-unit", "310330701", "--unit", "315587336", "--sick-from", "2026-11-01", "--sick-to", "2026-12-01")
	said("It has nothing\n", "hrm", "tiger")
	said("Plan plan-1 of tiger is offered\n", "offer-plan", "tiger", "plan-1", "--employee", "01447842099")
	said("PLAN    STATE    NAV'S UUID  PRACTITIONER  REJECTION  NAV-CALL-ID\nplan-1  offered  -           -             -          -\n", "hrm", "tiger")
	said("NAV has taken no plans\n", "plans")

	tenant, err := h.sim.HRMTenant("tiger")
	if err != nil {
		t.Fatal(err)
	}
	claim, call := uuid.New(), uuid.New()
	if _, _, err := tenant.Claim(claim, 1<<40); err != nil {
		t.Fatal(err)
	}
	if err := tenant.Sending(claim, call, 0); err != nil { // its deadline is now
		t.Fatal(err)
	}
	said("Plan plan-1 of tiger is settled\n", "settle-plan", "tiger", "plan-1", "--not-received")
	out, err := h.run("hrm", "tiger")
	if err != nil || !strings.Contains(out, "offered") {
		t.Errorf("it is offered again: %s, %v", out, err)
	}
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"not unknown":  {[]string{"settle-plan", "tiger", "plan-1", "--not-received"}, "the plan is not unknown"},
		"no such plan": {[]string{"settle-plan", "tiger", "plan-2", "--not-received"}, "there is no such thing"},
		"no uuid":      {[]string{"settle-plan", "tiger", "plan-1", "--received", "x"}, "reading --received"},
		"twice":        {[]string{"offer-plan", "tiger", "plan-1", "--employee", "01447842099"}, "is there already"},
		"no employee":  {[]string{"employ", "x", "--main-unit", "310330701", "--unit", "315587336"}, "a synthetic person"},
		"no unit":      {[]string{"register-unit", "1", "--main-unit", "310330701"}, "cannot register the unit"},
		"no kind":      {[]string{"add-documents", "315587336", "--kind", "letters"}, `kind "letters" is unknown`},
		"none":         {[]string{"add-documents", "315587336", "--count", "0"}, "count is a number"},
	} {
		if _, err := h.run(tc.args...); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

// TestDocumentsByHand has NAV receive documents.
func TestDocumentsByHand(t *testing.T) {
	h := newHarness(t)
	for _, args := range [][]string{
		{"register-unit", "315587336", "--main-unit", "310330701"},
		{"add-documents", "315587336", "--count", "2"},
		{"add-documents", "315587336", "--kind", "sick-pay-applications", "--late", "1h"},
		{"want-pdfs", "tiger"},
	} {
		if _, err := h.run(args...); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
	notes, applications := h.sim.SickPayRows("sick-notes", "315587336"), h.sim.SickPayRows("sick-pay-applications", "315587336")
	if len(notes) != 2 || len(applications) != 1 || notes[0].ID == notes[1].ID {
		t.Fatalf("NAV has %+v and %+v", notes, applications)
	}
	if !applications[0].Visible.After(applications[0].Sent) {
		t.Errorf("visible at once: %+v", applications[0])
	}
}

package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
)

// TestPlanByHand employs a person, offers and settles a plan, and reads both sides.
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
	said("NAV knows an employee of 310330701\n", "employ", "01447842099", "--main-unit", "310330701", "--unit",
		"315587336", "--sick-from", "2026-11-01", "--sick-to", "2026-12-01")
	h.registerTenant()
	said("No data\n", "hrm", "tiger")
	said("Plan plan-1 of tiger is offered\n", "offer-plan", "tiger", "plan-1", "--employee", "01447842099")
	if out, err := h.run("hrm", "tiger"); err != nil ||
		!strings.HasPrefix(out, "PLAN    STATE    NAV'S UUID  PRACTITIONER  REJECTION  NAV-CALL-ID  SINCE\n"+
			"plan-1  offered  -           -             -          -            20") {
		t.Errorf("got %s, %v", out, err)
	}
	said("NAV has taken no plans\n", "plans")

	tenant, err := h.sim.HRM.Tenant("tiger")
	if err != nil {
		t.Fatal(err)
	}
	claim, call := uuid.New(), uuid.New()
	if _, _, err := tenant.Claim(claim, 1<<40); err != nil {
		t.Fatal(err)
	}
	if err := tenant.Announce(claim, call, 0); err != nil { // its deadline is now
		t.Fatal(err)
	}
	said("Plan plan-1 of tiger is settled\n", "settle-plan", "tiger", "plan-1", "--not-received")
	out, err := h.run("hrm", "tiger")
	if err != nil || !strings.Contains(out, "offered") {
		t.Errorf("it is offered again: %s, %v", out, err)
	}
	claim = uuid.New()
	if _, _, err := tenant.Claim(claim, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := tenant.Announce(claim, call, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := tenant.Settle(claim, hrmapi.Settlement{
		State:   hrmapi.SettledStateRefused,
		Refused: &hrmapi.Refused{Type: "EMPLOYEE_NOT_FOUND"},
	}); err != nil {
		t.Fatal(err)
	}
	if out := strings.Join(strings.Fields(h.mustRun("hrm", "tiger")), " "); !strings.Contains(out,
		"plan-1 refused - - EMPLOYEE_NOT_FOUND (1) ") {
		t.Errorf("it waits: %s", out)
	}
	said("Plan plan-1 of tiger is offered again\n", "decide-plan", "tiger", "plan-1", "--offer-again")
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"not refused": {
			args: []string{"decide-plan", "tiger", "plan-1", "--abandon"}, want: "the plan is in another state",
		},
		"no decision": {
			args: []string{"decide-plan", "tiger", "plan-1"},
			want: "at least one of the flags in the group [offer-again abandon] is required",
		},
		"not unknown": {
			args: []string{"settle-plan", "tiger", "plan-1", "--not-received"}, want: "the plan is in another state",
		},
		"no such plan": {
			args: []string{"settle-plan", "tiger", "plan-2", "--not-received"}, want: "no such plan, document or letter",
		},
		"no uuid": {args: []string{"settle-plan", "tiger", "plan-1", "--received", "x"}, want: "reading --received"},
		"no tenant": {
			args: []string{"offer-plan", "tigre", "plan-1", "--employee", "01447842099"}, want: "there is no such tenant",
		},
		"no name": {
			args: []string{"offer-plan", "tiger", "a b", "--employee", "01447842099"}, want: "1 to 128 letters",
		},
		"no count": {
			args: []string{"offer-plan", "tiger", "a", "--employee", "01447842099", "--count", "0"},
			want: "--count must be at least 1",
		},
		"twice": {
			args: []string{"offer-plan", "tiger", "plan-1", "--employee", "01447842099"}, want: "exists already",
		},
		"no employee": {
			args: []string{"employ", "x", "--main-unit", "310330701", "--unit", "315587336"}, want: "a synthetic person",
		},
		"no unit": {
			args: []string{"register-unit", "1", "--main-unit", "310330701"}, want: "cannot register the unit",
		},
		"no kind": {
			args: []string{"add-documents", "315587336", "--kind", "letters"}, want: `kind "letters" is unknown`,
		},
		"none": {args: []string{"add-documents", "315587336", "--count", "0"}, want: "count is a number"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := h.run(tc.args...); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: %v, want %q", name, err, tc.want)
			}
		})
	}
}

// registerTenant registers the tenant tiger.
func (h *harness) registerTenant() {
	h.t.Helper()
	if err := h.sim.HRM.RegisterTenant(simhrm.Tenant{
		Name: "tiger", OrganizationNumber: "310330701",
		Units: []string{"315587336"},
	}, "x"); err != nil {
		h.t.Fatal(err)
	}
}

// TestTenantsData lists a tenant's plans and documents, never their content.
func TestTenantsData(t *testing.T) {
	h := newHarness(t)
	h.registerTenant()
	diff(t, "several", "Plan a-1 of tiger is offered\nPlan a-2 of tiger is offered\n",
		h.mustRun("offer-plan", "tiger", "a", "--count", "2", "--employee", "01447842099", "--to-general-practitioner"))
	tenant, err := h.sim.HRM.Tenant("tiger")
	if err != nil {
		t.Fatal(err)
	}
	plans, err := tenant.Plans()
	if err != nil || !strings.Contains(string(plans[1].Document), `"sendPlanToGeneralPractitioner":true`) {
		t.Errorf("the plan is %s, %v", plans[1].Document, err)
	}
	day := types.Date{Time: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)}
	err = tenant.StorePage("315587336", hrmapi.SickNotes,
		hrmapi.Page{Cursor: 7, LastOverlap: &day, Documents: []hrmapi.Document{
			{
				ID: uuid.MustParse("b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d"), SequenceNumber: 7,
				Document: []byte(`{"fnr":"01447842099"}`),
			},
		}})
	if err != nil {
		t.Fatal(err)
	}
	out := h.mustRun("hrm", "tiger")
	_, out, _ = strings.Cut(out, "UNIT")
	diff(t, "documents and cursors", `       KIND        DOCUMENT                              NUMBER  PDF    CSV
315587336  sick-notes  b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d  7       false  false
UNIT       KIND        CURSOR  LAST OVERLAP
315587336  sick-notes  7       2026-09-01
`, out)
	for _, path := range []string{"/plans", "/documents", "/cursors"} {
		var raw json.RawMessage
		admin := adminClient{base: h.admin}
		if err := admin.call(t.Context(), http.MethodGet, "/hrm/tenants/tiger"+path, nil, &raw); err != nil ||
			strings.Contains(string(raw), "01447842099") {
			t.Errorf("%s names a person: %s, %v", path, raw, err)
		}
	}
}

// TestDocumentsByHand has NAV receive documents.
func TestDocumentsByHand(t *testing.T) {
	h := newHarness(t)
	h.registerTenant()
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
	notes, applications := h.sim.SickPay.Rows("sick-notes", "315587336"), h.sim.SickPay.Rows("sick-pay-applications",
		"315587336")
	if len(notes) != 2 || len(applications) != 1 || notes[0].ID == notes[1].ID {
		t.Fatalf("NAV has %+v and %+v", notes, applications)
	}
	if !applications[0].Visible.After(applications[0].Sent) {
		t.Errorf("visible at once: %+v", applications[0])
	}
}

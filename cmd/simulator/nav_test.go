package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	worker = "01447842099" // synthetic
	unit   = "315587336"
)

const goodPlan = `{"employeeIdentificationNumber":"` + worker + `","typicalWorkday":"","tasksThatCanStillBeDone":"","tasksThatCanNotBeDone":"",
"previousFacilitation":"","plannedFacilitation":"","followUp":"","evaluationDate":"2026-10-01","sendPlanToNav":true,
"sendPlanToGeneralPractitioner":false,"contactPersonFullName":"","contactPersonPhoneNumber":"","contactPersonEmail":"",
"employeeHasContributedToPlan":true,"lpsName":"4human HRM","additionalInformation":"what is written in it"}`

// sendPlan sends NAV the good plan, as the supplier does for the customer, and returns the status.
func (v *vendor) sendPlan(token string) int {
	v.t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/api/v1/followupplan", strings.NewReader(goodPlan))
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	v.sim.NAVPlans.Handler().ServeHTTP(recorder, request)
	return recorder.Code
}

func wantStatus(t *testing.T, reason string, want, got int) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %d, want %d", reason, got, want)
	}
}

// TestPlans sends plans by commands, except for the supplier's own requests.
func TestPlans(t *testing.T) {
	v := newVendor(t)
	diff(t, "none yet", "NAV has taken no plans\n", v.mustRun("plans"))
	v.mustRun("delegate", "--consumer", customer, "--supplier", "897757222")
	_, token := v.token("nav:oppfolgingsplan/lps.write", map[string]any{"consumer_org": customer})
	wantStatus(t, "without an employment", http.StatusForbidden, v.sendPlan(token))
	out := v.mustRun("employ", worker, "--main-unit", customer, "--unit", unit, "--sick-from", "2026-01-01", "--sick-to",
		"2026-01-02")
	diff(t, "employ", "NAV knows an employee of "+customer+"\n", out)
	wantStatus(t, "well again", http.StatusForbidden, v.sendPlan(token))
	day := func(distance int) string { return time.Now().AddDate(0, 0, distance).Format(time.DateOnly) }
	out = v.mustRun("sick-note", worker, "--unit", unit, "--from", day(-7), "--to", day(7))
	diff(t, "sick note", "A sick note was sent to "+unit+"\n", out)
	wantStatus(t, "ill again", http.StatusOK, v.sendPlan(token))
	diff(t, "withdrawn", "The sick notes to "+unit+" are withdrawn\n",
		v.mustRun("withdraw-sick-notes", worker, "--unit", unit))
	wantStatus(t, "NAV forgets withdrawn notes", http.StatusForbidden, v.sendPlan(token))
	v.mustRun("sick-note", worker, "--unit", unit, "--from", day(-7), "--to", day(-1), "--sent-on", day(0))
	wantStatus(t, "a note that is sent late never counts", http.StatusForbidden, v.sendPlan(token))
	v.mustRun("sick-note", worker, "--unit", unit, "--from", day(-7), "--to", day(-1), "--sent-on", day(-1))
	wantStatus(t, "one that was sent in time does, for 16 days", http.StatusOK, v.sendPlan(token))

	v.mustRun("fault", "set", "navPlans.failAfterStoring")
	wantStatus(t, "a response that does not tell", http.StatusInternalServerError, v.sendPlan(token))
	table := columns(v.mustRun("plans"))
	for i, line := range table[1:] {
		at := strings.LastIndex(line, " ")
		if _, err := time.Parse(time.TimeOnly, strings.TrimSpace(line[at:])); err != nil {
			t.Errorf("no time at the end of %q", line)
		}
		table[i+1] = line[:at]
	}
	row := "# " + customer + " 897757222 true false"
	diff(t, "NAV's ledger has all, and no person",
		"UUID EMPLOYER SUPPLIER NAV PRACTITIONER RECEIVED"+strings.Repeat(";"+row, 3), strings.Join(table, ";"))
}

func TestNAVRegistersRefuse(t *testing.T) {
	h := newHarness(t)
	cases := map[string]struct {
		reason string
		args   []string
		want   string
	}{
		"MayBeReal": {
			reason: "synthetic persons only",
			args:   []string{"employ", "00000000000", "--main-unit", customer, "--unit", unit},
			want:   "cannot register the employment: an employee is named by the identity number of a synthetic person",
		},
		"NoUnit": {
			reason: "people work somewhere",
			args:   []string{"employ", worker, "--main-unit", customer},
			want:   `required flag(s) "unit" not set`,
		},
		"NoEmployee": {
			reason: "an employee is required",
			args:   []string{"employ", "--main-unit", customer, "--unit", unit},
			want:   "accepts 1 arg(s), received 0",
		},
		"NoDays": {
			reason: "a sick note has days",
			args:   []string{"sick-note", worker, "--unit", unit},
			want:   `required flag(s) "from", "to" not set`,
		},
		"WrongWay": {
			reason: "days follow each other",
			args: []string{
				"sick-note", worker, "--unit", unit, "--from", "2026-02-02", "--to",
				"2026-02-01",
			},
			want: "cannot register the sick note: the sick note ends before it begins",
		},
		"BadReceiver": {
			reason: "modulus 11",
			args: []string{
				"sick-note", worker, "--unit", "315587337", "--from", "2026-02-01", "--to",
				"2026-02-01",
			}, want: "its check digit is wrong",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Log(tc.reason)
			_, err := h.run(tc.args...)
			wantError(t, err, tc.want)
		})
	}
}

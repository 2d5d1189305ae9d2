package simulator_test

import (
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator/navplans"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
)

const plansURL = "/api/v1/followupplan"

// sentPlan is a request with a plan. Every part of it can be wrong.
type sentPlan struct {
	token, contentType string
	body               claims
}

func (w *world) sendAsIs(s sentPlan) reply {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.nav.URL+plansURL,
		strings.NewReader(plan(s.body)))
	w.must(err)
	request.Header.Set("Authorization", "Bearer "+s.token)
	request.Header.Set("Content-Type", s.contentType)
	return w.mustSend(request)
}

// step repairs one more fault of the plan, and has the error that NAV returns then.
type step struct {
	repair  string
	do      func(*world, *sentPlan)
	status  int
	outcome string
}

func changes(c claims) func(*world, *sentPlan) {
	return func(_ *world, s *sentPlan) { maps.Copy(s.body, c) }
}

// steps lead from a plan with every fault to one that NAV accepts.
func steps() []step {
	return []step{
		{repair: "nothing", do: changes(nil), status: 401, outcome: "NotAJWT"},
		{
			repair: "the token", do: func(w *world, s *sentPlan) { s.token = w.delegated() }, status: 500,
			outcome: "INTERNAL_SERVER_ERROR",
		},
		{
			repair: "the content type",
			do:     func(_ *world, s *sentPlan) { s.contentType = "application/json; charset=utf-8" }, status: 400,
			outcome: "BAD_REQUEST",
		},
		{
			repair: "the field that was missing",
			do: func(w *world, s *sentPlan) {
				s.body["lpsName"] = ""
				s.token = w.delegated(claims{"consumer": claims{"ID": "none"}})
			}, status: 500, outcome: "INTERNAL_SERVER_ERROR",
		},
		{
			repair: "the employer", do: func(w *world, s *sentPlan) { s.token = w.delegated() }, status: 400,
			outcome: "VALIDATION_ERROR",
		},
		{
			repair: "help without a plan", do: changes(claims{"sendPlanToNav": true}), status: 400,
			outcome: "VALIDATION_ERROR",
		},
		{
			repair: "help that is not described", do: changes(claims{"needsHelpFromNavDescription": "with this"}),
			status: 400, outcome: "VALIDATION_ERROR",
		},
		{
			repair: "a contribution that is missing",
			do: changes(claims{
				"employeeHasContributedToPlan":               true,
				"employeeHasNotContributedToPlanDescription": " ",
			}), status: 400, outcome: "VALIDATION_ERROR",
		},
		{
			repair: "a reason why there was none", do: changes(claims{"employeeHasNotContributedToPlanDescription": ""}),
			status:  400,
			outcome: "VALIDATION_ERROR",
		},
		{
			repair: "the number", do: changes(claims{"employeeIdentificationNumber": employee}), status: 403,
			outcome: "NO_ACTIVE_EMPLOYMENT",
		},
		{
			repair: "the employment",
			do: func(w *world, _ *sentPlan) {
				w.employs(func(e *navplans.Employment) { e.SickFrom, e.SickTo, e.Unknown = "", "", true })
			}, status: 403, outcome: "NO_ACTIVE_SENT_SYKMELDING",
		},
		{
			repair: "the sick note",
			do: func(w *world, _ *sentPlan) {
				w.must(w.sim.NAVPlans.RegisterSickNote(navplans.SickNote{
					Employee: employee, Unit: subUnit, From: "2026-08-01",
					To: "2026-09-30",
				}))
			}, status: 404, outcome: "EMPLOYEE_NOT_FOUND",
		},
		{
			repair: "the rest, by open doors",
			do: func(w *world, _ *sentPlan) {
				w.setFaults(planFaults(navplans.Faults{OpenDoors: true}))
			}, status: 200, outcome: "OK",
		},
	}
}

var anyUUID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// answerOf returns a response of NAV byte for byte, except for what differs from run to run.
func answerOf(to string, got reply) map[string]any {
	return map[string]any{
		"to": to, "status": got.status, "content-type": got.header.Get("Content-Type"),
		"body": anyUUID.ReplaceAllString(string(got.raw), "#"),
	}
}

// TestOrderOfChecks repairs the faults of a plan one after another. The responses are in a golden file.
func TestOrderOfChecks(t *testing.T) {
	w := newWorld(t)
	sent := sentPlan{token: "x", contentType: "text/plain", body: claims{
		"lpsName": nil, "sendPlanToNav": false, "needsHelpFromNav": true, "employeeHasContributedToPlan": false,
		"employeeIdentificationNumber": "0144784209x",
	}}
	answers := make([]map[string]any, 0, len(steps()))
	for _, s := range steps() {
		w.sim.Recorder.Reset()
		diff(t, "nothing is stored before", 0, len(w.sim.NAVPlans.Plans()))
		s.do(w, &sent)
		got := w.sendAsIs(sent)
		diff(t, s.repair, s.status, got.status)
		diff(t, s.repair, map[string]int{s.outcome: 1}, w.sim.Recorder.Report().Counts["nav"])
		if anyUUID.FindString(got.header.Get("Nav-Call-Id")) == "" {
			t.Errorf("%s: a response without a call id", s.repair)
		}
		answers = append(answers, answerOf("repaired: "+s.repair, got))
	}
	id := w.sim.NAVPlans.Plans()[0].UUID.String()
	bare := strings.ReplaceAll(id, "-", "")
	for _, asked := range []struct{ label, named string }{
		{label: "the plan", named: id},
		{label: "the plan in capitals", named: strings.ToUpper(id)},
		{label: "another", named: callID},
		{label: "too few digits", named: "1-2-3-4-5"},
		{label: "no UUID", named: "x"},
		{label: "a URN", named: "urn:uuid:" + id},
		{label: "no hyphens", named: bare},
	} {
		got := w.navSend(http.MethodGet, plansURL+"/"+asked.named+"/sendingstatus", sent.token, "")
		got.raw = []byte(strings.ReplaceAll(string(got.raw), bare, "#"))
		answers = append(answers, answerOf("status of "+asked.label, got))
	}
	simulatortest.Golden(t, "nav-plan-answers", answers)
}

// TestSickNotes verifies which sick notes count: the employer in the token is a main unit or a sub-unit, and a sick
// note was sent to one or the other.
func TestSickNotes(t *testing.T) {
	const otherUnit, otherMain = "311111000", "810007842"
	w := newWorld(t)
	cases := map[string]struct {
		reason    string
		employee  string // each has his own
		employer  string // of the token
		alsoAt    navplans.Employment
		sentTo    string
		from, to  string
		wantTaken bool
	}{
		"ToSubUnit": {
			reason: "the usual way", employee: "14838510036", employer: mainUnit, sentTo: subUnit,
			from: "2026-08-01", to: "2026-09-30", wantTaken: true,
		},
		"ToMainUnit": {
			reason: "either level counts", employee: "14838510117", employer: subUnit, sentTo: mainUnit,
			from: "2026-08-01", to: "2026-09-30", wantTaken: true,
		},
		"FirstDay": {
			reason: "the day is part of it", employee: "02519010006", employer: subUnit, sentTo: subUnit,
			from: "2026-09-01", to: "2026-09-01", wantTaken: true,
		},
		"Tomorrow": {
			reason: "not yet", employee: "02519010197", employer: subUnit, sentTo: subUnit, from: "2026-09-02",
			to: "2026-09-30",
		},
		"SixteenDays": {
			reason: "16 days after it", employee: "61867910009", employer: subUnit, sentTo: subUnit,
			from: "2026-08-01", to: "2026-08-16", wantTaken: true,
		},
		"SeventeenDays": {
			reason: "and no more", employee: "61867910270", employer: subUnit, sentTo: subUnit,
			from: "2026-08-01", to: "2026-08-15",
		},
		"ToStranger": {
			reason: "sent to another employer", employee: "05449412615", employer: mainUnit, sentTo: otherMain,
			from: "2026-08-01", to: "2026-09-30",
		},
		"OtherUnit": {
			reason: "works at two units, and the main unit asks", employee: "05908399546", employer: mainUnit,
			alsoAt: navplans.Employment{
				MainUnit: mainUnit,
				Unit:     otherUnit,
			}, sentTo: otherUnit, from: "2026-08-01", to: "2026-09-30", wantTaken: true,
		},
		"OtherUnitThanAsks": {
			reason: "works at two units, and the one asks that is not concerned", employee: "01898299631", employer: subUnit,
			alsoAt: navplans.Employment{
				MainUnit: mainUnit,
				Unit:     otherUnit,
			}, sentTo: otherUnit, from: "2026-08-01", to: "2026-09-30",
		},
		"OtherEmployer": {
			reason: "has two employers, and is ill at the other", employee: employee, employer: mainUnit,
			alsoAt: navplans.Employment{
				MainUnit: otherMain,
				Unit:     otherUnit,
			}, sentTo: otherUnit, from: "2026-08-01", to: "2026-09-30",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.employs(func(e *navplans.Employment) { e.Employee, e.SickFrom, e.SickTo = tc.employee, "", "" })
			if tc.alsoAt.Unit != "" {
				tc.alsoAt.Employee = tc.employee
				w.must(w.sim.NAVPlans.RegisterEmployment(tc.alsoAt))
			}
			w.must(w.sim.NAVPlans.RegisterSickNote(navplans.SickNote{
				Employee: tc.employee, Unit: tc.sentTo, From: tc.from,
				To: tc.to,
			}))
			token := w.delegated(claims{"consumer": claims{"authority": "iso6523-actorid-upis", "ID": "0192:" + tc.employer}})
			got := w.navSend(http.MethodPost, plansURL, token, plan(claims{"employeeIdentificationNumber": tc.employee}))
			want := []any{403, any("NO_ACTIVE_SENT_SYKMELDING")}
			if tc.wantTaken {
				want = []any{200, nil}
			}
			diff(t, tc.reason, want, []any{got.status, rawJSON(t, got.raw)["type"]})
		})
	}
}

// TestDaysBeginInOslo sends a plan before and at midnight in Oslo. The sick note begins on the second of September.
func TestDaysBeginInOslo(t *testing.T) {
	w := newWorld(t)
	w.employs(func(e *navplans.Employment) { e.SickFrom, e.SickTo = "2026-09-02", "2026-09-02" })
	w.clock.Step(time.Date(2026, 9, 1, 21, 59, 59, 0, time.UTC).Sub(w.clock.Now()))
	diff(t, "a second before midnight", 403, w.sendPlan().status)
	w.clock.Step(time.Second)
	diff(t, "midnight, which it is not yet in UTC", 200, w.sendPlan().status)
}

func TestRegisterEmploymentRefuses(t *testing.T) {
	w := newWorld(t)
	const synthetic = "an employee is named by the identity number of a synthetic person"
	cases := map[string]struct {
		reason string
		change func(*navplans.Employment)
		want   string
	}{
		"NoNumber": {reason: "eleven digits", change: func(e *navplans.Employment) { e.Employee = "1" }, want: synthetic},
		"MayBeReal": {
			reason: "neither 40 nor 80 is added to the month",
			change: func(e *navplans.Employment) { e.Employee = "00000000000" }, want: synthetic,
		},
		"FirstDigit": {
			reason: "a control digit", change: func(e *navplans.Employment) { e.Employee = "01447842089" }, want: synthetic,
		},
		"SecondDigit": {
			reason: "a control digit", change: func(e *navplans.Employment) { e.Employee = "01447842098" }, want: synthetic,
		},
		"NoMainUnit": {
			reason: "an employer is required", change: func(e *navplans.Employment) { e.MainUnit = "" },
			want: "employer: \"\" is not an organization number",
		},
		"BadUnit": {
			reason: "modulus 11", change: func(e *navplans.Employment) { e.Unit = "315587337" },
			want: "its check digit is wrong",
		},
		"NoDay": {
			reason: "a day has one form", change: func(e *navplans.Employment) { e.SickFrom = "1.8.2026" },
			want: "reading a day of the sick note",
		},
		"NoLastDay": {
			reason: "both or neither", change: func(e *navplans.Employment) { e.SickTo = "" },
			want: "reading a day of the sick note",
		},
		"NoFirstDay": {
			reason: "both or neither", change: func(e *navplans.Employment) { e.SickFrom = "" },
			want: "reading a day of the sick note",
		},
		"WrongWayOnto": {
			reason: "days follow each other", change: func(e *navplans.Employment) { e.SickTo = "2026-07-31" },
			want: "the sick note ends before it begins",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			e := navplans.Employment{
				Employee: employee, MainUnit: mainUnit, Unit: subUnit, SickFrom: "2026-08-01",
				SickTo: "2026-08-31",
			}
			tc.change(&e)
			err := w.sim.NAVPlans.RegisterEmployment(e)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want %q", tc.reason, err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), e.Employee) && len(e.Employee) == 11 {
				t.Errorf("the error names the person: %v", err)
			}
		})
	}
	diff(t, "no employment", 403, w.sendPlan().status)
}

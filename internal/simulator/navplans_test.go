package simulator_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/navplans"
)

const (
	employee = "01447842099"
	mainUnit = consumer
	subUnit  = "315587336"
	callID   = "5f0a0e0e-7c2b-4b57-8c1c-0c7f9b1f6c11"
)

// plan returns a good plan, with changes; a nil leaves a field out.
func plan(changes ...claims) string {
	fields := claims{
		"employeeIdentificationNumber": employee, "typicalWorkday": "a", "tasksThatCanStillBeDone": "",
		"tasksThatCanNotBeDone": "",
		"previousFacilitation":  "", "plannedFacilitation": "", "otherFacilitationOptions": nil, "followUp": "",
		"evaluationDate": "2026-10-01",
		"sendPlanToNav":  true, "needsHelpFromNav": false, "sendPlanToGeneralPractitioner": true,
		"contactPersonFullName": "", "contactPersonPhoneNumber": "", "contactPersonEmail": "",
		"employeeHasContributedToPlan": true, "lpsName": "4human HRM", "field of a later version": claims{},
	}
	for _, change := range changes {
		maps.Copy(fields, change)
	}
	maps.DeleteFunc(fields, func(_ string, value any) bool { return value == nil })
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// employs registers the employee with the customer, on sick leave until the day before the clock's.
func (w *world) employs(change ...func(*navplans.Employment)) {
	w.t.Helper()
	e := navplans.Employment{
		Employee: employee, MainUnit: mainUnit, Unit: subUnit, SickFrom: "2026-08-01",
		SickTo: "2026-08-31",
	}
	for _, c := range change {
		c(&e)
	}
	w.must(w.sim.NAVPlans.RegisterEmployment(e))
}

func (w *world) navSend(method, path, token, body string) reply {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.nav.URL+path, strings.NewReader(body))
	w.must(err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Nav-Call-Id", callID)
	return w.mustSend(request)
}

// delegated returns an access token by the customer's delegation.
func (w *world) delegated(changes ...claims) string {
	w.t.Helper()
	return w.forge(append([]claims{{"supplier": claims{"authority": "iso6523-actorid-upis", "ID": "0192:" + supplier}}},
		changes...)...)
}

func (w *world) sendPlan(changes ...claims) reply {
	w.t.Helper()
	return w.navSend(http.MethodPost, "/api/v1/followupplan", w.delegated(), plan(changes...))
}

// receipt is NAV's response to an accepted plan.
type receipt struct {
	UUID                              uuid.UUID
	IsSentToGeneralPractitionerStatus bool
	IsSentToNavStatus                 bool
}

func receiptOf(t *testing.T, got reply) receipt {
	t.Helper()
	var r receipt
	if err := json.Unmarshal(got.raw, &r); err != nil || got.status != http.StatusOK || r.UUID == uuid.Nil {
		t.Fatalf("got %d %s: %v", got.status, got.raw, err)
	}
	return r
}

func TestPlanIsTaken(t *testing.T) {
	w := newWorld(t)
	w.employs()
	got := w.sendPlan(claims{"additionalInformation": "plan 1"})
	diff(t, "the call's id comes back", callID, got.header.Get("Nav-Call-Id"))
	first, second := receiptOf(t, got), receiptOf(t, w.sendPlan())
	diff(t, "NAV does not know a plan that comes again", true, first.UUID != second.UUID)
	diff(t, "to both, as asked", []bool{true, true},
		[]bool{first.IsSentToNavStatus, first.IsSentToGeneralPractitionerStatus})
	diff(t, "remembered", []navplans.StoredPlan{
		{
			UUID: first.UUID, CallID: callID, Received: w.clock.Now(), Employer: consumer, Supplier: supplier, SentToNAV: true,
			SentToPractitioner: true, Archived: true, AdditionalInformation: "plan 1",
		},
		{
			UUID: second.UUID, CallID: callID, Received: w.clock.Now(), Employer: consumer, Supplier: supplier, SentToNAV: true,
			SentToPractitioner: true, Archived: true,
		},
	}, w.sim.NAVPlans.Plans())
	neither := receiptOf(t, w.sendPlan(claims{"sendPlanToNav": nil, "sendPlanToGeneralPractitioner": false}))
	diff(t, "a plan may go nowhere, and a missing flag is false", []bool{false, false},
		[]bool{neither.IsSentToNavStatus, neither.IsSentToGeneralPractitionerStatus})

	status := w.navSend(http.MethodGet, "/api/v1/followupplan/"+first.UUID.String()+"/sendingstatus",
		w.forge(claims{"consumer": claims{"ID": "0192:314240979"}}), "")
	diff(t, "its status, to anybody", first, receiptOf(t, status))
}

// TestPlanRefused tests each of NAV's rules; TestOrderOfChecks tests their order.
func TestPlanRefused(t *testing.T) {
	const dto = "Failed to convert request body to class no.nav.syfo.oppfolgingsplanmottak.domain.FollowUpPlanDTO"
	stranger := claims{"employeeIdentificationNumber": "14838510036"}
	cases := map[string]struct {
		reason  string
		changes claims
		body    string
		status  int
		kind    string
		message string
	}{
		"no JSON": {reason: "not a plan", body: "{", status: 400, kind: "BAD_REQUEST", message: dto},
		"null":    {reason: "not a plan", body: "null", status: 400, kind: "BAD_REQUEST", message: dto},
		"no text": {
			reason: "each required text", changes: claims{"typicalWorkday": nil}, status: 400, kind: "BAD_REQUEST",
			message: dto,
		},
		"no name": {
			reason:  "also the one that NAV's documentation forgot",
			changes: claims{"lpsName": nil},
			status:  400, kind: "BAD_REQUEST",
			message: dto,
		},
		"no date": {
			reason: "a date has one form", changes: claims{"evaluationDate": "1.10.2026"}, status: 400, kind: "BAD_REQUEST",
			message: dto,
		},
		"no UTF-8": {
			reason: "not JSON either", body: "{\"lpsName\":\"\xff\"}", status: 400, kind: "BAD_REQUEST", message: dto,
		},
		"other case": {
			reason:  "a name is one to the letter",
			changes: claims{"lpsName": nil, "lpsname": "x"},
			status:  400, kind: "BAD_REQUEST",
			message: dto,
		},
		"other flag": {
			reason: "a flag is one", changes: claims{"sendPlanToNav": "yes"}, status: 400, kind: "BAD_REQUEST",
			message: dto,
		},
		"object": {
			reason: "a text is none", changes: claims{"followUp": claims{}}, status: 400, kind: "BAD_REQUEST", message: dto,
		},
		"help": {
			reason:  "without a plan",
			changes: claims{"needsHelpFromNav": true, "sendPlanToNav": false},
			status:  400,
			kind:    "VALIDATION_ERROR", message: "needsHelpFromNav cannot be true if sendPlanToNav is false",
		},
		"which help": {
			reason:  "blank says nothing",
			changes: claims{"needsHelpFromNav": true, "needsHelpFromNavDescription": " "},
			body:    "",
			status:  400, kind: "VALIDATION_ERROR",
			message: "needsHelpFromNavDescription is obligatory if needsHelpFromNav is true",
		},
		"why not": {
			reason:  "a reason is required",
			changes: claims{"employeeHasContributedToPlan": false},
			status:  400, kind: "VALIDATION_ERROR",
			message: "employeeHasNotContributedToPlanDescription is mandatory if employeeHasContributedToPlan = false",
		},
		"why": {
			reason:  "there is nothing to explain",
			changes: claims{"employeeHasNotContributedToPlanDescription": "x"},
			status:  400,
			kind:    "VALIDATION_ERROR",
			message: "employeeHasNotContributedToPlanDescription should not be set if employeeHasContributedToPlan " +
				"= true",
		},
		"identity": {
			reason:  "eleven digits, and nothing else is looked at",
			changes: claims{"employeeIdentificationNumber": "0144784209"},
			status:  400, kind: "VALIDATION_ERROR",
			message: "Invalid employee identification number",
		},
		"not employed": {
			reason: "no employment", changes: stranger, status: 403, kind: "NO_ACTIVE_EMPLOYMENT",
			message: "No active employment relationship found for given orgnumber",
		},
		"not sick": {
			reason:  "employed, and well",
			changes: claims{"employeeIdentificationNumber": "02519010006"},
			status:  403,
			kind:    "NO_ACTIVE_SENT_SYKMELDING", message: "No active sykmelding sent to employer",
		},
		"well again": {
			reason:  "for more than sixteen days",
			changes: claims{"employeeIdentificationNumber": "02519010197"},
			status:  403,
			kind:    "NO_ACTIVE_SENT_SYKMELDING", message: "No active sykmelding sent to employer",
		},
		"unknown": {
			reason:  "NAV does not find the person",
			changes: claims{"employeeIdentificationNumber": "61867910009"},
			status:  404,
			kind:    "EMPLOYEE_NOT_FOUND", message: "Could not find requested person in our systems",
		},
		"of development": {
			reason:  "in production he is like others",
			changes: claims{"employeeIdentificationNumber": "05908399546"},
			status:  403,
			kind:    "NO_ACTIVE_EMPLOYMENT", message: "No active employment relationship found for given orgnumber",
		},
	}
	w := newWorld(t)
	w.employs()
	w.employs(func(e *navplans.Employment) { e.Employee, e.SickFrom, e.SickTo = "02519010006", "", "" })
	w.employs(func(e *navplans.Employment) { e.Employee, e.SickTo = "02519010197", "2026-08-15" })
	w.employs(func(e *navplans.Employment) { e.Employee, e.Unknown = "61867910009", true })
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			body := tc.body
			if body == "" {
				body = plan(tc.changes)
			}
			got := w.navSend(http.MethodPost, "/api/v1/followupplan", w.delegated(), body)
			diff(t, tc.reason, map[string]any{
				"status": map[string]any{
					"value":       float64(tc.status),
					"description": http.StatusText(tc.status),
				}, "type": tc.kind, "message": tc.message,
			}, rawJSON(t, got.raw))
			diff(t, tc.reason, tc.status, got.status)
		})
	}
	diff(t, "nothing is stored", 0, len(w.sim.NAVPlans.Plans()))
}

// TestSixteenDays tests the last day on which NAV accepts a plan, in Oslo.
func TestSixteenDays(t *testing.T) {
	w := newWorld(t)
	w.employs(func(e *navplans.Employment) { e.SickTo = "2026-08-16" }) // until the first of September
	w.clock.Step(time.Date(2026, 9, 1, 21, 59, 0, 0, time.UTC).Sub(w.clock.Now()))
	diff(t, "a minute before midnight in Oslo", 200, w.sendPlan().status)
	w.clock.Step(2 * time.Minute)
	diff(t, "a minute after it", 403, w.sendPlan().status)
}

func TestPlanStatusRefused(t *testing.T) {
	w := newWorld(t)
	for name, tc := range map[string]struct {
		path, kind, message string
		status              int
	}{
		"none": {path: "/x/sendingstatus", kind: "ILLEGAL_ARGUMENT", message: "Invalid UUID string: x", status: 400},
		"unknown": {
			path: "/" + callID + "/sendingstatus", kind: "FOLLOWUP_PLAN_NOT_FOUND",
			message: "The follow-up plan with a given uuid was not found", status: 404,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.navSend(http.MethodGet, "/api/v1/followupplan"+tc.path, w.delegated(), "")
			said := rawJSON(t, got.raw)
			diff(t, name, []any{tc.status, tc.kind, tc.message}, []any{got.status, said["type"], said["message"]})
		})
	}
}

// TestPlanOfSystemUser verifies that NAV takes the consumer for the employer. In a token of a system user it is the
// supplier.
func TestPlanOfSystemUser(t *testing.T) {
	w := newWorld(t)
	w.employs()
	token := w.forge(claims{"consumer": claims{"ID": "0192:" + supplier}})
	got := w.navSend(http.MethodPost, "/api/v1/followupplan", token, plan())
	diff(t, "employed elsewhere", []any{403, "NO_ACTIVE_EMPLOYMENT"}, []any{got.status, rawJSON(t, got.raw)["type"]})
}

// FuzzPlan sends NAV arbitrary bodies. NAV must accept a plan, or refuse it in NAV's form.
func FuzzPlan(f *testing.F) {
	for _, body := range []string{
		plan(), "", "null", "[]", "{}",
		plan(claims{"sendPlanToNav": "TRUE", "typicalWorkday": 1}),
	} {
		f.Add(body)
	}
	w := newWorld(f)
	w.must(w.sim.SetFaults(planFaults(navplans.Faults{OpenDoors: true})))
	token := w.delegated()
	f.Fuzz(func(t *testing.T, body string) {
		request := httptest.NewRequest(http.MethodPost, "/api/v1/followupplan", strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", "application/json")
		got := serveWith(w.sim.NAVPlans.Handler(), request)
		var said struct {
			UUID, Type string
		}
		if err := json.Unmarshal(got.Body.Bytes(), &said); err != nil || (got.Code == 200) == (said.UUID == "") ||
			(got.Code == 400) == (said.Type == "") {
			t.Fatalf("%d %s: %v", got.Code, got.Body, err)
		}
	})
}

package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
)

// planRequest sends a good plan.
func (w *world) planRequest() *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.nav.URL+plansURL, strings.NewReader(plan()))
	w.must(err)
	request.Header.Set("Authorization", "Bearer "+w.delegated())
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Nav-Call-Id", callID)
	return request
}

// TestPlansInOutages shows of every outage whether a plan is stored, for that is what nobody can tell who has sent it.
func TestPlansInOutages(t *testing.T) {
	stored := map[simulator.Outage]int{
		simulator.OutageServiceUnavailable: 0, simulator.OutageInternalServerError: 0, simulator.OutageBadGateway: 0,
		simulator.OutageForeignPage: 0, simulator.OutageForeignJSON: 0, simulator.OutageForeignNoContent: 0,
		simulator.OutageTooManyRequests: 0, simulator.OutageForbiddenHTML: 0, simulator.OutageConnectionReset: 0,
		simulator.OutageConnectionResetAfterProcessing: 1, simulator.OutageErrorAfterProcessing: 1, simulator.OutageTruncated: 1,
		simulator.OutageOversized: 1, simulator.OutageEmptyBody: 1, simulator.OutageResetMidBody: 1, simulator.OutageSlowDrip: 1,
	}
	w := newWorld(t)
	w.employs()
	for _, outage := range simulator.Outages() {
		t.Run(string(outage), func(t *testing.T) {
			want, listed := stored[outage]
			if !listed {
				t.Fatal("is a plan stored?")
			}
			w.reset(t)
			before := len(w.sim.Plans())
			w.setFaults(navFaults(simulator.EndpointFaults{Outage: outage}))
			_, err := w.sendAndTaste(w.planRequest())
			t.Logf("the sender sees: %v", err)
			diff(t, "stored", want, len(w.sim.Plans())-before)
		})
	}
}

// TestPlanOfSenderWhoHasGone: NAV may have noticed it, or not.
func TestPlanOfSenderWhoHasGone(t *testing.T) {
	for name, worksOn := range map[string]bool{"Noticed": false, "NotNoticed": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.employs()
			w.setFaults(navFaults(simulator.EndpointFaults{Latency: simulator.Duration(time.Hour), WorksOn: worksOn}))
			if err := w.sendAndLeave(w.planRequest()); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want to have left before the answer", err)
			}
			eventually(t, "the call to end", func() bool { return len(w.sim.Requests().RecentCalls) == 1 })
			diff(t, "stored", worksOn, len(w.sim.Plans()) == 1)
		})
	}
}

// TestPlansInCallFaults decides by the call's id, and NAV's ledger tells afterwards which of the lost answers were of plans that it has.
func TestPlansInCallFaults(t *testing.T) {
	w := newWorld(t)
	w.employs()
	fates := map[string]simulator.Outage{
		"lost before": simulator.OutageConnectionReset, "lost after": simulator.OutageConnectionResetAfterProcessing, "cut": simulator.OutageResetMidBody,
	}
	w.sim.SetCallFaults(func(call simulator.CallInfo) (simulator.EndpointFaults, bool) {
		outage, broken := fates[call.Reference]
		return simulator.EndpointFaults{Outage: outage}, broken
	})
	for _, id := range []string{"lost before", "lost after", "cut", "good"} {
		request := w.planRequest()
		request.Header.Set("Nav-Call-Id", id)
		_, err := w.send(request)
		diff(t, id+": an error", id != "good", err != nil)
	}
	var has []string
	for _, p := range w.sim.Plans() {
		has = append(has, p.CallID)
	}
	diff(t, "what NAV has", []string{"lost after", "cut", "good"}, has)
}

func planFaults(f simulator.NAVPlanFaults) simulator.Faults { return simulator.Faults{NAVPlans: f} }

// refusesFor sends a plan of an employee whom NAV knows: it is refused, and nothing is stored.
func (w *world) refusesFor(t *testing.T, status int, kind string) {
	t.Helper()
	w.employs()
	before := len(w.sim.Plans())
	got := w.sendPlan()
	diff(t, "refused", []any{status, kind}, []any{got.status, rawJSON(t, got.raw)["type"]})
	diff(t, "nothing is stored", before, len(w.sim.Plans()))
}

// failsAfterStoring sends a plan, which NAV stores and answers with an error of its own.
func (w *world) failsAfterStoring(t *testing.T, status int, kind string) simulator.StoredPlan {
	t.Helper()
	w.employs()
	before := len(w.sim.Plans())
	got := w.sendPlan()
	diff(t, "NAV's own error", []any{status, kind}, []any{got.status, rawJSON(t, got.raw)["type"]})
	stored := w.sim.Plans()[before:]
	if len(stored) != 1 {
		t.Fatalf("NAV has stored %d plans, want 1", len(stored))
	}
	return stored[0]
}

func navPlanFaultRows() map[string]faultRow {
	return map[string]faultRow{
		"navPlans.development": {planFaults(simulator.NAVPlanFaults{Development: true}), func(t *testing.T, w *world) {
			got := receiptOf(t, w.sendPlan(claims{"employeeIdentificationNumber": "05908399546"}))
			diff(t, "of whom nothing is asked, and no practitioner gets it", []bool{true, false}, []bool{got.IsSentToNavStatus, got.IsSentToGeneralPractitionerStatus})
		}},
		"navPlans.openDoors": {planFaults(simulator.NAVPlanFaults{OpenDoors: true}), func(t *testing.T, w *world) {
			stranger := claims{"employeeIdentificationNumber": "14838510117"}
			receiptOf(t, w.sendPlan(stranger))
			w.setFaults(simulator.Faults{})
			diff(t, "and else not", 403, w.sendPlan(stranger).status)
		}},
		"navPlans.practitionerNotReached": {planFaults(simulator.NAVPlanFaults{PractitionerNotReached: true}), func(t *testing.T, w *world) {
			w.employs()
			diff(t, "200 all the same", false, receiptOf(t, w.sendPlan()).IsSentToGeneralPractitionerStatus)
		}},
		"navPlans.failBeforeStoring": {planFaults(simulator.NAVPlanFaults{FailBeforeStoring: true}), func(t *testing.T, w *world) {
			w.employs()
			before := len(w.sim.Plans())
			got := w.sendPlan()
			diff(t, "NAV's own error", []any{500, "INTERNAL_SERVER_ERROR"}, []any{got.status, rawJSON(t, got.raw)["type"]})
			diff(t, "not stored", before, len(w.sim.Plans()))
		}},
		"navPlans.failAfterStoring": {planFaults(simulator.NAVPlanFaults{FailAfterStoring: true}), func(t *testing.T, w *world) {
			stored := w.failsAfterStoring(t, 500, "INTERNAL_SERVER_ERROR")
			diff(t, "and sent", []bool{true, true}, []bool{stored.SentToNAV, stored.SentToPractitioner})
			status := receiptOf(t, w.navSend(http.MethodGet, plansURL+"/"+stored.UUID.String()+"/sendingstatus", w.delegated(), ""))
			diff(t, "what NAV writes down last is not written", []bool{false, false}, []bool{status.IsSentToNavStatus, status.IsSentToGeneralPractitionerStatus})
		}},
		"navPlans.noPractitioner": {planFaults(simulator.NAVPlanFaults{NoPractitioner: true}), func(t *testing.T, w *world) {
			w.failsAfterStoring(t, 404, "GENERAL_PRACTITIONER_NOT_FOUND")
		}},
		"navPlans.illegalArgument": {planFaults(simulator.NAVPlanFaults{IllegalArgument: true}), func(t *testing.T, w *world) {
			w.failsAfterStoring(t, 400, "ILLEGAL_ARGUMENT")
		}},
		"navPlans.personRegisterDown": {planFaults(simulator.NAVPlanFaults{PersonRegisterDown: true}), func(t *testing.T, w *world) {
			w.refusesFor(t, 404, "EMPLOYEE_NOT_FOUND")
			diff(t, "employment comes before", "NO_ACTIVE_EMPLOYMENT", rawJSON(t, w.sendPlan(claims{"employeeIdentificationNumber": "14838510117"}).raw)["type"])
			diff(t, "so does the plan itself", 400, w.sendPlan(claims{"employeeIdentificationNumber": "1"}).status)
		}},
		"navPlans.employmentRegisterDown": {planFaults(simulator.NAVPlanFaults{EmploymentRegisterDown: true}), func(t *testing.T, w *world) {
			w.refusesFor(t, 403, "NO_ACTIVE_EMPLOYMENT")
			diff(t, "the plan itself comes before", 400, w.sendPlan(claims{"employeeIdentificationNumber": "1"}).status)
		}},
		"navPlans.employmentRegisterDownHTML": {planFaults(simulator.NAVPlanFaults{EmploymentRegisterDownHTML: true}), func(t *testing.T, w *world) {
			w.refusesFor(t, 500, "INTERNAL_SERVER_ERROR")
		}},
		"navPlans.pdfServiceDown": {planFaults(simulator.NAVPlanFaults{PDFServiceDown: true}), func(t *testing.T, w *world) {
			w.employs()
			got := receiptOf(t, w.sendPlan())
			diff(t, "sent to NAV, it says, and not to the practitioner", []bool{true, false}, []bool{got.IsSentToNavStatus, got.IsSentToGeneralPractitionerStatus})
			plans := w.sim.Plans()
			diff(t, "it is not in the archive", false, plans[len(plans)-1].Archived)
			status := receiptOf(t, w.navSend(http.MethodGet, plansURL+"/"+got.UUID.String()+"/sendingstatus", w.delegated(), ""))
			diff(t, "nor does the status tell", true, status.IsSentToNavStatus)
		}},
		"readings.navMissingFlagIsBadRequest": {readings(simulator.Readings{NAVMissingFlagIsBadRequest: true}), func(t *testing.T, w *world) {
			w.employs()
			for _, flag := range []string{"sendPlanToNav", "sendPlanToGeneralPractitioner", "employeeHasContributedToPlan"} {
				diff(t, flag, 400, w.sendPlan(claims{flag: nil}).status)
				diff(t, flag, 400, w.sendPlan(claims{flag: json.RawMessage("null")}).status)
			}
			receiptOf(t, w.sendPlan(claims{"needsHelpFromNav": nil})) // which may be missing
		}},
		"readings.navContentTypeIsUnsupported": {readings(simulator.Readings{NAVContentTypeIsUnsupported: true}), func(t *testing.T, w *world) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.nav.URL+"/api/v1/followupplan", strings.NewReader(plan()))
			w.must(err)
			request.Header.Set("Authorization", "Bearer "+w.delegated())
			diff(t, "415", 415, w.mustSend(request).status)
			w.setFaults(simulator.Faults{})
			request.Body = io.NopCloser(strings.NewReader(plan()))
			got := w.mustSend(request)
			diff(t, "and else NAV's own error", []any{500, "INTERNAL_SERVER_ERROR"}, []any{got.status, rawJSON(t, got.raw)["type"]})
		}},
	}
}

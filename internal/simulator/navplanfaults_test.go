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
	"github.com/4human/integration-operator/internal/simulator/navplans"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// planRequest sends a good plan.
func (w *world) planRequest() *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.nav.URL+plansURL,
		strings.NewReader(plan()))
	w.must(err)
	request.Header.Set("Authorization", "Bearer "+w.delegated())
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Nav-Call-Id", callID)
	return request
}

// TestPlansInOutages verifies for every outage whether NAV stores the plan, which a sender cannot see.
func TestPlansInOutages(t *testing.T) {
	stored := map[simwire.Outage]int{
		simwire.OutageServiceUnavailable: 0, simwire.OutageInternalServerError: 0, simwire.OutageBadGateway: 0,
		simwire.OutageForeignPage: 0, simwire.OutageForeignJSON: 0, simwire.OutageForeignNoContent: 0,
		simwire.OutageTooManyRequests: 0, simwire.OutageForbiddenHTML: 0, simwire.OutageConnectionReset: 0,
		simwire.OutageConnectionResetAfterProcessing: 1, simwire.OutageErrorAfterProcessing: 1, simwire.OutageTruncated: 1,
		simwire.OutageOversized: 1, simwire.OutageEmptyBody: 1, simwire.OutageResetMidBody: 1, simwire.OutageSlowDrip: 1,
	}
	w := newWorld(t)
	w.employs()
	for _, outage := range simwire.Outages() {
		t.Run(string(outage), func(t *testing.T) {
			want, listed := stored[outage]
			if !listed {
				t.Fatal("is a plan stored?")
			}
			w.reset(t)
			before := len(w.sim.NAVPlans.Plans())
			w.setFaults(navFaults(simwire.Faults{Outage: outage}))
			_, err := w.sendAndTaste(w.planRequest())
			t.Logf("the sender sees: %v", err)
			diff(t, "stored", want, len(w.sim.NAVPlans.Plans())-before)
		})
	}
}

// TestPlanOfSenderWhoHasGone disconnects during a request: NAV may process the plan, or not.
func TestPlanOfSenderWhoHasGone(t *testing.T) {
	for name, worksOn := range map[string]bool{"Noticed": false, "NotNoticed": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.employs()
			w.setFaults(navFaults(simwire.Faults{Latency: simwire.Duration(time.Hour), WorksOn: worksOn}))
			if err := w.sendAndLeave(w.planRequest()); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want to have left before the response", err)
			}
			eventually(t, "the call to end", func() bool { return len(w.sim.Recorder.Report().RecentCalls) == 1 })
			diff(t, "stored", worksOn, len(w.sim.NAVPlans.Plans()) == 1)
		})
	}
}

// TestPlansInCallFaults decides faults by the call's id. Afterwards NAV's ledger shows which of the lost responses were
// for stored plans.
func TestPlansInCallFaults(t *testing.T) {
	w := newWorld(t)
	w.employs()
	fates := map[string]simwire.Outage{
		"lost before": simwire.OutageConnectionReset, "lost after": simwire.OutageConnectionResetAfterProcessing,
		"cut": simwire.OutageResetMidBody,
	}
	w.sim.SetCallFaults(func(call simwire.CallInfo) (simwire.Faults, bool) {
		outage, broken := fates[call.Reference]
		return simwire.Faults{Outage: outage}, broken
	})
	for _, id := range []string{"lost before", "lost after", "cut", "good"} {
		request := w.planRequest()
		request.Header.Set("Nav-Call-Id", id)
		_, err := w.send(request)
		diff(t, id+": an error", id != "good", err != nil)
	}
	var has []string
	for _, p := range w.sim.NAVPlans.Plans() {
		has = append(has, p.CallID)
	}
	diff(t, "what NAV has", []string{"lost after", "cut", "good"}, has)
}

func planFaults(f navplans.Faults) simulator.Faults { return simulator.Faults{NAVPlans: f} }

// refusesFor sends a plan of an employee whom NAV knows. NAV refuses it and stores nothing.
func (w *world) refusesFor(t *testing.T, status int, kind string) {
	t.Helper()
	w.employs()
	before := len(w.sim.NAVPlans.Plans())
	got := w.sendPlan()
	diff(t, "refused", []any{status, kind}, []any{got.status, rawJSON(t, got.raw)["type"]})
	diff(t, "nothing is stored", before, len(w.sim.NAVPlans.Plans()))
}

// failsAfterStoring sends a plan, which NAV stores before it returns an error.
func (w *world) failsAfterStoring(t *testing.T, status int, kind string) navplans.StoredPlan {
	t.Helper()
	w.employs()
	before := len(w.sim.NAVPlans.Plans())
	got := w.sendPlan()
	diff(t, "NAV's own error", []any{status, kind}, []any{got.status, rawJSON(t, got.raw)["type"]})
	stored := w.sim.NAVPlans.Plans()[before:]
	if len(stored) != 1 {
		t.Fatalf("NAV has stored %d plans, want 1", len(stored))
	}
	return stored[0]
}

func navPlanFaultRows() map[string]faultRow {
	return map[string]faultRow{
		"navPlans.development": {
			faults: planFaults(navplans.Faults{Development: true}),
			observe: func(t *testing.T, w *world) {
				got := receiptOf(t, w.sendPlan(claims{"employeeIdentificationNumber": "05908399546"}))
				diff(t, "not looked up, and not sent to a practitioner", []bool{true, false},
					[]bool{got.IsSentToNavStatus, got.IsSentToGeneralPractitionerStatus})
			},
		},
		"navPlans.openDoors": {
			faults: planFaults(navplans.Faults{OpenDoors: true}),
			observe: func(t *testing.T, w *world) {
				stranger := claims{"employeeIdentificationNumber": "14838510117"}
				receiptOf(t, w.sendPlan(stranger))
				w.setFaults(simulator.Faults{})
				diff(t, "and else not", 403, w.sendPlan(stranger).status)
			},
		},
		"navPlans.practitionerNotReached": {
			faults: planFaults(navplans.Faults{PractitionerNotReached: true}),
			observe: func(t *testing.T, w *world) {
				w.employs()
				diff(t, "200 all the same", false, receiptOf(t, w.sendPlan()).IsSentToGeneralPractitionerStatus)
			},
		},
		"navPlans.failBeforeStoring": {
			faults: planFaults(navplans.Faults{FailBeforeStoring: true}),
			observe: func(t *testing.T, w *world) {
				w.employs()
				before := len(w.sim.NAVPlans.Plans())
				got := w.sendPlan()
				diff(t, "NAV's own error", []any{500, "INTERNAL_SERVER_ERROR"}, []any{got.status, rawJSON(t, got.raw)["type"]})
				diff(t, "not stored", before, len(w.sim.NAVPlans.Plans()))
			},
		},
		"navPlans.failAfterStoring": {
			faults: planFaults(navplans.Faults{FailAfterStoring: true}),
			observe: func(t *testing.T, w *world) {
				stored := w.failsAfterStoring(t, 500, "INTERNAL_SERVER_ERROR")
				diff(t, "and sent", []bool{true, true}, []bool{stored.SentToNAV, stored.SentToPractitioner})
				status := receiptOf(t, w.navSend(http.MethodGet, plansURL+"/"+stored.UUID.String()+"/sendingstatus", w.delegated(),
					""))
				diff(t, "what NAV writes down last is not written", []bool{false, false},
					[]bool{status.IsSentToNavStatus, status.IsSentToGeneralPractitionerStatus})
			},
		},
		"navPlans.noPractitioner": {
			faults: planFaults(navplans.Faults{NoPractitioner: true}),
			observe: func(t *testing.T, w *world) {
				w.failsAfterStoring(t, 404, "GENERAL_PRACTITIONER_NOT_FOUND")
			},
		},
		"navPlans.illegalArgument": {
			faults: planFaults(navplans.Faults{IllegalArgument: true}),
			observe: func(t *testing.T, w *world) {
				w.failsAfterStoring(t, 400, "ILLEGAL_ARGUMENT")
			},
		},
		"navPlans.personRegisterDown": {
			faults: planFaults(navplans.Faults{PersonRegisterDown: true}),
			observe: func(t *testing.T, w *world) {
				w.refusesFor(t, 404, "EMPLOYEE_NOT_FOUND")
				diff(t, "employment comes before", "NO_ACTIVE_EMPLOYMENT",
					rawJSON(t, w.sendPlan(claims{"employeeIdentificationNumber": "14838510117"}).raw)["type"])
				diff(t, "so does the plan itself", 400, w.sendPlan(claims{"employeeIdentificationNumber": "1"}).status)
			},
		},
		"navPlans.employmentRegisterDown": {
			faults: planFaults(navplans.Faults{EmploymentRegisterDown: true}),
			observe: func(t *testing.T, w *world) {
				w.refusesFor(t, 403, "NO_ACTIVE_EMPLOYMENT")
				diff(t, "the plan itself comes before", 400, w.sendPlan(claims{"employeeIdentificationNumber": "1"}).status)
			},
		},
		"navPlans.employmentRegisterDownHTML": {
			faults: planFaults(navplans.Faults{EmploymentRegisterDownHTML: true}),
			observe: func(t *testing.T, w *world) {
				w.refusesFor(t, 500, "INTERNAL_SERVER_ERROR")
			},
		},
		"navPlans.pdfServiceDown": {
			faults: planFaults(navplans.Faults{PDFServiceDown: true}),
			observe: func(t *testing.T, w *world) {
				w.employs()
				got := receiptOf(t, w.sendPlan())
				diff(t, "sent to NAV, it says, and not to the practitioner", []bool{true, false},
					[]bool{got.IsSentToNavStatus, got.IsSentToGeneralPractitionerStatus})
				plans := w.sim.NAVPlans.Plans()
				diff(t, "it is not in the archive", false, plans[len(plans)-1].Archived)
				status := receiptOf(t,
					w.navSend(http.MethodGet, plansURL+"/"+got.UUID.String()+"/sendingstatus", w.delegated(), ""))
				diff(t, "nor does the status tell", true, status.IsSentToNavStatus)
			},
		},
		"readings.navMissingFlagIsBadRequest": {
			faults: readings(simulator.Readings{NAVPlanReadings: navplans.Readings{MissingFlagIsBadRequest: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				w.employs()
				for _, flag := range []string{"sendPlanToNav", "sendPlanToGeneralPractitioner", "employeeHasContributedToPlan"} {
					diff(t, flag, 400, w.sendPlan(claims{flag: nil}).status)
					diff(t, flag, 400, w.sendPlan(claims{flag: json.RawMessage("null")}).status)
				}
				receiptOf(t, w.sendPlan(claims{"needsHelpFromNav": nil})) // which may be missing
			},
		},
		"readings.navPlanIsReadAsText": {
			faults: readings(simulator.Readings{NAVPlanReadings: navplans.Readings{PlanIsReadAsText: true}}),
			observe: func(t *testing.T, w *world) {
				w.employs()
				send := func(body string) reply {
					request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.nav.URL+"/api/v1/followupplan",
						strings.NewReader(body))
					w.must(err)
					request.Header.Set("Authorization", "Bearer "+w.delegated())
					return w.mustSend(request)
				}
				receiptOf(t, send(plan()))
				diff(t, "the message names no class", "Failed to convert request body",
					rawJSON(t, send("{").raw)["message"])
			},
		},
		"readings.navContentTypeIsUnsupported": {
			faults: readings(simulator.Readings{NAVPlanReadings: navplans.Readings{ContentTypeIsUnsupported: true}}),
			observe: func(t *testing.T,
				w *world,
			) {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.nav.URL+"/api/v1/followupplan",
					strings.NewReader(plan()))
				w.must(err)
				request.Header.Set("Authorization", "Bearer "+w.delegated())
				diff(t, "415", 415, w.mustSend(request).status)
				w.setFaults(simulator.Faults{})
				request.Body = io.NopCloser(strings.NewReader(plan()))
				got := w.mustSend(request)
				diff(t, "and else NAV's own error", []any{500, "INTERNAL_SERVER_ERROR"},
					[]any{got.status, rawJSON(t, got.raw)["type"]})
			},
		},
	}
}

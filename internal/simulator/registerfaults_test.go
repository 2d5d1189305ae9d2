package simulator_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	simregister "github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const unitsPath = "/enhetsregisteret/api/enheter/"

// registerRequest requests a path of Enhetsregisteret.
func (w *world) registerRequest(path string) *http.Request {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.register.URL+path, http.NoBody)
	w.must(err)
	return r
}

func registerFaults(f simwire.Faults) simulator.Faults { return simulator.Faults{Register: f} }

func registerReadings(r simregister.Readings) simulator.Faults {
	return readings(simulator.Readings{RegisterReadings: r})
}

// registerFaultRows has the rows of Enhetsregisteret.
func registerFaultRows() map[string]faultRow {
	row := func(faults simulator.Faults, observe func(t *testing.T, w *world, r *http.Request)) faultRow {
		return faultRow{faults, func(t *testing.T, w *world) {
			w.must(w.sim.Register.Register(simregister.Unit{Number: consumer, Name: "DYNAMISK ALTETENDE TIGER AS"}))
			defer w.sim.Register.Forget(consumer)
			observe(t, w, w.registerRequest(unitsPath+consumer))
		}}
	}
	hour := simwire.Duration(time.Hour)
	return map[string]faultRow{
		"register.outage": row(registerFaults(simwire.Faults{Outage: simwire.OutageBadGateway}),
			func(t *testing.T, w *world, r *http.Request) {
				diff(t, "the register fails", 502, w.mustSend(r).status)
				w.token(w.ask())
			}),
		"register.retryAfter": row(
			registerFaults(simwire.Faults{Outage: simwire.OutageTooManyRequests, RetryAfter: simwire.RetryAfterSeconds}),
			func(t *testing.T, w *world, r *http.Request) {
				diff(t, "Retry-After", "30", w.mustSend(r).header.Get("Retry-After"))
			}),
		"register.latency": row(registerFaults(simwire.Faults{Latency: hour}),
			func(t *testing.T, w *world, r *http.Request) { w.leave(t, "register", r) }),
		"register.worksOn": row(registerFaults(simwire.Faults{Latency: hour, WorksOn: true}),
			func(t *testing.T, w *world, r *http.Request) { w.leaveWith(t, "register", "OK,CallerGone", r) }),
		"register.latencyAfter": row(
			registerFaults(simwire.Faults{LatencyAfter: simwire.Duration(50 * time.Millisecond)}),
			func(t *testing.T, w *world, r *http.Request) {
				began := time.Now()
				diff(t, "the answer comes", 200, w.mustSend(r).status)
				diff(t, "late", true, time.Since(began) >= 50*time.Millisecond)
			}),
		"readings.registerNotFoundIsEmpty": row(registerReadings(simregister.Readings{NotFoundIsEmpty: true}),
			func(t *testing.T, w *world, _ *http.Request) {
				got := w.mustSend(w.registerRequest(unitsPath + "314240979"))
				diff(t, "status", 404, got.status)
				diff(t, "body", "", string(got.raw))
			}),
		"readings.registerDeletedIsGone": row(registerReadings(simregister.Readings{DeletedIsGone: true}),
			func(t *testing.T, w *world, r *http.Request) {
				w.must(w.sim.Register.Register(simregister.Unit{Number: consumer, Name: "TIGER AS", DeletedOn: "2026-05-31"}))
				diff(t, "status", 410, w.mustSend(r).status)
			}),
	}
}

// TestRegister compares the register's responses with what is known of the real one's.
func TestRegister(t *testing.T) {
	w := newWorld(t)
	for _, unit := range []simregister.Unit{
		{Number: consumer, Name: "DYNAMISK ALTETENDE TIGER AS", Bankrupt: true},
		{Number: subUnit, Name: "TIGER AVD OSLO", MainUnit: consumer},
		{Number: "314240979", Name: "NEDLAGT ELG AS", DeletedOn: "2024-05-31"},
		{Number: "311006819", DeletedOn: "2024-05-31", Removed: true},
	} {
		w.mustCall(http.StatusNoContent, http.MethodPut, "/register/units/"+unit.Number, mustJSON(t, unit))
	}
	const subUnitsPath = "/enhetsregisteret/api/underenheter/"
	cases := map[string]struct {
		path   string
		status int
		fields map[string]any // of the body
	}{
		"main unit": {path: unitsPath + consumer, status: 200, fields: map[string]any{
			"respons_klasse": "Enhet", "organisasjonsnummer": consumer, "konkurs": true,
		}},
		"sub-unit": {path: subUnitsPath + subUnit, status: 200, fields: map[string]any{
			"respons_klasse": "Underenhet", "overordnetEnhet": consumer,
		}},
		"sub-unit as main unit": {path: unitsPath + subUnit, status: 404},
		"main unit as sub-unit": {path: subUnitsPath + consumer, status: 404},
		"deleted": {path: unitsPath + "314240979", status: 200, fields: map[string]any{
			"respons_klasse": "SlettetEnhet", "slettedato": "2024-05-31", "navn": "NEDLAGT ELG AS", "konkurs": nil,
		}},
		"removed": {path: unitsPath + "311006819", status: 410, fields: map[string]any{
			"slettedato": "2024-05-31", "navn": nil, "organisasjonsnummer": "311006819",
		}},
		"unknown": {path: unitsPath + "974760673", status: 404},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := w.mustSend(w.registerRequest(tc.path))
			diff(t, "status", tc.status, got.status)
			var body map[string]any
			w.must(json.Unmarshal(got.raw, &body))
			for field, want := range tc.fields {
				diff(t, field, want, body[field])
			}
		})
	}
	w.mustCall(http.StatusBadRequest, http.MethodPut, "/register/units/310330702", `{"name":"X"}`)
	w.mustCall(http.StatusBadRequest, http.MethodPut, "/register/units/"+consumer, `{"number":"974760673","name":"X"}`)
	w.mustCall(http.StatusNoContent, http.MethodDelete, "/register/units/"+consumer, "")
	diff(t, "forgotten", 404, w.mustSend(w.registerRequest(unitsPath+consumer)).status)
}

func mustJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

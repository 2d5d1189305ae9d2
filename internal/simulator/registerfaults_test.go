package simulator_test

import (
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

// registerFaultRows are the faults of Enhetsregisteret.
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
				diff(t, "the response comes", 200, w.mustSend(r).status)
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

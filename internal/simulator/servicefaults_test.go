package simulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

func navFaults(f simwire.Faults) simulator.Faults { return simulator.Faults{NAV: f} }

func hrmFaults(f simwire.Faults) simulator.Faults { return simulator.Faults{HRM: f} }

// good sends the requests of a good client to NAV and to the HRM system.
func (w *world) good() (nav, hrm *http.Request) {
	w.t.Helper()
	w.registerTenant(tenant, consumer, tenantToken)
	return w.navRequest("Bearer " + w.forge()), w.hrmRequest("/tiger/v1/organization", "Bearer "+tenantToken)
}

func serviceFaultRows() map[string]faultRow {
	unavailable := simwire.Faults{Outage: simwire.OutageServiceUnavailable}
	later := simwire.Faults{Outage: simwire.OutageTooManyRequests, RetryAfter: simwire.RetryAfterHTTPDate}
	slow := simwire.Faults{Latency: simwire.Duration(time.Hour)}
	slowAndWorks := simwire.Faults{Latency: simwire.Duration(time.Hour), WorksOn: true}
	lateResponse := simwire.Faults{LatencyAfter: simwire.Duration(50 * time.Millisecond)}
	const halfAMinuteOn = "Tue, 01 Sep 2026 12:00:30 GMT"
	return map[string]faultRow{
		"nav.outage": {
			faults: navFaults(unavailable),
			observe: func(t *testing.T, w *world) {
				nav, hrm := w.good()
				diff(t, "NAV fails", 503, w.mustSend(nav).status)
				diff(t, "its other paths, too", 503, w.mustSend(w.navPath("/")).status)
				diff(t, "the HRM system does not", 200, w.mustSend(hrm).status)
				w.token(w.ask())
			},
		},
		"nav.retryAfter": {
			faults: navFaults(later),
			observe: func(t *testing.T, w *world) {
				nav, _ := w.good()
				diff(t, "Retry-After", halfAMinuteOn, w.mustSend(nav).header.Get("Retry-After"))
			},
		},
		"nav.latency": {
			faults: navFaults(slow),
			observe: func(t *testing.T, w *world) {
				nav, _ := w.good()
				w.leave(t, "nav", nav)
			},
		},
		"nav.worksOn": {
			faults: navFaults(slowAndWorks),
			observe: func(t *testing.T, w *world) {
				nav, _ := w.good()
				w.leaveWith(t, "nav", "OK,CallerGone", nav)
			},
		},
		"nav.latencyAfter": {
			faults: navFaults(lateResponse),
			observe: func(t *testing.T, w *world) {
				nav, _ := w.good()
				began := time.Now()
				diff(t, "the response comes", 200, w.mustSend(nav).status)
				diff(t, "late", true, time.Since(began) >= 50*time.Millisecond)
			},
		},
		"hrm.outage": {
			faults: hrmFaults(unavailable),
			observe: func(t *testing.T, w *world) {
				nav, hrm := w.good()
				diff(t, "the HRM system fails", 503, w.mustSend(hrm).status)
				diff(t, "its other paths, too", 503, w.mustSend(w.hrmRequest("/")).status)
				diff(t, "NAV does not", 200, w.mustSend(nav).status)
				w.token(w.ask())
			},
		},
		"hrm.retryAfter": {
			faults: hrmFaults(later),
			observe: func(t *testing.T, w *world) {
				_, hrm := w.good()
				diff(t, "Retry-After", halfAMinuteOn, w.mustSend(hrm).header.Get("Retry-After"))
			},
		},
		"hrm.latency": {
			faults: hrmFaults(slow),
			observe: func(t *testing.T, w *world) {
				_, hrm := w.good()
				w.leave(t, "hrm", hrm)
			},
		},
		"hrm.worksOn": {
			faults: hrmFaults(slowAndWorks),
			observe: func(t *testing.T, w *world) {
				_, hrm := w.good()
				w.leaveWith(t, "hrm", "OK,CallerGone", hrm)
			},
		},
		"hrm.latencyAfter": {
			faults: hrmFaults(lateResponse),
			observe: func(t *testing.T, w *world) {
				_, hrm := w.good()
				began := time.Now()
				diff(t, "the response comes", 200, w.mustSend(hrm).status)
				diff(t, "late", true, time.Since(began) >= 50*time.Millisecond)
			},
		},
	}
}

func (w *world) navPath(path string) *http.Request {
	request := w.navRequest()
	request.URL.Path = path
	return request
}

// leave disconnects, and waits until the endpoint has noticed.
func (w *world) leave(t *testing.T, endpoint string, request *http.Request) {
	t.Helper()
	w.leaveWith(t, endpoint, "CallerGone", request)
}

// leaveWith disconnects, and waits until the endpoint has ended the call with this outcome.
func (w *world) leaveWith(t *testing.T, endpoint, outcome string, request *http.Request) {
	t.Helper()
	if err := w.sendAndLeave(request); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want to have left before the response", err)
	}
	eventually(t, "the simulator to notice that its caller has gone", func() bool {
		return w.sim.Recorder.Report().Counts[endpoint][outcome] == 1
	})
}

// TestFaultsOfMaskinportenAreItsOwn sets faults of Maskinporten: NAV and the HRM system still work.
func TestFaultsOfMaskinportenAreItsOwn(t *testing.T) {
	w := newWorld(t)
	w.setFaults(simulator.Faults{
		Faults: simmaskinporten.Faults{
			AnswerFaults: simmaskinporten.AnswerFaults{
				Outage:  simwire.OutageConnectionReset,
				Latency: simwire.Duration(time.Hour),
			},
			Limited: []simmaskinporten.LimitedFaults{{
				Consumers:    []string{consumer},
				AnswerFaults: simmaskinporten.AnswerFaults{Outage: simwire.OutageBadGateway},
			}},
			EveryEndpoint: true, ClockOffset: simwire.Duration(time.Hour), KeysExpired: true,
			MetadataIssuer: "https://other.example/", TokenEndpoint: "https://other.example/token",
			WithoutErrorURI: true, LegacyCorrelationID: true,
		},
	})
	nav, hrm := w.good()
	checkUp(t, "NAV", w.mustSend(nav))
	checkOrganization(t, "the HRM system", consumer, w.mustSend(hrm))
}

// TestServiceOutages verifies that each service fails with its outages; TestOutages tests each outage itself.
func TestServiceOutages(t *testing.T) {
	w := newWorld(t)
	cases := map[simwire.Outage]struct {
		reason  string
		outcome string
		observe func(t *testing.T, got reply, err error)
	}{
		simwire.OutageForbiddenHTML: {
			reason: "from a proxy on the way, and the report still knows whom it hit", outcome: "ForbiddenHTML",
			observe: func(t *testing.T, got reply, err error) {
				diff(t, "answer", []any{403, "text/html; charset=utf-8", nil},
					[]any{got.status, got.header.Get("Content-Type"), err})
			},
		},
		simwire.OutageConnectionReset: {
			reason: "not an orderly end", outcome: "ConnectionReset",
			observe: func(t *testing.T, _ reply, err error) {
				if !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("got %v, want a reset", err)
				}
			},
		},
		simwire.OutageTruncated: {
			reason: "half of the response", outcome: "OK,Truncated",
			observe: func(t *testing.T, got reply, err error) {
				if !errors.Is(err, io.ErrUnexpectedEOF) || got.status != 200 || len(got.raw) == 0 {
					t.Errorf("got %d, %s and %v, want half of a response", got.status, got.raw, err)
				}
			},
		},
		simwire.OutageEmptyBody: {
			reason: "200 and nothing", outcome: "OK,EmptyBody",
			observe: func(t *testing.T, got reply, _ error) {
				diff(t, "answer", []any{200, 0}, []any{got.status, len(got.raw)})
			},
		},
	}
	for outage, tc := range cases {
		broken := simwire.Faults{Outage: outage}
		for endpoint, faults := range map[string]simulator.Faults{"nav": navFaults(broken), "hrm": hrmFaults(broken)} {
			t.Run(endpoint+string(outage), func(t *testing.T) {
				t.Log(tc.reason)
				w.reset(t)
				nav, hrm := w.good()
				w.setFaults(faults)
				request := map[string]*http.Request{"nav": nav, "hrm": hrm}[endpoint]
				w.http.CloseIdleConnections() // Go's client repeats a GET whose kept connection breaks
				got, err := w.send(request)
				tc.observe(t, got, err)
				diff(t, "counted as", map[string]map[string]int{endpoint: {tc.outcome: 1}}, w.sim.Recorder.Report().Counts)
				diff(t, "whom it was about", consumer, w.sim.Recorder.Report().RecentCalls[0].Organization)
			})
		}
	}
}

// TestTokenOutlivedByLatency advances the clock by a minute whenever the simulator reads it.
func TestTokenOutlivedByLatency(t *testing.T) {
	w := newWorld(t)
	sim, err := simulator.New(simulator.Options{Issuer: issuer, Now: func() time.Time {
		defer w.clock.Step(time.Minute)
		return w.clock.Now()
	}})
	w.must(err)
	token, err := sim.Maskinporten.Tokens.Sign(w.tokenClaims())
	w.must(err)
	request := w.navRequest("Bearer " + token)
	diff(t, "a token is judged when it is looked at, not when it arrived", 401,
		serveWith(sim.NAVPlans.Handler(), request).Code)
}

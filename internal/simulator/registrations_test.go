package simulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/registrations"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// TestRegistrations registers items with tokens of Maskinporten, and sends requests that the API refuses.
func TestRegistrations(t *testing.T) {
	w := newWorld(t)
	w.must(w.sim.Maskinporten.RegisterScope(maskinporten.Scope{
		Name: accesstoken.RegistrationScope, AccessibleForAll: true, DelegationSource: "altinn",
		TokenLifetime: wire.Duration(2 * time.Minute),
	}))
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *maskinporten.Client) {
		c.Scopes = append(c.Scopes, accesstoken.RegistrationScope)
	})))
	w.must(w.sim.Maskinporten.Delegate(consumer, supplier, accesstoken.RegistrationScope))
	w.delegate(consumer)
	server := w.listen(w.sim.Registrations.Handler())
	good := w.ask(claims{"scope": accesstoken.RegistrationScope}).AccessToken
	cases := map[string]struct {
		reason              string
		method, path, token string
		body                string
		want                int
	}{
		"a":            {reason: "it is new", token: good, want: http.StatusCreated},
		"b again":      {reason: "it is not", token: good, want: http.StatusOK},
		"no token":     {reason: "it is required", want: http.StatusUnauthorized},
		"another API":  {reason: "the scope is NAV's", token: w.ask().AccessToken, want: http.StatusForbidden},
		"no JSON":      {reason: "an item is an object", token: good, body: "[]", want: http.StatusBadRequest},
		"no reference": {reason: "an item has one", token: good, path: "/v1/registrations/", want: http.StatusNotFound},
		"method":       {reason: "it is PUT", token: good, method: http.MethodPost, want: http.StatusMethodNotAllowed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.path == "" {
				c.path = "/v1/registrations/" + name[:1]
			}
			if c.method == "" {
				c.method = http.MethodPut
			}
			if c.body == "" {
				c.body = `{"kind":"mast"}`
			}
			send := func() int {
				r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, strings.NewReader(c.body))
				w.must(err)
				if c.token != "" {
					r.Header.Set("Authorization", "Bearer "+c.token)
				}
				return w.mustSend(r).status
			}
			got := send()
			if name == "b again" {
				got = send()
			}
			diff(t, c.reason, c.want, got)
		})
	}
	times := map[string]int{}
	for _, r := range w.sim.Registrations.Registrations() {
		times[r.Reference] = r.Times
		diff(t, "the token's", registrations.Registration{
			Organization: consumer, Supplier: supplier, Reference: r.Reference, Times: r.Times,
		}, r)
	}
	diff(t, "each item once", map[string]int{"a": 1, "b": 2}, times)
}

// registrationFaultRows are the faults of the API for registrations.
func registrationFaultRows() map[string]faultRow {
	row := func(faults wire.Faults, observe func(t *testing.T, w *world, r *http.Request)) faultRow {
		return faultRow{simulator.Faults{Registrations: faults}, func(t *testing.T, w *world) {
			server := w.listen(w.sim.Registrations.Handler())
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+"/v1/registrations/a", http.NoBody)
			w.must(err)
			observe(t, w, r)
		}}
	}
	hour := wire.Duration(time.Hour)
	return map[string]faultRow{
		"registrations.outage": row(wire.Faults{Outage: wire.OutageBadGateway},
			func(t *testing.T, w *world, r *http.Request) { diff(t, "it fails", 502, w.mustSend(r).status) }),
		"registrations.retryAfter": row(wire.Faults{
			Outage: wire.OutageTooManyRequests, RetryAfter: wire.RetryAfterSeconds,
		}, func(t *testing.T, w *world, r *http.Request) {
			diff(t, "Retry-After", "30", w.mustSend(r).header.Get("Retry-After"))
		}),
		"registrations.latency": row(wire.Faults{Latency: hour},
			func(t *testing.T, w *world, r *http.Request) { w.leave(t, "registrations", r) }),
		"registrations.worksOn": row(wire.Faults{Latency: hour, WorksOn: true},
			func(t *testing.T, w *world, r *http.Request) {
				w.leaveWith(t, "registrations", "NoToken,CallerGone", r)
			}),
		"registrations.latencyAfter": row(wire.Faults{LatencyAfter: wire.Duration(50 * time.Millisecond)},
			func(t *testing.T, w *world, r *http.Request) {
				began := time.Now()
				diff(t, "the response comes", 401, w.mustSend(r).status)
				diff(t, "late", true, time.Since(began) >= 50*time.Millisecond)
			}),
	}
}

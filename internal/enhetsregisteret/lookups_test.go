package enhetsregisteret_test

import (
	"errors"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/4human/integration-operator/internal/enhetsregisteret"
	"github.com/4human/integration-operator/internal/outbound"
	simregister "github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const patience = time.Minute

// lookups returns Lookups, and the base URL of the register.
func (r *register) lookups(t *testing.T) (*enhetsregisteret.Lookups, string) {
	t.Helper()
	server := httptest.NewServer(r.Handler())
	t.Cleanup(server.Close)
	return &enhetsregisteret.Lookups{
		Log: logr.Discard(),
		Calls: outbound.Caller{
			Transport: outbound.NewTransport(nil), Timeout: 5 * time.Second, Now: time.Now,
		},
	}, server.URL + "/enhetsregisteret/api"
}

// TestLookups begins a look-up once, and returns its result once.
func TestLookups(t *testing.T) {
	r := newRegister(t, simregister.Unit{Number: tiger.String(), Name: "TIGER AS"})
	l, url := r.lookups(t)
	if _, _, ok := l.Collect("customer", 0); ok {
		t.Error("a result of nothing")
	}
	for range 3 {
		l.Begin(t.Context(), "customer", url, supplier, tiger)
	}
	if u, err, ok := l.Collect("customer", patience); !ok || err != nil || u.Name != "TIGER AS" {
		t.Errorf("got %+v, %v, %t", u, err, ok)
	}
	if _, _, ok := l.Collect("customer", 0); ok {
		t.Error("the result came twice")
	}
	if n := len(r.recorder.Report().RecentCalls); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	l.Begin(t.Context(), "stranger", url, supplier, stranger)
	if _, err, ok := l.Collect("stranger", patience); !ok || !errors.Is(err, enhetsregisteret.ErrNotFound) {
		t.Errorf("got %v, %t", err, ok)
	}
	l.Begin(t.Context(), "gone", url, supplier, tiger)
	l.Forget("gone")
	if _, _, ok := l.Collect("gone", 0); ok {
		t.Error("a result of a customer that was forgotten")
	}
}

// TestLookupsDoNotWait returns at once while the register hangs.
func TestLookupsDoNotWait(t *testing.T) {
	r := newRegister(t)
	if err := r.SetOutage(wire.Faults{Latency: wire.Duration(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	l, url := r.lookups(t)
	l.Calls.Timeout = time.Second
	began := time.Now()
	l.Begin(t.Context(), "customer", url, supplier, tiger)
	if _, _, ok := l.Collect("customer", 10*time.Millisecond); ok || time.Since(began) > l.Calls.Timeout {
		t.Errorf("ok: %t after %s", ok, time.Since(began))
	}
}

// TestLookupsPause sends no request for a while after five have failed. That an organization does not exist is no
// failure.
func TestLookupsPause(t *testing.T) {
	r := newRegister(t)
	l, url := r.lookups(t)
	look := func(n int) (failed int) {
		for i := range n {
			key := strconv.Itoa(i)
			l.Begin(t.Context(), key, url, supplier, stranger)
			if _, err, ok := l.Collect(key, patience); ok && !errors.Is(err, enhetsregisteret.ErrNotFound) {
				failed++
			}
		}
		return failed
	}
	if failed := look(7); failed > 0 {
		t.Fatalf("%d failed", failed)
	}
	if err := r.SetOutage(wire.Faults{Outage: wire.OutageBadGateway}); err != nil {
		t.Fatal(err)
	}
	r.recorder.Reset()
	look(9)
	if n := len(r.recorder.Report().RecentCalls); n != 5 {
		t.Errorf("%d requests, want 5", n)
	}
}

// TestLookupsAreLimited begins no more than a second's share at once.
func TestLookupsAreLimited(t *testing.T) {
	r := newRegister(t, simregister.Unit{Number: tiger.String(), Name: "TIGER AS"})
	l, url := r.lookups(t)
	const all = 1000
	for i := range all {
		l.Begin(t.Context(), strconv.Itoa(i), url, supplier, tiger)
	}
	began := 0
	for i := range all {
		if _, _, ok := l.Collect(strconv.Itoa(i), patience); ok {
			began++
		}
	}
	if began < 20 || began > all/2 {
		t.Errorf("%d look-ups began, want about 20", began)
	}
}

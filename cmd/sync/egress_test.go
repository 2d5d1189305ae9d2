package main

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

// TestMoreAuthorities checks that a worker trusts the authorities of the Supplier's ConfigMap for NAV and the HRM
// system, and that a ConfigMap that is missing or unusable is reported.
func TestMoreAuthorities(t *testing.T) {
	w := newWorld(t)
	w.hrm.server = outboundtest.ServeTLS(t, w.traced("hrm", w.hrm))
	w.nav.server = outboundtest.ServeTLS(t, w.traced("nav", w.nav))
	w.environment = w.makeEnvironment()
	w.environment.Settings.CAFile = w.path("ca.crt")
	isUnreadable := func() bool {
		return w.ended() == failed(runreport.ConfigurationInvalid) && w.report().Cause == runreport.CAConfigMapUnreadable
	}
	if code := w.run(t.Context(), time.Minute); code != 1 || !isUnreadable() {
		t.Errorf("missing: exit code %d, %+v", code, w.report())
	}
	if !strings.Contains(w.logged.String(), "caConfigMapRef") {
		t.Errorf("the log does not name the field: %s", w.logged)
	}
	w.write("ca.crt", "no certificate")
	if code := w.run(t.Context(), time.Minute); code != 1 || !isUnreadable() {
		t.Errorf("unusable: exit code %d, %+v", code, w.report())
	}
	w.write("ca.crt", authorityOf(w.hrm.server)) // all of httptest's servers have the same
	if code := w.run(t.Context(), time.Minute); code != 0 || !strings.Contains(w.plans.settlements(), `"sent"`) {
		t.Errorf("with it: exit code %d, %+v: %s", code, w.ended(), w.logged)
	}
	w.write("hrm-ca.crt", otherAuthority(t))
	if code := w.run(t.Context(), time.Minute); code != 1 || w.ended() != failed(runreport.HRMUnreachable) {
		t.Errorf("the customer's own authority replaces it: exit code %d, %+v", code, w.ended())
	}
}

// TestWorkerBehindAProxy checks that a worker connects to NAV and the HRM system by the Supplier's proxy, and to the
// token broker without it.
func TestWorkerBehindAProxy(t *testing.T) {
	w := newWorld(t)
	var hosts []string
	proxied := outboundtest.Serve(t, func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		hosts = append(hosts, r.Host)
		w.mu.Unlock()
		map[string]*service{"hrm.example": w.hrm, "nav.example": w.nav}[r.Host].serve(rw, r)
	})
	w.environment.Settings.APIURL = "http://nav.example"
	w.environment.Settings.HRM.AllowedAddresses = nil
	w.environment.Settings.Proxy.URL = proxied.URL
	if code := w.execute(t.Context(), "INTEGRATION_HRM_URL=http://hrm.example/api"); code != 0 ||
		!strings.Contains(w.plans.settlements(), `"sent"`) {
		t.Errorf("exit code %d, %+v: %s", code, w.ended(), w.logged)
	}
	if strings.Contains(strings.Join(hosts, " "), "127.0.0.1") {
		t.Errorf("the proxy saw %v", hosts)
	}
	_, port, _ := net.SplitHostPort(w.hrm.server.Listener.Addr().String())
	if code := w.execute(t.Context(), "INTEGRATION_HRM_URL=http://10.1.2.3:"+port); code != 1 ||
		w.ended() != failed(runreport.HRMAddressNotAllowed) {
		t.Errorf("a written address: exit code %d, %+v", code, w.ended())
	}
	w.environment.Settings.Proxy.URL = "proxy.example"
	if code := w.execute(t.Context()); code != 1 || w.ended() != failed(runreport.ConfigurationInvalid) {
		t.Errorf("no proxy: exit code %d, %+v", code, w.ended())
	}
}

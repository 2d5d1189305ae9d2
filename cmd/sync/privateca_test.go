package main

import (
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

// TestPrivateAuthority checks that a worker connects to an HRM system with a private certificate authority only if the
// customer's Secret has that authority.
func TestPrivateAuthority(t *testing.T) {
	w := newWorld(t)
	w.hrm.server = outboundtest.ServeTLS(t, w.traced("hrm", w.hrm))
	w.environment = w.makeEnvironment()
	if code := w.run(t.Context(), time.Minute); code != 1 || w.ended() != failed(runreport.HRMUnreachable) {
		t.Errorf("without: exit code %d, %+v", code, w.ended())
	}
	if !strings.Contains(w.logged.String(), "untrusted authority") {
		t.Errorf("the log lacks the cause: %s", w.logged)
	}
	w.write("hrm-ca.crt", string(pem.EncodeToMemory(&pem.Block{
		Type:  "CERTIFICATE",
		Bytes: w.hrm.server.Certificate().Raw,
	})))
	if code := w.run(t.Context(), time.Minute); code != 0 {
		t.Errorf("with it: exit code %d, %+v: %s", code, w.ended(), w.logged)
	}
	w.write("hrm-ca.crt", otherAuthority(t))
	if code := w.run(t.Context(), time.Minute); code != 1 || w.ended() != failed(runreport.HRMUnreachable) {
		t.Errorf("with another: exit code %d, %+v", code, w.ended())
	}
}

// TestAddressNotAllowed checks that the worker does not connect to an address that the Supplier does not allow.
func TestAddressNotAllowed(t *testing.T) {
	w := newWorld(t)
	w.environment.Settings.HRM.AllowedAddresses = []string{"10.0.0.0/8"}
	if code := w.run(t.Context(), time.Minute); code != 1 || w.ended() != failed(runreport.HRMAddressNotAllowed) ||
		w.trace() != "" {
		t.Errorf("exit code %d, %+v, requests %q", code, w.ended(), w.trace())
	}
}

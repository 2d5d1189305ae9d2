package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/runsettings"
)

// accountToken is a token as a Secret of a service account holds it: the subject of the JWT is system:serviceaccount:customers:hush.
const accountToken = "e30.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6Y3VzdG9tZXJzOmh1c2gifQ.aHVzaA"

// otherAuthority is the certificate of an authority that vouches for nobody here.
func otherAuthority(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// TestWrongSettings says what is wrong with each, reports it, and asks nobody.
func TestWrongSettings(t *testing.T) {
	settings := func(spoil func(*runsettings.Settings)) func(*world) { return func(w *world) { spoil(&w.settings) } }
	const invalid, missing = runreport.ConfigurationInvalid, runreport.HRMCredentialsMissing
	cases := map[string]struct {
		reason string
		args   []string
		spoil  func(*world)
		want   runreport.Reason
		log    string
	}{
		"no service":      {"it must be said", []string{"--service="}, nil, invalid, `--service is \"\": this version runs FollowUpPlans`},
		"other service":   {"not yet", []string{"--service=IncomeReports"}, nil, invalid, `--service is \"IncomeReports\"`},
		"no customer":     {"it must be said", []string{"--organization-number="}, nil, invalid, "--organization-number: organization number is empty"},
		"check digit":     {"a slip of the pen", []string{"--organization-number=310330702"}, nil, invalid, "wrong check digit"},
		"person":          {"a person is no organization", []string{"--organization-number=" + person}, nil, invalid, "(not shown) has 11 digits"},
		"no HRM":          {"nobody to ask", []string{"--hrm-url="}, nil, invalid, "--hrm-url: the HRM solution's endpoint cannot be used: it must begin with https://"},
		"HRM with a user": {"a password would be shown", []string{"--hrm-url=https://a:hush@tiger.example"}, nil, invalid, "no user, query or fragment"},
		"no time":         {"nothing could be done", []string{"--timeout=0"}, nil, invalid, "--timeout is 0s"},
		"less time":       {"nothing at all", []string{"--timeout=-1s"}, nil, invalid, "--timeout is -1s"},
		"log level":       {"a level that is none", []string{"--log-level=loud"}, nil, invalid, `--log-level is \"loud\"`},
		"unknown flag":    {"a slip of the pen", []string{"--servce=FollowUpPlans"}, nil, invalid, "unknown flag: --servce"},
		"argument":        {"a service is a flag", []string{"FollowUpPlans"}, nil, invalid, "unknown command"},
		"no duration":     {"a duration has a unit", []string{"--timeout=10"}, nil, invalid, "missing unit"},
		"no settings":     {"they must be said", []string{"--settings="}, nil, invalid, "decoding the settings: EOF"},
		"no JSON":         {"text of another kind", []string{"--settings=tokenBroker: {}"}, nil, invalid, "decoding the settings"},
		"trailing":        {"settings twice", []string{"--settings={}{}"}, nil, invalid, "something follows"},
		"no NAV":          {"nobody to ask", nil, settings(func(s *runsettings.Settings) { s.NAV.FollowUpPlans = "" }), invalid, "NAV's base URL cannot be used"},
		"no broker":       {"nobody to ask", nil, settings(func(s *runsettings.Settings) { s.TokenBroker.URL = "" }), invalid, "the token broker's URL must begin with https://"},
		"plain broker":    {"the pod's token must not travel in the clear", nil, settings(func(s *runsettings.Settings) { s.TokenBroker.URL = "http://b" }), invalid, "must begin with https://"},
		"no sick pay":     {"nobody to ask", nil, settings(func(s *runsettings.Settings) { s.NAV.SickPay = "" }), invalid, "NAV's API for sick pay cannot be used"},
		"no supplier":     {"NAV wants a name", nil, settings(func(s *runsettings.Settings) { s.Supplier.Name = "" }), invalid, "the supplier has no name"},
		"addresses":       {"a range that is none", nil, settings(func(s *runsettings.Settings) { s.HRM.AllowedAddresses = []string{"10.0.0.0"} }), invalid, "reading an allowed network"},
		"HRM authority":   {"a file of another kind", nil, func(w *world) { w.write("hrm-ca.crt", "hush") }, missing, "there is no PEM certificate in it"},
		"start date":      {"dates are written in one way", []string{"--start-date=15.6.2026"}, nil, invalid, "write it as 2006-01-02"},
		"unit":            {"a slip of the pen", []string{"--units=315587336,315587337"}, nil, invalid, "--units: "},
		"plan deadline":   {"no time to send it", []string{"--plan-deadline=0"}, nil, invalid, "a second to an hour"},
		"long deadline":   {"the contract has none that is as long", []string{"--plan-deadline=1h0m1s"}, nil, invalid, "a second to an hour"},
		"half a second":   {"the HRM solution would be told of less", []string{"--plan-deadline=90500ms"}, nil, invalid, "in whole seconds"},
		"short lease":     {"no time to send it", []string{"--plan-lease=999ms"}, nil, invalid, "a second to an hour"},
		"long lease":      {"the contract has none that is as long", []string{"--plan-lease=2h"}, nil, invalid, "a second to an hour"},
		"lease":           {"the HRM solution would be told of less", []string{"--plan-lease=1m1ns"}, nil, invalid, "in whole seconds"},
		"no such day":     {"of the calendar", []string{"--start-date=2026-02-30"}, nil, invalid, "write it as 2006-01-02"},
		"start time":      {"a date is no time", []string{"--start-date=2026-06-15T00:00:00Z"}, nil, invalid, "write it as 2006-01-02"},
		"person as unit":  {"a person is no organization", []string{"--units=" + person}, nil, invalid, "(not shown) has 11 digits"},
		"empty unit":      {"a comma too many", []string{"--units=315587336,"}, nil, invalid, "--units: organization number is empty"},
		"no authority":    {"the broker could be anybody", nil, settings(func(s *runsettings.Settings) { s.TokenBroker.CA = "" }), invalid, "reading the token broker's authority"},
		"authority":       {"text of another kind", nil, settings(func(s *runsettings.Settings) { s.TokenBroker.CA = "hush" }), invalid, "there is no PEM certificate in it"},
		"no HRM token":    {"the Secret has no such key", nil, func(w *world) { w.remove("hrm-token") }, missing, "no such file"},
		"empty HRM token": {"the Secret's value was forgotten", nil, func(w *world) { w.write("hrm-token", "\n") }, missing, "the token is empty"},
		"two HRM tokens":  {"a value that is no token", nil, func(w *world) { w.write("hrm-token", "hush\nhush") }, missing, "not printable ASCII, or spaces"},
		"token of a pod":  {"it opens the cluster's API server, and is not sent", nil, func(w *world) { w.write("hrm-token", accountToken) }, missing, "a token of a Kubernetes service account"},
		"both":            {"ours first", []string{"--settings="}, func(w *world) { w.remove("hrm-token") }, invalid, "decoding the settings"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tc.spoil != nil {
				tc.spoil(w)
			}
			code := w.execute(t.Context(), tc.args...)
			if got := w.ended(); code != 1 || got != failed(tc.want) {
				t.Errorf("%s: exit code %d, %+v", tc.reason, code, got)
			}
			if !strings.Contains(w.logged.String(), tc.log) {
				t.Errorf("%s: want %s in %s", tc.reason, tc.log, w.logged)
			}
			if got := w.trace(); got != "" {
				t.Errorf("%s: asked %s", tc.reason, got)
			}
			w.checkHides("")
		})
	}
}

// TestFlags holds flags and defaults, which the operator's Jobs rely on.
func TestFlags(t *testing.T) {
	var o options
	flags := command(&o, nil).Flags()
	want := map[string]string{
		"service": "", "organization-number": "", "hrm-url": "",
		"settings":        "",
		"broker-token":    "/var/run/secrets/token-broker/token",
		"hrm-token":       "/var/run/secrets/hrm/token",
		"hrm-ca":          "/var/run/secrets/hrm/ca.crt",
		"units":           "[]",
		"start-date":      "",
		"plan-lease":      "2m0s",
		"plan-deadline":   "2m0s",
		"termination-log": "/dev/termination-log",
		"timeout":         "10m0s",
		"log-level":       "info",
	}
	got := map[string]string{}
	for name := range want {
		if f := flags.Lookup(name); f != nil {
			got[name] = f.DefValue
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// TestCompleted holds what the flags of documents and plans come to.
func TestCompleted(t *testing.T) {
	type completed struct {
		Units           []string
		Start           string
		Lease, Deadline time.Duration
	}
	cases := map[string]struct {
		reason string
		args   []string
		want   completed
	}{
		"none":    {"what is usual", nil, completed{nil, "", 2 * time.Minute, 2 * time.Minute}},
		"units":   {"in one flag, or several", []string{"--units=315587336,315339138", "--units=310000000"}, completed{[]string{"315587336", "315339138", "310000000"}, "", 2 * time.Minute, 2 * time.Minute}},
		"start":   {"a date", []string{"--start-date=2026-06-15"}, completed{nil, "2026-06-15", 2 * time.Minute, 2 * time.Minute}},
		"longest": {"as the contract allows", []string{"--plan-lease=1h", "--plan-deadline=3600s"}, completed{nil, "", time.Hour, time.Hour}},
		"short":   {"as short as it makes sense", []string{"--plan-lease=1s", "--plan-deadline=1000ms"}, completed{nil, "", time.Second, time.Second}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var o options
			args := append([]string{"--service=SickNotes", "--organization-number=" + customer}, tc.args...)
			if err := command(&o, nil).ParseFlags(args); err != nil {
				t.Fatal(err)
			}
			if err := o.complete(); err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			got := completed{nil, o.startDate, o.planLease, o.planDeadline}
			for _, n := range o.unitNumbers {
				got.Units = append(got.Units, n.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestServicesAreTheAPIs sees that the services' names are the ones that people write.
func TestServicesAreTheAPIs(t *testing.T) {
	want := []string{
		string(v1alpha1.ServiceFollowUpPlans), string(v1alpha1.ServiceSickNotes),
		string(v1alpha1.ServiceSickPayApplications),
	}
	if diff := cmp.Diff(want, known); diff != "" {
		t.Errorf("-the API's, +the worker's:\n%s", diff)
	}
}

// TestHelp sees that help is no run: it leaves no report.
func TestHelp(t *testing.T) {
	var out, logged bytes.Buffer
	path := filepath.Join(t.TempDir(), "termination-log")
	if code := execute(t.Context(), []string{"--termination-log=" + path, "--help"}, &out, &logged); code != 0 || logged.Len() != 0 {
		t.Errorf("exit code %d, logged %s", code, &logged)
	}
	if !strings.Contains(out.String(), "--organization-number") {
		t.Errorf("got %s", &out)
	}
	if left, err := filepath.Glob(path); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

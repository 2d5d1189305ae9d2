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

	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/pkg/worker"
)

// accountToken is a token of a service account: the subject of the JWT is system:serviceaccount:customers:hush.
const accountToken = "e30.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6Y3VzdG9tZXJzOmh1c2gifQ.aHVzaA"

// otherAuthority returns the certificate of an authority that has signed no certificate.
func otherAuthority(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// TestWrongSettings checks that invalid settings are reported and logged, and that no request is sent.
func TestWrongSettings(t *testing.T) {
	settings := func(spoil func(*worker.Settings)) func(*world) {
		return func(w *world) { spoil(&w.environment.Settings) }
	}
	broker := func(spoil func(*worker.TokenBroker)) func(*world) {
		return func(w *world) { spoil(&w.environment.TokenBroker) }
	}
	const invalid, missing = runreport.ConfigurationInvalid, runreport.HRMCredentialsMissing
	cases := map[string]struct {
		reason string
		args   []string
		spoil  func(*world)
		want   runreport.Reason
		cause  runreport.Cause
		log    string
	}{
		"no service": {
			reason: "a service is required", args: []string{"INTEGRATION_SERVICE="}, want: invalid,
			log: "INTEGRATION_SERVICE is missing",
		},
		"other service": {
			reason: "the service is unknown", args: []string{"INTEGRATION_SERVICE=IncomeReports"}, want: invalid,
			log: `INTEGRATION_SERVICE is \"IncomeReports\", must be one of`,
		},
		"no customer": {
			reason: "the number is required", args: []string{"INTEGRATION_ORGANIZATION_NUMBER="}, want: invalid,
			log: "INTEGRATION_ORGANIZATION_NUMBER: organization number is empty",
		},
		"check digit": {
			reason: "the check digit is wrong", args: []string{"INTEGRATION_ORGANIZATION_NUMBER=310330702"},
			want: invalid, log: "wrong check digit",
		},
		"person": {
			reason: "the number is a person's", args: []string{"INTEGRATION_ORGANIZATION_NUMBER=" + person},
			want: invalid, log: "(not shown) has 11 digits",
		},
		"no HRM": {
			reason: "a URL is required", args: []string{"INTEGRATION_HRM_URL="}, want: invalid,
			log: "parsing the HRM system's endpoint: it must begin with https://",
		},
		"HRM with a user": {
			reason: "a password must not be in a URL",
			args:   []string{"INTEGRATION_HRM_URL=https://a:hush@tiger.example"},
			want:   invalid, log: "no user, query or fragment",
		},
		"no time": {
			reason: "the time limit is zero", args: []string{"--timeout=0"}, want: invalid,
			log: "--timeout is 0s",
		},
		"less time": {
			reason: "the time limit is negative", args: []string{"--timeout=-1s"}, want: invalid,
			log: "--timeout is -1s",
		},
		"log level": {
			reason: "the level is unknown", args: []string{"--log-level=loud"}, want: invalid,
			log: `--log-level is \"loud\"`,
		},
		"unknown flag": {
			reason: "the flag is unknown", args: []string{"--tmeout=1m"}, want: invalid,
			log: "unknown flag: --tmeout",
		},
		"argument": {
			reason: "there are no arguments", args: []string{"FollowUpPlans"}, want: invalid,
			log: "unknown command",
		},
		"no duration": {
			reason: "a duration has a unit", args: []string{"--timeout=10"}, want: invalid,
			log: "missing unit",
		},
		"no contract": {
			reason: "the pod is not the operator's", args: []string{"INTEGRATION_CONTRACT="}, want: invalid,
			log: `INTEGRATION_CONTRACT is \"\", must be 1`,
		},
		"other contract": {
			reason: "the operator speaks another version", args: []string{"INTEGRATION_CONTRACT=2"}, want: invalid,
			log: `INTEGRATION_CONTRACT is \"2\", must be 1`,
		},
		"no settings": {
			reason: "settings are required", args: []string{"INTEGRATION_SETTINGS="}, want: invalid,
			log: "decoding the settings: EOF",
		},
		"no JSON": {
			reason: "the settings are no JSON", args: []string{"INTEGRATION_SETTINGS=supplier: {}"}, want: invalid,
			log: "decoding the settings",
		},
		"trailing": {
			reason: "the settings are two objects", args: []string{"INTEGRATION_SETTINGS={}{}"}, want: invalid,
			log: "something follows",
		},
		"no NAV": {
			reason: "the URL is required",
			spoil:  settings(func(s *worker.Settings) { s.APIURL = "" }), want: invalid,
			log: "parsing the base URL of NAV's API for follow-up plans",
		},
		"no broker": {
			reason: "the URL is required",
			spoil:  broker(func(b *worker.TokenBroker) { b.URL = "" }), want: invalid,
			log: "the broker's URL must begin with https://",
		},
		"plain broker": {
			reason: "the pod's token must be encrypted",
			spoil:  broker(func(b *worker.TokenBroker) { b.URL = "http://b" }), want: invalid,
			log: "must begin with https://",
		},
		"no sick pay": {
			reason: "the URL is required", args: []string{"INTEGRATION_SERVICE=SickNotes"},
			spoil: settings(func(s *worker.Settings) { s.APIURL = "" }),
			want:  invalid, log: "parsing the base URL of NAV's API for sick pay",
		},
		"no supplier": {
			reason: "the name is required",
			spoil:  settings(func(s *worker.Settings) { s.Supplier.Name = "" }), want: invalid,
			log: "the supplier's name is missing",
		},
		"addresses": {
			reason: "the network is invalid",
			spoil:  settings(func(s *worker.Settings) { s.HRM.AllowedAddresses = []string{"10.0.0.0"} }), want: invalid,
			log: "parsing an allowed network",
		},
		"NAT64": {
			reason: "the prefix is invalid",
			spoil:  settings(func(s *worker.Settings) { s.HRM.NAT64Prefixes = []string{"64:ff9b::/80"} }), want: invalid,
			log: "parsing a NAT64 prefix",
		},
		"HRM authority": {
			reason: "the file is no certificate", spoil: func(w *world) { w.write("hrm-ca.crt", "hush") },
			want: missing, cause: runreport.CAUnreadable, log: "it has no PEM certificate",
		},
		"start date": {
			reason: "the date has the wrong layout", args: []string{"INTEGRATION_START_DATE=15.6.2026"}, want: invalid,
			log: "must be a date such as 2006-01-02",
		},
		"unit": {
			reason: "a check digit is wrong", args: []string{"INTEGRATION_UNITS=315587336,315587337"}, want: invalid,
			log: "INTEGRATION_UNITS: ",
		},
		"plan deadline": {
			reason: "the deadline is zero", args: []string{"--plan-deadline=0"}, want: invalid,
			log: "from 1s to 1h",
		},
		"long deadline": {
			reason: "the deadline exceeds the contract's", args: []string{"--plan-deadline=1h0m1s"},
			want: invalid, log: "from 1s to 1h",
		},
		"half a second": {
			reason: "the deadline is not whole", args: []string{"--plan-deadline=90500ms"}, want: invalid,
			log: "in whole seconds",
		},
		"short lease": {
			reason: "the lease is too short", args: []string{"--plan-lease=999ms"}, want: invalid,
			log: "from 1s to 1h",
		},
		"long lease": {
			reason: "the lease exceeds the contract's", args: []string{"--plan-lease=2h"}, want: invalid,
			log: "from 1s to 1h",
		},
		"lease": {
			reason: "the lease is not whole", args: []string{"--plan-lease=1m1ns"}, want: invalid,
			log: "in whole seconds",
		},
		"no such day": {
			reason: "the day does not exist", args: []string{"INTEGRATION_START_DATE=2026-02-30"}, want: invalid,
			log: "must be a date such as 2006-01-02",
		},
		"start time": {
			reason: "the date has a time", args: []string{"INTEGRATION_START_DATE=2026-06-15T00:00:00Z"}, want: invalid,
			log: "must be a date such as 2006-01-02",
		},
		"person as unit": {
			reason: "a unit is a person's number", args: []string{"INTEGRATION_UNITS=" + person}, want: invalid,
			log: "(not shown) has 11 digits",
		},
		"empty unit": {
			reason: "a unit is empty", args: []string{"INTEGRATION_UNITS=315587336,"}, want: invalid,
			log: "INTEGRATION_UNITS: organization number is empty",
		},
		"no authority": {
			reason: "the certificate authority is required",
			spoil:  broker(func(b *worker.TokenBroker) { b.CA = "" }), want: invalid,
			log: "parsing the broker's certificate authority",
		},
		"authority": {
			reason: "the authority is no certificate",
			spoil:  broker(func(b *worker.TokenBroker) { b.CA = "hush" }), want: invalid,
			log: "it has no PEM certificate",
		},
		"no HRM token": {
			reason: "the Secret lacks the key", spoil: func(w *world) { w.remove("hrm-token") },
			want: missing, cause: runreport.TokenMissing, log: "does not exist",
		},
		"empty HRM token": {
			reason: "the Secret's value is empty", spoil: func(w *world) { w.write("hrm-token", "\n") },
			want: missing, cause: runreport.TokenEmpty, log: "the token is empty",
		},
		"two HRM tokens": {
			reason: "the value has two lines", spoil: func(w *world) { w.write("hrm-token", "hush\nhush") },
			want: missing, cause: runreport.TokenOfLines, log: "several lines",
		},
		"HRM token with a mark": {
			reason: "Notepad begins files so", spoil: func(w *world) { w.write("hrm-token", "\uFEFFhush") },
			want: missing, cause: runreport.TokenByteMark, log: "byte order mark",
		},
		"HRM token with scheme": {
			reason: "the header was copied", spoil: func(w *world) { w.write("hrm-token", "Bearer hush") },
			want: missing, cause: runreport.TokenWithScheme, log: "begins with",
		},
		"HRM token in UTF-16": {
			reason: "PowerShell writes so", spoil: func(w *world) { w.write("hrm-token", "h\x00u\x00s\x00h\x00") },
			want: missing, cause: runreport.TokenNotPrintable, log: "not printable ASCII",
		},
		"another's Secret": {
			reason: "the Secret names its customer", spoil: func(w *world) { w.write("hrm-owner", "315587336\n") },
			want: missing, cause: runreport.SecretOfAnother, log: "names another customer",
		},
		"token of a pod": {
			reason: "the token is a service account's, and is not sent",
			spoil: func(w *world) {
				w.write("hrm-token",
					accountToken)
			}, want: missing, cause: runreport.TokenOfServiceAccount, log: "the token of a Kubernetes service account",
		},
		"both": {
			reason: "the operator's fault is reported first", args: []string{"INTEGRATION_SETTINGS="},
			spoil: func(w *world) { w.remove("hrm-token") }, want: invalid, log: "decoding the settings",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tc.spoil != nil {
				tc.spoil(w)
			}
			code := w.execute(t.Context(), tc.args...)
			if got := w.ended(); code != 1 || got != failed(tc.want) || w.report().Cause != tc.cause {
				t.Errorf("%s: exit code %d, %+v", tc.reason, code, got)
			}
			if !strings.Contains(w.logged.String(), tc.log) {
				t.Errorf("%s: want %s in %s", tc.reason, tc.log, w.logged)
			}
			if got := w.trace(); got != "" {
				t.Errorf("%s: requests %s", tc.reason, got)
			}
			w.checkHides("")
		})
	}
}

// TestFlags checks the flags and defaults that the operator's Jobs depend on.
func TestFlags(t *testing.T) {
	var o options
	flags := command(&o, nil, nil).Flags()
	want := map[string]string{
		"broker-token":    "/var/run/secrets/token-broker/token",
		"hrm-token":       "/var/run/secrets/hrm/token",
		"hrm-ca":          "/var/run/secrets/hrm/ca.crt",
		"hrm-owner":       "/var/run/secrets/hrm/organization-number",
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

// TestCompleted checks what is parsed of the environment and the flags.
func TestCompleted(t *testing.T) {
	type completed struct {
		Units           []string
		Start           string
		Lease, Deadline time.Duration
	}
	cases := map[string]struct {
		reason    string
		variables []string
		flags     []string
		want      completed
	}{
		"none": {reason: "the defaults", want: completed{Lease: 2 * time.Minute, Deadline: 2 * time.Minute}},
		"units": {
			reason: "several units", variables: []string{"INTEGRATION_UNITS=315587336,315339138,310000000"},
			want: completed{
				Units: []string{"315587336", "315339138", "310000000"}, Lease: 2 * time.Minute,
				Deadline: 2 * time.Minute,
			},
		},
		"start": {
			reason: "a start date", variables: []string{"INTEGRATION_START_DATE=2026-06-15"},
			want: completed{Start: "2026-06-15", Lease: 2 * time.Minute, Deadline: 2 * time.Minute},
		},
		"longest": {
			reason: "the longest times of the contract", flags: []string{"--plan-lease=1h", "--plan-deadline=3600s"},
			want: completed{Lease: time.Hour, Deadline: time.Hour},
		},
		"short": {
			reason: "the shortest times of the contract", flags: []string{"--plan-lease=1s", "--plan-deadline=1000ms"},
			want: completed{Lease: time.Second, Deadline: time.Second},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var o options
			if err := command(&o, nil, nil).ParseFlags(tc.flags); err != nil {
				t.Fatal(err)
			}
			if err := o.complete(getenv(w.variables(tc.variables...))); err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			got := completed{Start: o.environment.StartDate, Lease: o.planLease, Deadline: o.planDeadline}
			for _, n := range o.unitNumbers {
				got.Units = append(got.Units, n.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestServicesAreTheAPIs checks that the worker runs all built-in services.
func TestServicesAreTheAPIs(t *testing.T) {
	var want []string
	for _, name := range services.Names() {
		want = append(want, string(name))
	}
	if diff := cmp.Diff(want, serviceNames()); diff != "" {
		t.Errorf("-the API's, +the worker's:\n%s", diff)
	}
}

// TestNoRun checks that --help and --version write no report.
func TestNoRun(t *testing.T) {
	for flag, want := range map[string]string{"--help": "INTEGRATION_", "--version": "sync version devel ("} {
		t.Run(flag, func(t *testing.T) {
			var out, logged bytes.Buffer
			path := filepath.Join(t.TempDir(), "termination-log")
			if code := execute(t.Context(), []string{"--termination-log=" + path, flag}, nil, &out, &logged); code != 0 ||
				logged.Len() != 0 {
				t.Errorf("exit code %d, logged %s", code, &logged)
			}
			if !strings.Contains(out.String(), want) {
				t.Errorf("got %s", &out)
			}
			if left, err := filepath.Glob(path); err != nil || len(left) != 0 {
				t.Errorf("left %v, %v", left, err)
			}
		})
	}
}

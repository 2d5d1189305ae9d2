package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/conformance"
	"github.com/4human/integration-operator/internal/conformance/conformancetest"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	hrmToken = "hrm-hush-0123456789"
	person   = "05908399546"
	customer = "310330701"
)

// tenant returns a test tenant and the configuration of a run of the checks. Its clock advances only while the suite
// waits.
func tenant(t *testing.T, broken conformancetest.Fault) (*conformancetest.HRM, conformance.Config) {
	t.Helper()
	var mu sync.Mutex
	at := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return at
	}
	hrm := &conformancetest.HRM{
		Organization: customer, Units: []string{
			"315587336",
			"315339138",
		}, Token: hrmToken, WantsPDFs: true, Broken: broken, Now: now,
		RefusalHour: time.Minute,
	}
	if err := errors.Join(hrm.Start(), hrm.Offer(conformance.PlansNeeded())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hrm.Close() })
	server := outboundtest.Serve(t, hrm.ServeHTTP)
	token, err := outbound.NewBearer(hrmToken)
	if err != nil {
		t.Fatal(err)
	}
	return hrm, conformance.Config{
		Endpoint: server.URL, Token: token, Customer: orgnumber.MustParse(customer), DocumentsURL: server.URL + "/stored",
		Calls: outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: now},
		Pause: func(_ context.Context, d time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			at = at.Add(d)
			return nil
		},
		Random: rand.NewChaCha8([32]byte{}), RefusalHour: time.Minute,
	}
}

// TestReport compares the printed report and the exit code.
func TestReport(t *testing.T) {
	cases := map[string]struct {
		reason string
		broken conformancetest.Fault
		change func(*conformance.Config)
		code   int
	}{
		"holds": {reason: "all of it", change: func(*conformance.Config) {}, code: exitHolds},
		"broken": {
			reason: "requests, promise, response and advice", broken: conformancetest.DeadlineOffers,
			change: func(*conformance.Config) {}, code: exitBroken,
		},
		"not-checked": {
			reason: "what to prepare, and what to look at",
			change: func(c *conformance.Config) {
				c.DocumentsURL, c.RefusalHour = "",
					0
			}, code: exitNotChecked,
		},
		"another-organization": {
			reason: "no other request is sent", broken: conformancetest.OtherOrganization,
			change: func(c *conformance.Config) { c.Only = []string{"claim"} }, code: exitBroken,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, config := tenant(t, tc.broken)
			tc.change(&config)
			var printed bytes.Buffer
			code, err := conform(t.Context(), config, &reportWriter{to: &printed})
			if err != nil || code != tc.code {
				t.Errorf("%s: exit code %d (%v), want %d", tc.reason, code, err, tc.code)
			}
			golden(t, filepath.Join("testdata", name+".txt"), printed.String())
			for _, secret := range []string{hrmToken, person} {
				if strings.Contains(printed.String(), secret) {
					t.Errorf("%q is shown", secret)
				}
			}
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// TestCommandLine runs whole command lines.
func TestCommandLine(t *testing.T) {
	_, config := tenant(t, "")
	folder := t.TempDir()
	token := filepath.Join(folder, "token")
	if err := os.WriteFile(token, []byte(hrmToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := []string{
		"--hrm-url", config.Endpoint, "--hrm-token", token, "--organization-number", customer,
		"--check", "claim", "--unit", "315587336",
	}
	cases := map[string]struct {
		reason, stdout, stderr string
		args                   []string
		code                   int
	}{
		"confirmed": {
			reason: "it runs", stdout: "2 hold, 0 broken, 0 not checked", args: append(good, "--test-tenant"),
			code: exitHolds,
		},
		"not confirmed": {
			reason: "nothing is changed unasked", stderr: "--test-tenant is missing", args: good, code: exitNotChecked,
		},
		"no flag": {reason: "a slip", stderr: "unknown flag", args: []string{"--tenant"}, code: exitNotChecked},
		"no check": {
			reason: "a slip", stderr: "there is no check", args: append(good, "--test-tenant", "--check", "claims"),
			code: exitNotChecked,
		},
		"no unit": {
			reason: "a slip", stderr: "--unit: ", args: append(good, "--test-tenant", "--unit", "7"), code: exitNotChecked,
		},
		"no authority": {
			reason: "a slip", stderr: "--hrm-ca: ", args: append(good, "--test-tenant", "--hrm-ca", token),
			code: exitNotChecked,
		},
		"no token": {
			reason: "a slip", stderr: "--hrm-token: ", args: append(good, "--test-tenant", "--hrm-token", folder),
			code: exitNotChecked,
		},
		"no time": {
			reason: "a slip", stderr: "--timeout is 0s", args: append(good, "--test-tenant", "--timeout", "0s"),
			code: exitNotChecked,
		},
		"help": {reason: "it warns", stdout: "CHANGES the tenant's data", args: []string{"--help"}, code: exitHolds},
		"version": {
			reason: "vendors of HRM systems report it", stdout: "hrm-conformance version devel (",
			args: []string{"--version"}, code: exitHolds,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := execute(t.Context(), tc.args, &stdout, &stderr)
			if code != tc.code || !strings.Contains(stdout.String(), tc.stdout) ||
				!strings.Contains(stderr.String(), tc.stderr) {
				t.Errorf("%s: exit code %d\n%s\n%s", tc.reason, code, stdout.String(), stderr.String())
			}
			if tc.stderr == "" && stderr.Len() > 0 || strings.Contains(stdout.String()+stderr.String(), hrmToken) {
				t.Errorf("%s: it says %s", tc.reason, stderr.String())
			}
		})
	}
}

// TestDocumentation verifies that the example in docs/hrm-contract.md is real output, and that the page names every
// flag.
func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "hrm-contract.md"))
	if err != nil {
		t.Fatal(err)
	}
	printed, err := os.ReadFile(filepath.Join("testdata", "broken.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```text\n")
	example, _, _ = strings.Cut(example, "```")
	if example == "" || !strings.Contains(string(printed), example) {
		t.Errorf("the example is not in the golden file:\n%s", example)
	}
	flags := regexp.MustCompile(`--[a-z-]+`).FindAllString(command(new(int)).LocalFlags().FlagUsages(), -1)
	if len(flags) == 0 {
		t.Error("the command has no flags")
	}
	for _, name := range flags {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("the flag %s is not on the page", name)
		}
	}
}

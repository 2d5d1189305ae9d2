package torture

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// stubborn is an HRM system that accepts announcements and settlements, and offers the same plan without end.
func stubborn(next http.Handler, plan string, calls *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		_, claim, ok := strings.Cut(r.URL.Path, "/v1/claims/")
		switch {
		case !ok:
			next.ServeHTTP(w, r)
		case strings.Contains(claim, "/"):
			w.Header().Set(hrmapi.ContractHeader, hrmapi.ContractVersion)
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"openUnknown":0,"openUndecided":0,"claim":{"planID":"stubborn-1","plan":`+plan+`}}`)
		}
	})
}

// TestStubborn checks that a run against an HRM system that offers one plan without end itself ends, after few requests
// and with a short log, and that NAV receives no plan twice.
func TestStubborn(t *testing.T) {
	if !*tortured {
		t.Skip("it builds and runs the worker: -torture, as in make e2e and make torture")
	}
	program, err := build(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		reason, plan string
		sent         int
	}{
		"invalid": {reason: "the plan must not be rejected without end", plan: `{"employeeIdentificationNumber":"x"}`},
		"valid":   {reason: "the plan must not be sent without end", plan: string(plan("x", "y")), sent: 1},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := newWorld(t.TempDir(), 1, func() bool { return false })
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			var calls atomic.Int64
			w.hrm.Close()
			w.hrm = httptest.NewServer(stubborn(w.sim.HRM.Handler(), tc.plan, &calls))
			defer w.hrm.Close()
			r := run{customer: w.customers[0], service: followUpPlans}
			var log bytes.Buffer
			c, err := w.command(t.Context(), program, r,
				"--termination-log="+filepath.Join(w.folder, "termination-log"), "--timeout=1m")
			if err != nil {
				t.Fatal(err)
			}
			c.Stdout, c.Stderr = &log, &log
			began := time.Now()
			err = c.Run()
			t.Logf("%s: %d requests to the HRM system, %d bytes of log, %s: %v", name, calls.Load(), log.Len(),
				time.Since(began).Round(time.Millisecond), err)
			const most, longest = 20, 20_000
			if err == nil || calls.Load() > most || log.Len() > longest || !strings.Contains(log.String(), "stubborn-1") {
				t.Errorf("%s: the run did not end soon, or its log does not name the plan: %s", tc.reason,
					log.Bytes()[:min(log.Len(), longest)])
			}
			if sent := len(w.sim.NAVPlans.Plans()); sent != tc.sent {
				t.Errorf("%s: NAV has %d plans, want %d", tc.reason, sent, tc.sent)
			}
		})
	}
}

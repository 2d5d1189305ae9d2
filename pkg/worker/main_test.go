package worker

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	podToken    = "pod-hush-0123456789"
	accessToken = "access-hush-0123456789"
	hrmToken    = "hrm-hush-0123456789"
	tokenBody   = `{"access_token":"` + accessToken + `","token_type":"Bearer","expires_in":60,"scope":"a:b"}`
)

// world is a pod with a token broker.
type world struct {
	pod

	t         *testing.T
	logged    bytes.Buffer
	broker    http.HandlerFunc
	requests  int
	variables map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, broker: outboundtest.Says(http.StatusOK, tokenBody)}
	server := outboundtest.ServeTLS(t, func(rw http.ResponseWriter, r *http.Request) {
		w.requests++
		if r.Header.Get("Authorization") != "Bearer "+podToken {
			t.Error("the request does not have the pod's token")
		}
		w.broker(rw, r)
	})
	e := makeEnvironment()
	e.TokenBroker = TokenBroker{URL: server.URL + "/token", CA: authorityOf(server)}
	w.variables = variablesOf(t, &e)
	w.pod = pod{
		getenv:     func(name string) string { return w.variables[name] },
		tokenFile:  filepath.Join(t.TempDir(), "token"),
		reportFile: filepath.Join(t.TempDir(), "termination-log"), log: &w.logged,
	}
	folder := t.TempDir()
	w.hrm = HRMFiles{
		Token: filepath.Join(folder, "token"), CA: filepath.Join(folder, "ca.crt"), Owner: filepath.Join(folder, "owner"),
	}
	w.write(w.tokenFile, podToken)
	w.write(w.hrm.Token, hrmToken)
	return w
}

// write writes a file of the pod.
func (w *world) write(path, content string) {
	w.t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func authorityOf(s *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

// report reads the termination message as the operator does.
func (w *world) report() runreport.Report {
	w.t.Helper()
	message, err := os.ReadFile(w.reportFile)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := runreport.Parse(string(message))
	if err != nil {
		w.t.Errorf("the report %s: %v", message, err)
	}
	outboundtest.CheckHides(w.t, nil, string(message)+w.logged.String(), "hush")
	return r
}

// TestRun verifies the report and the exit code of each outcome of a run.
func TestRun(t *testing.T) {
	asks := func(ctx context.Context, r *Run) (Report, error) {
		_, err := r.Tokens.Token(ctx)
		return Report{}, err
	}
	cases := map[string]struct {
		reason string
		spoil  func(w *world)
		carry  func(ctx context.Context, r *Run) (Report, error)
		want   runreport.Report
	}{
		"succeeded": {
			reason: "the counts are reported",
			carry: func(context.Context, *Run) (Report, error) {
				return Report{ItemsSent: 2, ItemsReceived: 3, SetAside: 1}, nil
			},
			want: runreport.Report{
				Outcome: runreport.Succeeded, SetAside: 1, Volumes: runreport.Volumes{ItemsSent: 2, ItemsReceived: 3},
			},
		},
		"failed": {
			reason: "what was sent before counts",
			carry: func(context.Context, *Run) (Report, error) {
				return Report{ItemsSent: 2}, Errorf(ServiceUnreachable, "sending an item: no response")
			},
			want: runreport.Report{
				Outcome: runreport.Failed, Reason: runreport.ServiceUnreachable, Volumes: runreport.Volumes{ItemsSent: 2},
			},
		},
		"no reason": {
			reason: "an error of no class is the worker's own fault",
			carry:  func(context.Context, *Run) (Report, error) { return Report{}, errors.New("a bug") },
			want:   runreport.Report{Outcome: runreport.Failed, Reason: runreport.InternalError},
		},
		"panic": {
			reason: "the value of a panic may be personal data, and is not logged",
			carry:  func(context.Context, *Run) (Report, error) { panic("hush") },
			want:   runreport.Report{Outcome: runreport.Failed, Reason: runreport.InternalError},
		},
		"refused": {
			reason: "the customer withdrew",
			spoil: func(w *world) {
				w.broker = outboundtest.Says(http.StatusForbidden, `{"error":"access_denied","reason":"DelegationWithdrawn"}`)
			},
			carry: asks, want: runreport.Report{Outcome: runreport.Failed, Reason: runreport.AccessRefused},
		},
		"environment": {
			reason: "the pod is not the operator's", spoil: func(w *world) { delete(w.variables, VariableContract) },
			carry: asks, want: runreport.Report{Outcome: runreport.Failed, Reason: runreport.ConfigurationInvalid},
		},
		"authority": {
			reason: "the broker cannot be recognized",
			spoil:  func(w *world) { w.variables[VariableTokenBrokerCA] = "none" },
			carry:  asks, want: runreport.Report{Outcome: runreport.Failed, Reason: runreport.ConfigurationInvalid},
		},
		"no token of the pod's": {
			reason: "the volume is missing", spoil: func(w *world) { w.tokenFile += "-gone" },
			carry: asks, want: runreport.Report{Outcome: runreport.Failed, Reason: runreport.ConfigurationInvalid},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if c.spoil != nil {
				c.spoil(w)
			}
			code := w.run(t.Context(), c.carry)
			if diff := cmp.Diff(c.want, w.report()); diff != "" || (code == 0) != (c.want.Outcome == runreport.Succeeded) {
				t.Errorf("%s: exit code %d (-want +got):\n%s%s", c.reason, code, diff, &w.logged)
			}
		})
	}
}

// TestContextEnds checks that the reason is the context's if it ended a run, and not if the run succeeded meanwhile.
func TestContextEnds(t *testing.T) {
	fails := func(ctx context.Context, _ *Run) (Report, error) {
		<-ctx.Done()
		return Report{ItemsSent: 1}, Errorf(ServiceUnreachable, "sending: %w", ctx.Err())
	}
	succeeds := func(ctx context.Context, _ *Run) (Report, error) {
		<-ctx.Done()
		return Report{}, nil
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, stop := context.WithTimeout(t.Context(), time.Nanosecond)
	defer stop()
	for name, c := range map[string]struct {
		ctx   context.Context //nolint:containedctx // Each case has its own.
		carry func(context.Context, *Run) (Report, error)
		want  runreport.Reason
	}{
		"SIGTERM":   {ctx: canceled, carry: fails, want: runreport.Interrupted},
		"too long":  {ctx: late, carry: fails, want: runreport.TimedOut},
		"completed": {ctx: canceled, carry: succeeds},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.run(c.ctx, c.carry)
			if got := w.report().Reason; got != c.want {
				t.Errorf("reason %s, want %s", got, c.want)
			}
		})
	}
}

// TestTokens checks that a token is kept, that Fresh replaces it, and that only Authorize shows it.
func TestTokens(t *testing.T) {
	w := newWorld(t)
	code := w.run(t.Context(), func(ctx context.Context, r *Run) (Report, error) {
		header := http.Header{}
		for range 3 {
			token, err := r.Tokens.Token(ctx)
			if err != nil {
				return Report{}, err
			}
			r.Log.InfoContext(ctx, "Got a token", "token", token, "scope", token.Scope(), "expiresAt", token.ExpiresAt())
			token.Authorize(header)
		}
		if got := header.Get("Authorization"); got != "Bearer "+accessToken || w.requests != 1 {
			t.Errorf("%d requests, header %q", w.requests, got)
		}
		_, err := r.Tokens.Fresh(ctx)
		return Report{}, err
	})
	if code != 0 || w.requests != 2 {
		t.Errorf("exit code %d, %d requests, want one more: %s", code, w.requests, &w.logged)
	}
	w.report()
}

// TestReportIsRefused checks that an invalid report, or one that cannot be written, is a failure.
func TestReportIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		report Report
		err    error
		spoil  func(w *world)
	}{
		"reason":   {err: Errorf("NoSuchReason", "it fails")},
		"negative": {report: Report{ItemsSent: -1}},
		"no file":  {spoil: func(w *world) { w.reportFile = filepath.Join(w.reportFile, "below") }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if c.spoil != nil {
				c.spoil(w)
			}
			if code := w.run(t.Context(), func(context.Context, *Run) (Report, error) { return c.report, c.err }); code != 1 {
				t.Errorf("exit code %d", code)
			}
			if _, err := os.Stat(w.reportFile); err == nil {
				t.Error("a report was written")
			}
		})
	}
}

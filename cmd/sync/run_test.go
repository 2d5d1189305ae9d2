package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

// TestRun checks the report of a run, and which services it sent requests to. The services echo tokens and an identity
// number.
func TestRun(t *testing.T) {
	const echo = hrmToken + podToken + accessToken + person
	tokenRejected := `{"status":{"value":401,"description":"Unauthorized"},"type":"AUTHENTICATION_ERROR","message":"` +
		echo + `"}`
	cases := map[string]struct {
		reason string
		spoil  func(*world)
		want   runreport.Report
		trace  string
	}{
		"succeeded": {
			reason: "all services work",
			spoil:  func(*world) {},
			want:   runreport.Report{Outcome: runreport.Succeeded},
			trace:  "hrm broker nav hrm nav hrm",
		},
		"new pod": {
			reason: "the broker does not know the pod yet",
			spoil:  func(w *world) { w.broker.set(once(outboundtest.Says(401, echo), w.broker.handler)) },
			want:   runreport.Report{Outcome: runreport.Succeeded},
			trace:  "hrm broker nav hrm nav hrm",
		},
		"HRM down": {
			reason: "the HRM system does not respond",
			spoil:  func(w *world) { w.hrm.set(outboundtest.Abort) },
			want:   failed(runreport.HRMUnreachable),
			trace:  "hrm",
		},
		"HRM refuses": {
			reason: "the HRM system rejects the token",
			spoil:  func(w *world) { w.hrm.set(outboundtest.Says(401, echo)) },
			want:   failed(runreport.HRMUnauthorized),
			trace:  "hrm",
		},
		"HRM broken": {
			reason: "the response breaks the contract",
			spoil:  func(w *world) { w.hrm.set(outboundtest.Says(200, echo)) },
			want:   failed(runreport.HRMBadResponse),
			trace:  "hrm",
		},
		"HRM moved": {
			reason: "redirects are not followed",
			spoil:  func(w *world) { w.hrm.set(outboundtest.Redirect(t, http.StatusFound, "x")) },
			want:   failed(runreport.HRMBadResponse),
			trace:  "hrm",
		},
		"another customer": {
			reason: "the run requests no token",
			spoil:  func(w *world) { w.hrm.set(respondJSON(`{"organizationNumber":"315587336"}`)) },
			want:   failed(runreport.HRMOrganizationMismatch),
			trace:  "hrm",
		},
		"access refused": {
			reason: "the customer withdrew the delegation",
			spoil: func(w *world) {
				w.broker.set(outboundtest.Says(403, `{"error":"access_denied","reason":"DelegationWithdrawn"}`))
			},
			want:  failed(runreport.AccessRefused),
			trace: "hrm broker hrm",
		},
		"pod unknown": {
			reason: "the broker does not recognize the pod",
			spoil:  func(w *world) { w.broker.set(outboundtest.Says(401, echo)) },
			want:   failed(runreport.AccessRefused),
			trace:  "hrm broker hrm",
		},
		"broker down": {
			reason: "the broker returns no token within a minute",
			spoil:  func(w *world) { w.broker.set(outboundtest.Says(503, echo)) },
			want:   failed(runreport.BrokerUnavailable),
			trace:  "hrm broker hrm",
		},
		"another broker": {
			reason: "the certificate authority is unknown",
			spoil:  func(w *world) { w.environment.TokenBroker.CA = otherAuthority(t) },
			want:   failed(runreport.BrokerUnavailable),
			trace:  "hrm",
		},
		"no token of the pod's": {
			reason: "the pod's token is missing",
			spoil:  func(w *world) { w.remove("broker-token") },
			want:   failed(runreport.ConfigurationInvalid),
			trace:  "hrm",
		},
		"NAV down": {
			reason: "NAV does not respond",
			spoil:  func(w *world) { w.nav.set(outboundtest.Abort) },
			want:   failed(runreport.NAVUnreachable),
			trace:  "hrm broker nav hrm",
		},
		"NAV broken": {
			reason: "an error at NAV",
			spoil:  func(w *world) { w.nav.set(outboundtest.Says(500, tokenRejected)) },
			want:   failed(runreport.NAVError),
			trace:  "hrm broker nav hrm",
		},
		"NAV refuses": {
			reason: "NAV rejects the access token",
			spoil:  func(w *world) { w.nav.set(outboundtest.Says(401, tokenRejected)) },
			want:   failed(runreport.NAVTokenRejected),
			trace:  "hrm broker nav broker nav hrm",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tc.spoil(w)
			code := w.run(t.Context(), 10*time.Minute)
			if diff := cmp.Diff(tc.want, w.ended()); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			if (code == 0) != (tc.want.Outcome == runreport.Succeeded) {
				t.Errorf("%s: exit code %d", tc.reason, code)
			}
			if got := w.trace(); got != tc.trace {
				t.Errorf("%s: requests %s, want %s", tc.reason, got, tc.trace)
			}
			if !w.logs("Run ended", "outcome", tc.want.Outcome) || !w.logs("Run ended", "reason", tc.want.Reason) {
				t.Errorf("%s: the log lacks the end: %s", tc.reason, w.logged)
			}
			w.checkHides("")
		})
	}
}

// TestPlan checks the settlement and the report of a run of plans.
func TestPlan(t *testing.T) {
	w := newWorld(t)
	if code := w.run(t.Context(), time.Minute); code != 0 {
		t.Fatalf("exit code %d: %s", code, w.logged)
	}
	const settled = `{"sent":{"generalPractitioner":"NotReached","navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true},"state":"Sent"}`
	if got := w.plans.settlements(); got != settled {
		t.Errorf("the HRM system received %s", got)
	}
	want := runreport.Report{
		Outcome: runreport.Succeeded, OpenUnknown: new(int32(2)),
		Volumes: runreport.Volumes{PlansSent: 1, GeneralPractitionersNotReached: 1},
	}
	if diff := cmp.Diff(want, w.report()); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// TestNothingOffered checks that a run without plans sends requests only to the HRM system.
func TestNothingOffered(t *testing.T) {
	w := newWorld(t)
	w.hrm.set(offers(0).serve)
	if code := w.run(t.Context(), time.Minute); code != 0 || w.trace() != "hrm" {
		t.Errorf("exit code %d, requests %s: %s", code, w.trace(), w.logged)
	}
}

// TestDocuments checks that a second run finds nothing new.
func TestDocuments(t *testing.T) {
	for _, service := range []string{serviceSickNotes, serviceSickPayApplications} {
		w := newWorld(t)
		w.environment.Service = service
		for _, want := range []int64{1, 0} {
			code := w.run(t.Context(), time.Minute)
			if got := w.report(); code != 0 || got.Volumes.DocumentsStored != want || w.plans.documents != 1 ||
				w.plans.cursor != 7 {
				t.Errorf("%s: exit code %d, %+v, the HRM system has %d up to %d: %s", service, code, got, w.plans.documents,
					w.plans.cursor, w.logged)
			}
		}
	}
}

// run calls runSteps with a clock that only pauses move.
func (w *world) run(ctx context.Context, timeout time.Duration) int {
	w.t.Helper()
	var o options
	if err := command(&o, nil, func(context.Context) {}).ParseFlags(w.args()); err != nil { //nolint:contextcheck // Nothing is run.
		w.t.Fatal(err)
	}
	if err := o.complete(getenv(w.variables())); err != nil {
		w.t.Fatal(err)
	}
	o.timeout = timeout
	c := &testClock{now: time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)}
	r := &run{options: o, now: c.Now, pause: c.pause, log: logger(w.logged, slog.LevelDebug)}
	return writeReport(ctx, r.log, o.terminationLog, r.runSteps(ctx, r.steps()))
}

// once responds with first once, then with then.
func once(first, then http.HandlerFunc) http.HandlerFunc {
	called := false
	return func(w http.ResponseWriter, r *http.Request) {
		if !called {
			called = true
			first(w, r)
			return
		}
		then(w, r)
	}
}

func (w *world) remove(name string) {
	w.t.Helper()
	if err := os.Remove(w.path(name)); err != nil {
		w.t.Fatal(err)
	}
}

// TestLog checks the log of a successful run: each step, each call with status and duration, and the Nav-Call-Id.
func TestLog(t *testing.T) {
	w := newWorld(t)
	sent := make(chan string, 2) // the verification and the plan
	good := w.nav.handler
	w.nav.set(func(rw http.ResponseWriter, r *http.Request) {
		sent <- r.Header.Get("Nav-Call-Id")
		good(rw, r)
	})
	if code := w.execute(t.Context()); code != 0 {
		t.Fatalf("exit code %d: %s", code, w.logged)
	}
	var messages []string
	for _, line := range w.lines() {
		message, _ := line["msg"].(string)
		if step, ok := line["step"].(string); ok {
			message += " " + step
		}
		messages = append(messages, message)
		if line["service"] != "FollowUpPlans" || line["organizationNumber"] != customer ||
			(line["durationMs"] == nil && line["claimID"] == nil) {
			t.Errorf("a line without service, customer or duration: %v", line)
		}
	}
	want := []string{
		"Completed step Settings",
		"HRM system responded", "Completed step Recognition",
		"HRM system responded", "Broker responded", "NAV responded",
		"HRM system responded", "NAV responded",
		"HRM system responded", "Settled a plan",
		"HRM system responded", "Completed step Plans",
		"Run ended",
	}
	if diff := cmp.Diff(want, messages); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
	for _, message := range []string{"HRM system responded", "Broker responded", "NAV responded"} {
		if !w.logs(message, "status", http.StatusOK) {
			t.Errorf("%s without status: %s", message, w.logged)
		}
	}
	if id := <-sent; !w.logs("NAV responded", "navCallID", id) {
		t.Errorf("the id %s is not logged: %s", id, w.logged)
	}
	w.checkHides("")
}

// TestTimedOut checks the report if a service does not respond, or sends without end.
func TestTimedOut(t *testing.T) {
	for name, pick := range map[string]func(*world) *service{
		"HRM":    func(w *world) *service { return w.hrm },
		"broker": func(w *world) *service { return w.broker },
		"NAV":    func(w *world) *service { return w.nav },
	} {
		for how, handler := range map[string]http.HandlerFunc{"silent": outboundtest.Silent, "drip": outboundtest.Drip} {
			t.Run(name+" "+how, func(t *testing.T) {
				w := newWorld(t)
				pick(w).set(handler)
				code := w.execute(t.Context(), "--timeout=200ms")
				if got := w.ended(); code != 1 || got != failed(runreport.TimedOut) {
					t.Errorf("exit code %d, %+v: %s", code, got, w.logged)
				}
				w.checkHides("")
			})
		}
	}
}

// TestInterruptedBefore checks that an interrupted run sends no request.
func TestInterruptedBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := newWorld(t)
	if code := w.execute(ctx); code != 1 || w.ended() != failed(runreport.Interrupted) || w.trace() != "" {
		t.Errorf("exit code %d, %+v, requests %q", code, w.report(), w.trace())
	}
}

// TestInterruptedAfter checks that an interruption after the last step does not change the report.
func TestInterruptedAfter(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := &run{options: options{timeout: time.Minute}, now: time.Now, log: slog.New(slog.DiscardHandler)}
	last := step{name: "Last", do: func(context.Context) error {
		cancel()
		return nil
	}}
	if got := r.runSteps(ctx, []step{last}); got.Outcome != runreport.Succeeded {
		t.Errorf("got %+v", got)
	}
}

// TestPanic checks that a panic is reported, and that its value is not logged.
func TestPanic(t *testing.T) {
	w := newWorld(t)
	r := &run{options: options{timeout: time.Minute}, now: time.Now, log: logger(w.logged, slog.LevelInfo)}
	report := r.runSteps(t.Context(),
		[]step{{name: "Broken", do: func(context.Context) error { panic(hrmToken + person) }}})
	if code := writeReport(t.Context(), r.log, w.path("termination-log"), report); code != 1 ||
		w.ended() != failed(runreport.InternalError) {
		t.Errorf("exit code %d, %+v", code, w.report())
	}
	if !w.logs("Run panicked", "level", "ERROR") || !strings.Contains(w.logged.String(), "run_test.go") {
		t.Errorf("the log lacks the stack: %s", w.logged)
	}
	w.checkHides("")
}

// TestReportCannotBeWritten checks the exit code if the report cannot be written.
func TestReportCannotBeWritten(t *testing.T) {
	w := newWorld(t)
	if code := w.execute(t.Context(), "--termination-log="+w.path("nowhere/termination-log")); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if !w.logs("Failed to write the termination message", "level", "ERROR") ||
		!w.logs("Run ended", "outcome", "Succeeded") {
		t.Errorf("logged %s", w.logged)
	}
	if code := writeReport(t.Context(), slog.New(slog.DiscardHandler), w.path("termination-log"),
		runreport.Report{}); code != 1 {
		t.Errorf("an invalid report: exit code %d", code)
	}
}

// TestReportReplaces checks that the report replaces an older message.
func TestReportReplaces(t *testing.T) {
	w := newWorld(t)
	w.write("termination-log", strings.Repeat("x", 3000))
	if code := w.execute(t.Context()); code != 0 || w.report().Outcome != runreport.Succeeded {
		t.Errorf("exit code %d, %+v", code, w.report())
	}
}

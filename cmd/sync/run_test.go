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

// TestRun goes through how a run can end, with who was asked on the way. The services send back what they were sent,
// and a person.
func TestRun(t *testing.T) {
	const echo = hrmToken + podToken + accessToken + person
	tokenRejected := `{"status":{"value":401,"description":"Unauthorized"},"type":"AUTHENTICATION_ERROR","message":"` + echo + `"}`
	cases := map[string]struct {
		reason string
		spoil  func(*world)
		want   runreport.Report
		asked  string
	}{
		"succeeded": {
			"nothing is wrong", func(*world) {},
			runreport.Report{Outcome: runreport.Succeeded},
			"hrm broker nav hrm nav hrm",
		},
		"new pod": {
			"the broker does not know the pod yet", func(w *world) { w.broker.set(once(outboundtest.Says(401, echo), w.broker.handler)) },
			runreport.Report{Outcome: runreport.Succeeded},
			"hrm broker nav hrm nav hrm",
		},
		"HRM down": {
			"nobody answers", func(w *world) { w.hrm.set(outboundtest.Abort) },
			failed(runreport.HRMUnreachable), "hrm",
		},
		"HRM refuses": {
			"the token is an old one", func(w *world) { w.hrm.set(outboundtest.Says(401, echo)) },
			failed(runreport.HRMUnauthorized), "hrm",
		},
		"HRM broken": {
			"an answer that is none", func(w *world) { w.hrm.set(outboundtest.Says(200, echo)) },
			failed(runreport.HRMBadResponse), "hrm",
		},
		"HRM moved": {
			"redirects are not followed", func(w *world) { w.hrm.set(outboundtest.Redirect(t, http.StatusFound, "x")) },
			failed(runreport.HRMBadResponse), "hrm",
		},
		"another customer": {
			"before any token is asked for", func(w *world) { w.hrm.set(saysJSON(`{"organizationNumber":"315587336"}`)) },
			failed(runreport.HRMOrganizationMismatch), "hrm",
		},
		"access refused": {
			"the delegation has been withdrawn", func(w *world) {
				w.broker.set(outboundtest.Says(403, `{"error":"access_denied","reason":"DelegationWithdrawn"}`))
			},
			failed(runreport.AccessRefused), "hrm broker hrm",
		},
		"pod unknown": {
			"the broker does not take the pod for the customer's", func(w *world) { w.broker.set(outboundtest.Says(401, echo)) },
			failed(runreport.AccessRefused), "hrm broker hrm",
		},
		"broker down": {
			"no token within a minute", func(w *world) { w.broker.set(outboundtest.Says(503, echo)) },
			failed(runreport.BrokerUnavailable), "hrm broker hrm",
		},
		"another broker": {
			"nobody vouches for it", func(w *world) { w.settings.TokenBroker.CA = otherAuthority(t) },
			failed(runreport.BrokerUnavailable), "hrm",
		},
		"no token of the pod's": {
			"the volume is missing", func(w *world) { w.remove("broker-token") },
			failed(runreport.ConfigurationInvalid), "hrm",
		},
		"NAV down": {
			"nobody answers", func(w *world) { w.nav.set(outboundtest.Abort) },
			failed(runreport.NAVUnreachable), "hrm broker nav hrm",
		},
		"NAV broken": {
			"a fault of NAV's", func(w *world) { w.nav.set(outboundtest.Says(500, tokenRejected)) },
			failed(runreport.NAVError), "hrm broker nav hrm",
		},
		"NAV refuses": {
			"the access token is not accepted", func(w *world) { w.nav.set(outboundtest.Says(401, tokenRejected)) },
			failed(runreport.NAVTokenRejected), "hrm broker nav broker nav hrm",
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
			if got := w.trace(); got != tc.asked {
				t.Errorf("%s: asked %s, want %s", tc.reason, got, tc.asked)
			}
			if !w.logs("Run ended", "outcome", tc.want.Outcome) || !w.logs("Run ended", "reason", tc.want.Reason) {
				t.Errorf("%s: the end is not logged: %s", tc.reason, w.logged)
			}
			w.checkHides("")
		})
	}
}

// TestPlan sees what a run of plans has told the HRM solution, and what it reports.
func TestPlan(t *testing.T) {
	w := newWorld(t)
	if code := w.run(t.Context(), time.Minute); code != 0 {
		t.Fatalf("exit code %d: %s", code, w.logged)
	}
	const settled = `{"sent":{"generalPractitioner":"NotReached","navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true},"state":"Sent"}`
	if got := w.plans.told(); got != settled {
		t.Errorf("the HRM solution was told %s", got)
	}
	want := runreport.Report{
		Outcome: runreport.Succeeded, OpenUnknown: new(int32(2)),
		Volumes: runreport.Volumes{PlansSent: 1, GeneralPractitionersNotReached: 1},
	}
	if diff := cmp.Diff(want, w.report()); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// TestNothingOffered sees that nobody but the HRM solution is asked if there is nothing to do.
func TestNothingOffered(t *testing.T) {
	w := newWorld(t)
	w.hrm.set(offers(0).serve)
	if code := w.run(t.Context(), time.Minute); code != 0 || w.trace() != "hrm" {
		t.Errorf("exit code %d, asked %s: %s", code, w.trace(), w.logged)
	}
}

// TestDocuments fetches what there is, twice: the second time there is nothing new.
func TestDocuments(t *testing.T) {
	for _, service := range []string{serviceSickNotes, serviceSickPayApplications} {
		w := newWorld(t)
		w.service = service
		for _, want := range []int64{1, 0} {
			code := w.run(t.Context(), time.Minute)
			if got := w.report(); code != 0 || got.Volumes.DocumentsStored != want || w.plans.documents != 1 || w.plans.cursor != 7 {
				t.Errorf("%s: exit code %d, %+v, the HRM solution has %d until %d: %s", service, code, got, w.plans.documents, w.plans.cursor, w.logged)
			}
		}
	}
}

// run is perform, with a clock that only pauses move.
func (w *world) run(ctx context.Context, timeout time.Duration) int {
	w.t.Helper()
	var o options
	if err := command(&o, func(context.Context) {}).ParseFlags(w.args()); err != nil { //nolint:contextcheck // Nothing is run.
		w.t.Fatal(err)
	}
	if err := o.complete(); err != nil {
		w.t.Fatal(err)
	}
	o.timeout = timeout
	c := &clock{now: time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)}
	r := &run{options: o, now: c.Now, pause: c.pause, log: logger(w.logged, slog.LevelDebug)}
	return leave(ctx, r.log, o.terminationLog, r.whole(ctx, r.steps()))
}

// once answers first in one way, then in another.
func once(first, then http.HandlerFunc) http.HandlerFunc {
	asked := false
	return func(w http.ResponseWriter, r *http.Request) {
		if !asked {
			asked = true
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

// TestLog holds what a run that is well tells of itself: each step, each call with status and duration, and the id that
// NAV's support asks for.
func TestLog(t *testing.T) {
	w := newWorld(t)
	sent := make(chan string, 2) // the question and the plan
	good := w.nav.handler
	w.nav.set(func(rw http.ResponseWriter, r *http.Request) {
		sent <- r.Header.Get("Nav-Call-Id")
		good(rw, r)
	})
	if code := w.execute(t.Context()); code != 0 {
		t.Fatalf("exit code %d: %s", code, w.logged)
	}
	var told []string
	for _, line := range w.lines() {
		message, _ := line["msg"].(string)
		if step, ok := line["step"].(string); ok {
			message += " " + step
		}
		told = append(told, message)
		if line["service"] != "FollowUpPlans" || line["organizationNumber"] != customer || (line["durationMs"] == nil && line["claimID"] == nil) {
			t.Errorf("a line without service, customer or duration: %v", line)
		}
	}
	want := []string{
		"Step done Settings",
		"HRM solution answered", "Step done Recognition",
		"HRM solution answered", "Token broker answered", "NAV answered",
		"HRM solution answered", "NAV answered",
		"HRM solution answered", "Plan settled",
		"HRM solution answered", "Step done Plans",
		"Run ended",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
	for _, message := range []string{"HRM solution answered", "Token broker answered", "NAV answered"} {
		if !w.logs(message, "status", http.StatusOK) {
			t.Errorf("%s without its status: %s", message, w.logged)
		}
	}
	if id := <-sent; !w.logs("NAV answered", "navCallID", id) {
		t.Errorf("the id %s is not logged: %s", id, w.logged)
	}
	w.checkHides("")
}

// TestTimedOut lets each service in turn say nothing, or go on for ever.
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

// TestInterruptedBefore sees that nothing is begun when the end has come already.
func TestInterruptedBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := newWorld(t)
	if code := w.execute(ctx); code != 1 || w.ended() != failed(runreport.Interrupted) || w.trace() != "" {
		t.Errorf("exit code %d, %+v, asked %q", code, w.report(), w.trace())
	}
}

// TestInterruptedAfter sees that a run that is done stays done.
func TestInterruptedAfter(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := &run{options: options{timeout: time.Minute}, now: time.Now, log: slog.New(slog.DiscardHandler)}
	last := step{"Last", func(context.Context) error {
		cancel()
		return nil
	}}
	if got := r.whole(ctx, []step{last}); got.Outcome != runreport.Succeeded {
		t.Errorf("got %+v", got)
	}
}

// TestPanic sees that a run that breaks off is reported, and that what it broke off with is not shown.
func TestPanic(t *testing.T) {
	w := newWorld(t)
	r := &run{options: options{timeout: time.Minute}, now: time.Now, log: logger(w.logged, slog.LevelInfo)}
	report := r.whole(t.Context(), []step{{"Broken", func(context.Context) error { panic(hrmToken + person) }}})
	if code := leave(t.Context(), r.log, w.path("termination-log"), report); code != 1 || w.ended() != failed(runreport.InternalError) {
		t.Errorf("exit code %d, %+v", code, w.report())
	}
	if !w.logs("Run broke off", "level", "ERROR") || !strings.Contains(w.logged.String(), "run_test.go") {
		t.Errorf("where it broke off is not logged: %s", w.logged)
	}
	w.checkHides("")
}

// TestReportCannotBeWritten sees that a run that nobody hears of has not succeeded.
func TestReportCannotBeWritten(t *testing.T) {
	w := newWorld(t)
	if code := w.execute(t.Context(), "--termination-log="+w.path("nowhere/termination-log")); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if !w.logs("Failed to write the termination message", "level", "ERROR") || !w.logs("Run ended", "outcome", "Succeeded") {
		t.Errorf("logged %s", w.logged)
	}
	if code := leave(t.Context(), slog.New(slog.DiscardHandler), w.path("termination-log"), runreport.Report{}); code != 1 {
		t.Errorf("a report that says nothing: exit code %d", code)
	}
}

// TestReportReplaces sees that nothing of an older message is left behind it.
func TestReportReplaces(t *testing.T) {
	w := newWorld(t)
	w.write("termination-log", strings.Repeat("x", 3000))
	if code := w.execute(t.Context()); code != 0 || w.report().Outcome != runreport.Succeeded {
		t.Errorf("exit code %d, %+v", code, w.report())
	}
}

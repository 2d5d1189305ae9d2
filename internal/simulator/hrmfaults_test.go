package simulator_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// hrmEvidence tells, for each of goodBodies, whether it has been done.
func (w *world) hrmEvidence() []bool {
	w.t.Helper()
	plans, err := w.hrmTenant().Plans()
	w.must(err)
	been := map[hrmstore.State]bool{}
	for _, h := range plans[0].History {
		been[h.State] = true
	}
	documents, pdfs := 0, 0
	w.must(w.hrmTenant().Each(func(d hrmstore.Document) error {
		documents++
		if d.HasPDF {
			pdfs++
		}
		return nil
	}))
	return []bool{been[hrmstore.Claimed], been[hrmstore.Sending], been[hrmstore.Sent], documents == 1, pdfs == 1}
}

var hrmOperations = []string{
	"PUT /v1/claims/{claimID}", "PUT /v1/claims/{claimID}/sending", "PUT /v1/claims/{claimID}/settlement",
	"POST /v1/units/{unit}/{kind}/pages", "PUT /v1/units/{unit}/{kind}/{documentID}/pdf",
}

// TestHRMOutagesOnEveryPath has each operation fail before it is looked at, and after it was done; then it is repeated,
// as a worker does.
func TestHRMOutagesOnEveryPath(t *testing.T) {
	t.Parallel()
	for outage, tc := range map[simwire.Outage]struct {
		reason string
		status int // 0 for a broken connection
		done   bool
	}{
		simwire.OutageServiceUnavailable:  {reason: "before", status: 503},
		simwire.OutageInternalServerError: {reason: "before", status: 500},
		simwire.OutageConnectionReset:     {reason: "before"},
		simwire.OutageErrorAfterProcessing: {
			reason: "after: the error does not mean that nothing was done", status: 500, done: true,
		},
		simwire.OutageConnectionResetAfterProcessing: {reason: "after: the answer is lost", done: true},
		simwire.OutageEmptyBody:                      {reason: "after: 200 and nothing", status: 200, done: true},
	} {
		t.Run(string(outage), func(t *testing.T) {
			t.Parallel()
			w := newHRMWorld(t)
			w.offer("plan")
			for i, s := range goodBodies() {
				w.setFaults(hrmFaults(simwire.Faults{Outage: outage}))
				w.http.CloseIdleConnections() // Go's client may repeat a request whose kept connection breaks
				got, err := w.http.Do(w.hrmDo(s.Method, s.Path, s.Body))
				status := 0
				if err == nil {
					status = got.StatusCode
					w.must(got.Body.Close())
				}
				diff(t, tc.reason+": "+s.Path, tc.status, status)
				diff(t, "done: "+s.Path, tc.done, w.hrmEvidence()[i])
				calls := w.sim.Recorder.Report().RecentCalls
				last := calls[len(calls)-1]
				diff(t, "remembered", []any{hrmOperations[i], true},
					[]any{last.Operation, strings.HasSuffix(last.Outcome, string(outage))})

				w.setFaults(simulator.Faults{})
				again := w.hrmSend(s.Method, s.Path, s.Body).status
				if i == 3 && tc.done { // the worker itself was first
					diff(t, "the cursor has moved", 409, again)
					continue
				}
				diff(t, "again: "+s.Path, true, again == 200 || again == 204)
				diff(t, "and done: "+s.Path, true, w.hrmEvidence()[i])
			}
		})
	}
}

// TestHRMCallFaults decides call by call: one operation of one tenant fails, and no other.
func TestHRMCallFaults(t *testing.T) {
	w := newHRMWorld(t)
	w.offer("plan")
	var asked []simwire.CallInfo
	w.sim.SetCallFaults(func(c simwire.CallInfo) (simwire.Faults, bool) {
		asked = append(asked, c)
		return simwire.Faults{Outage: simwire.OutageErrorAfterProcessing}, strings.HasSuffix(c.Reference, "/sending")
	})
	diff(t, "not this one", 200, w.put(claimPath(1), leaseOf60).status)
	diff(t, "this one, when it was done", 500, w.put(claimPath(1)+"/sending", sendingOf60).status)
	diff(t, "done", true, w.hrmEvidence()[1])
	w.sim.SetCallFaults(nil)
	diff(t, "again", 204, w.put(claimPath(1)+"/sending", sendingOf60).status)
	diff(t, "what could be decided by", []simwire.CallInfo{
		{Endpoint: "hrm", Organization: consumer, Reference: "PUT " + claimPath(1)},
		{Endpoint: "hrm", Organization: consumer, Reference: "PUT " + claimPath(1) + "/sending"},
	}, asked)
	diff(t, "counted", map[string]int{"OK": 2, "OK,ErrorAfterProcessing": 1}, w.sim.Recorder.Report().Counts["hrm"])
}

// TestHRMDataIsKept: a simulator that starts in the folder of another knows what that knew, but for its tenants.
func TestHRMDataIsKept(t *testing.T) {
	folder := t.TempDir() + "/new"
	start := func() *simulator.World {
		sim, err := simulator.New(simulator.Options{Issuer: issuer, Now: time.Now, HRMData: folder})
		if err != nil {
			t.Fatal(err)
		}
		return sim
	}
	first := start()
	data, err := first.HRM.Tenant(tenant)
	if err != nil {
		t.Fatal(err)
	}
	claim := uuid.New()
	if err := data.Offer(map[string]json.RawMessage{"plan": json.RawMessage(`{}`)}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := data.Claim(claim, time.Hour); err != nil {
		t.Fatal(err)
	}
	for range 2 { // closing twice is no error
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := first.HRM.Tenant(tenant); err == nil {
		t.Error("closed data can be had")
	}
	second := start()
	t.Cleanup(func() { _ = second.Close() })
	if data, err = second.HRM.Tenant(tenant); err != nil {
		t.Fatal(err)
	}
	plans, err := data.Plans()
	if err != nil || len(plans) != 1 || plans[0].ClaimID != claim {
		t.Errorf("kept %+v, %v", plans, err)
	}
}

// TestHRMDataThatIsTemporary is gone when the simulator is closed.
func TestHRMDataThatIsTemporary(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	sim, err := simulator.New(simulator.Options{Issuer: issuer, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "nothing is made before it is needed", 0, filesBelow(t))
	if _, err := sim.HRM.Tenant(tenant); err != nil {
		t.Fatal(err)
	}
	diff(t, "a folder", 1, filesBelow(t))
	if err := sim.Close(); err != nil {
		t.Fatal(err)
	}
	diff(t, "gone", 0, filesBelow(t))
}

// TestAdminOfHRM goes through what people do at the HRM system, as far as it is refused.
func TestAdminOfHRM(t *testing.T) {
	w := newHRMWorld(t)
	w.offer("plan")
	for name, tc := range map[string]struct {
		reason, method, path, body string
		status                     int
		detail                     string
	}{
		"Tenant": {
			reason: "a name that is misspelt makes no tenant", method: http.MethodPut, path: "/hrm/tenants/tigre/plans/p",
			body: `{}`, status: 404,
			detail: "no such tenant",
		},
		"Plans": {
			reason: "nor is it shown", method: http.MethodGet, path: "/hrm/tenants/tigre/plans", status: 404,
			detail: "no such tenant",
		},
		"Twice": {
			reason: "ids are new", method: http.MethodPut, path: "/hrm/tenants/tiger/plans/plan", body: `{}`, status: 400,
			detail: "plan plan exists already",
		},
		"No plan": {
			reason: "an object", method: http.MethodPut, path: "/hrm/tenants/tiger/plans/p", body: `[]`, status: 400,
			detail: "a plan is a JSON object",
		},
		"No JSON": {
			reason: "JSON", method: http.MethodPut, path: "/hrm/tenants/tiger/plans/p", body: `{`, status: 400,
			detail: "unexpected EOF",
		},
		"Not unknown": {
			reason: "it is on its way", method: http.MethodPut, path: "/hrm/tenants/tiger/plans/plan/fate", body: `{}`,
			status: 409,
			detail: "the plan is in another state",
		},
		"Not refused": {
			reason: "nothing to decide", method: http.MethodPut, path: "/hrm/tenants/tiger/plans/plan/decision",
			body: `{"decision":"Abandon"}`, status: 409, detail: "the plan is in another state",
		},
		"No decision": {
			reason: "two are possible", method: http.MethodPut, path: "/hrm/tenants/tiger/plans/plan/decision",
			body:   `{"decision":"Wait"}`,
			status: 400, detail: "the decision is OfferAgain or Abandon",
		},
		"No fate": {
			reason: "which plan?", method: http.MethodPut, path: "/hrm/tenants/tiger/plans/p/fate", body: `{}`, status: 404,
			detail: "no such plan or document",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			status, body := w.call(tc.method, tc.path, tc.body)
			if status != tc.status || !strings.Contains(body, tc.detail) {
				t.Errorf("%s: got %d %s", tc.reason, status, body)
			}
		})
	}
	w.t = t
	w.must(w.sim.Close())
	status, _ := w.call(http.MethodPut, "/hrm/tenants/tiger/pdfs", "")
	diff(t, "what could not be done is not said to be", 400, status)
	checkProblem(t, "closed", 500, w.put(claimPath(1), leaseOf60))
}

// filesBelow counts what is in the folder for temporary files.
func filesBelow(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

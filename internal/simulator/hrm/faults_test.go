package hrm_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// evidence reports, for each of goodBodies, whether it took effect.
func (w *world) evidence() []bool {
	w.t.Helper()
	plans, err := w.data().Plans()
	w.must(err)
	been := map[hrmstore.State]bool{}
	for _, h := range plans[0].History {
		been[h.State] = true
	}
	documents, pdfs := 0, 0
	w.must(w.data().Each(func(d hrmstore.Document) error {
		documents++
		if d.HasPDF {
			pdfs++
		}
		return nil
	}))
	return []bool{been[hrmstore.Claimed], been[hrmstore.Sending], been[hrmstore.Sent], documents == 1, pdfs == 1}
}

var operations = []string{
	"PUT /v1/claims/{claimID}", "PUT /v1/claims/{claimID}/sending", "PUT /v1/claims/{claimID}/settlement",
	"POST /v1/units/{unit}/{kind}/pages", "PUT /v1/units/{unit}/{kind}/{documentID}/pdf",
}

// TestOutagesOnEveryPath has each operation fail before and after it takes effect. Then it repeats the operation, as a
// worker does.
func TestOutagesOnEveryPath(t *testing.T) {
	t.Parallel()
	for outage, tc := range map[wire.Outage]struct {
		reason string
		status int // 0 for a broken connection
		done   bool
	}{
		wire.OutageServiceUnavailable:  {reason: "before", status: 503},
		wire.OutageInternalServerError: {reason: "before", status: 500},
		wire.OutageConnectionReset:     {reason: "before"},
		wire.OutageErrorAfterProcessing: {
			reason: "after: the error does not mean that nothing was done", status: 500, done: true,
		},
		wire.OutageConnectionResetAfterProcessing: {reason: "after: the response is lost", done: true},
		wire.OutageEmptyBody:                      {reason: "after: 200 and nothing", status: 200, done: true},
	} {
		t.Run(string(outage), func(t *testing.T) {
			t.Parallel()
			w := newTenantWorld(t)
			w.offer("plan")
			for i, s := range goodBodies() {
				w.must(w.hrm.SetOutage(wire.Faults{Outage: outage}))
				w.server.Client().CloseIdleConnections() // Go's client may repeat a request whose kept connection breaks
				got, err := w.server.Client().Do(w.requestTo(s.Method, s.Path, s.Body))
				status := 0
				if err == nil {
					status = got.StatusCode
					w.must(got.Body.Close())
				}
				simulatortest.Diff(t, tc.reason+": "+s.Path, tc.status, status)
				simulatortest.Diff(t, "done: "+s.Path, tc.done, w.evidence()[i])
				calls := w.recorder.Report().RecentCalls
				last := calls[len(calls)-1]
				simulatortest.Diff(t, "remembered", []any{operations[i], true},
					[]any{last.Operation, strings.HasSuffix(last.Outcome, string(outage))})

				w.must(w.hrm.SetOutage(wire.Faults{}))
				again := w.sendTo(s.Method, s.Path, s.Body).Status
				if i == 3 && tc.done { // the worker itself was first
					simulatortest.Diff(t, "the cursor has moved", 409, again)
					continue
				}
				simulatortest.Diff(t, "again: "+s.Path, true, again == 200 || again == 204)
				simulatortest.Diff(t, "and done: "+s.Path, true, w.evidence()[i])
			}
		})
	}
}

// TestCallFaults decides faults per call: one operation of one tenant fails, and no other.
func TestCallFaults(t *testing.T) {
	w := newTenantWorld(t)
	w.offer("plan")
	var asked []wire.CallInfo
	w.hrm.SetCallOutage(func(c wire.CallInfo) (wire.Faults, bool) {
		asked = append(asked, c)
		return wire.Faults{Outage: wire.OutageErrorAfterProcessing}, strings.HasSuffix(c.Reference, "/sending")
	})
	simulatortest.Diff(t, "not this one", 200, w.put(claimPath(1), leaseOf60).Status)
	simulatortest.Diff(t, "this one, when it was done", 500, w.put(claimPath(1)+"/sending", sendingOf60).Status)
	simulatortest.Diff(t, "done", true, w.evidence()[1])
	w.hrm.SetCallOutage(nil)
	simulatortest.Diff(t, "again", 204, w.put(claimPath(1)+"/sending", sendingOf60).Status)
	simulatortest.Diff(t, "what could be decided by", []wire.CallInfo{
		{Endpoint: "hrm", Organization: consumer, Reference: "PUT " + claimPath(1)},
		{Endpoint: "hrm", Organization: consumer, Reference: "PUT " + claimPath(1) + "/sending"},
	}, asked)
	simulatortest.Diff(t, "counted", map[string]int{"OK": 2, "OK,ErrorAfterProcessing": 1},
		w.recorder.Report().Counts["hrm"])
}

// TestDataIsKept starts a simulator in another one's folder: it has the same data, except for the tenants.
func TestDataIsKept(t *testing.T) {
	folder := t.TempDir() + "/new"
	start := func() *hrm.Service {
		service, err := hrm.New(hrm.Options{Now: time.Now, Folder: folder})
		if err != nil {
			t.Fatal(err)
		}
		return service
	}
	first := start()
	data, err := first.Tenant(tenant)
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
	if _, err := first.Tenant(tenant); err == nil {
		t.Error("closed data can be had")
	}
	second := start()
	t.Cleanup(func() { _ = second.Close() })
	if data, err = second.Tenant(tenant); err != nil {
		t.Fatal(err)
	}
	plans, err := data.Plans()
	if err != nil || len(plans) != 1 || plans[0].ClaimID != claim {
		t.Errorf("kept %+v, %v", plans, err)
	}
}

// TestDataThatIsTemporary verifies that temporary data is removed when the simulator is closed.
func TestDataThatIsTemporary(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	service, err := hrm.New(hrm.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	simulatortest.Diff(t, "nothing is made before it is needed", 0, filesBelow(t))
	if _, err := service.Tenant(tenant); err != nil {
		t.Fatal(err)
	}
	simulatortest.Diff(t, "a folder", 1, filesBelow(t))
	if err := service.Close(); err != nil {
		t.Fatal(err)
	}
	simulatortest.Diff(t, "gone", 0, filesBelow(t))
}

// TestAdmin sends requests that the admin API refuses.
func TestAdmin(t *testing.T) {
	w := newTenantWorld(t)
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
			detail: "no such plan, document or letter",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			status, body := simulatortest.Admin(t, w.hrm.AddAdmin, tc.method, tc.path, tc.body)
			if status != tc.status || !strings.Contains(body, tc.detail) {
				t.Errorf("%s: got %d %s", tc.reason, status, body)
			}
		})
	}
	w.t = t
	w.must(w.hrm.Close())
	status, _ := simulatortest.Admin(t, w.hrm.AddAdmin, http.MethodPut, "/hrm/tenants/tiger/pdfs", "")
	simulatortest.Diff(t, "what could not be done is not said to be", 400, status)
	checkProblem(t, "closed", 500, w.put(claimPath(1), leaseOf60))
}

// filesBelow counts the files in the folder for temporary files.
func filesBelow(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

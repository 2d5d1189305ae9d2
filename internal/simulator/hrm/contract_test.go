package hrm_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
)

const (
	unit      = "315587336"
	otherUnit = "315339138"
	notesPath = "/v1/units/" + unit + "/sick-notes"

	leaseOf60    = `{"leaseSeconds":60}`
	sendingOf60  = `{"navCallID":"9f3f6b7e-0d0a-4c7e-8a55-0d4b6f1f7a01","deadlineSeconds":60}`
	sendingOther = `{"navCallID":"9f3f6b7e-0d0a-4c7e-8a55-0d4b6f1f7a02","deadlineSeconds":60}`
	settledSent  = `{"state":"Sent","sent":{"navUUID":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10","sentToNAV":true,"generalPractitioner":"NotReached"}}`
	settledByNAV = `{"state":"Rejected","rejected":{"by":"NAV","type":"BAD_REQUEST","message":"No plan"}}`
	settledOwn   = `{"state":"Rejected","rejected":{"by":"Worker","type":"VALIDATION_ERROR","message":"A field is missing"}}`
	unsettled    = `{"state":"Unknown","unknown":{"cause":"NoAnswer"}}`
	settledLater = `{"state":"Refused","refused":{"type":"EMPLOYEE_NOT_FOUND","message":"Could not find requested person in our systems"}}`
	settledNot   = `{"state":"NotSent"}`
)

// claimPath is the path of the worker's nth claim.
func claimPath(n int) string { return fmt.Sprintf("/v1/claims/00000000-0000-4000-8000-%012d", n) }

// newTenantWorld returns a world with a tenant that has two units and no plans.
func newTenantWorld(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.must(w.hrm.RegisterTenant(hrm.Tenant{
		Name: tenant, OrganizationNumber: consumer,
		Units: []string{unit, otherUnit},
	}, tenantToken))
	return w
}

func (w *world) data() *hrmstore.Tenant {
	w.t.Helper()
	data, err := w.hrm.Tenant(tenant)
	w.must(err)
	return data
}

func (w *world) offer(ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		w.must(w.data().Offer(map[string]json.RawMessage{
			id: json.RawMessage(`{"employeeIdentificationNumber":"01447842099"}`),
		}))
	}
}

// requestTo returns a request of the tenant.
func (w *world) requestTo(method, path, body string) *http.Request {
	w.t.Helper()
	url := w.server.URL + "/" + tenant + path
	request, err := http.NewRequestWithContext(w.t.Context(), method, url, strings.NewReader(body))
	w.must(err)
	request.Header.Set("Authorization", "Bearer "+tenantToken)
	request.Header.Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(path, "/pdf"):
		request.Header.Set("Content-Type", "application/pdf")
	case strings.HasSuffix(path, "/csv"):
		request.Header.Set("Content-Type", "text/csv")
	}
	return request
}

func (w *world) sendTo(method, path, body string) simulatortest.Reply {
	w.t.Helper()
	return w.send(w.requestTo(method, path, body))
}

func (w *world) put(path, body string) simulatortest.Reply {
	w.t.Helper()
	return w.sendTo(http.MethodPut, path, body)
}

// step is a request, and how long after the previous one it is sent.
type step struct {
	Later  string `json:"later,omitempty"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Body   string `json:"request,omitempty"`
}

type said struct {
	step
	Status      int    `json:"status"`
	ContentType string `json:"content-type,omitempty"`
	Answer      any    `json:"answer,omitempty"`
}

// tell sends the requests one after another, and returns the statuses.
func (w *world) tell(steps []step) []said {
	w.t.Helper()
	all := make([]said, 0, len(steps))
	for _, s := range steps {
		if s.Later != "" {
			later, err := time.ParseDuration(s.Later)
			w.must(err)
			w.clock.Step(later)
		}
		got := w.sendTo(s.Method, s.Path, s.Body)
		answer := said{step: s, Status: got.Status, ContentType: got.Header.Get("Content-Type")}
		if len(got.Raw) > 0 {
			w.must(json.Unmarshal(got.Raw, &answer.Answer))
		}
		all = append(all, answer)
	}
	return all
}

func put(path, body string) step { return step{Method: http.MethodPut, Path: path, Body: body} }

// TestPlansOnTheWire sends each of the contract's requests about plans once, in both their forms.
func TestPlansOnTheWire(t *testing.T) {
	w := newTenantWorld(t)
	w.offer("plan-1", "plan-2")
	simulatortest.Golden(t, "plans", w.tell([]step{
		put(claimPath(1), leaseOf60),
		put(claimPath(1), leaseOf60),
		put(claimPath(2), leaseOf60),
		put(claimPath(3), leaseOf60),
		put(claimPath(1)+"/settlement", settledSent),
		put(claimPath(1)+"/sending", sendingOf60),
		put(claimPath(1)+"/sending", sendingOf60),
		put(claimPath(1)+"/sending", sendingOther),
		put(claimPath(1)+"/settlement", settledSent),
		put(claimPath(1)+"/settlement", settledSent),
		put(claimPath(1)+"/settlement", settledByNAV),
		{Later: "60s", Method: http.MethodPut, Path: claimPath(2) + "/sending", Body: sendingOf60},
		put(claimPath(2), leaseOf60),
		put(claimPath(3), leaseOf60),
		put(claimPath(3)+"/sending", sendingOf60),
		{Later: "60s", Method: http.MethodPut, Path: claimPath(4), Body: leaseOf60},
		put(claimPath(3)+"/settlement", settledNot),
		put(claimPath(3)+"/settlement", unsettled),
		put(claimPath(3)+"/settlement", settledByNAV),
		put(claimPath(4), leaseOf60),
	}))
}

// TestRefusalsOnTheWire settles a plan as refused for now: it waits, and is offered again.
func TestRefusalsOnTheWire(t *testing.T) {
	w := newTenantWorld(t)
	w.offer("plan-1")
	simulatortest.Golden(t, "refusals", w.tell([]step{
		put(claimPath(1), leaseOf60),
		put(claimPath(1)+"/settlement", settledLater),
		put(claimPath(1)+"/sending", sendingOf60),
		put(claimPath(1)+"/settlement", `{"state":"Refused","refused":{"type":"EMPLOYEE_NOT_FOUND"}}`),
		put(claimPath(1)+"/settlement", `{"state":"Refused"}`),
		put(claimPath(1)+"/settlement", settledLater),
		put(claimPath(1)+"/settlement", settledLater),
		put(claimPath(1)+"/settlement", settledSent),
		{Later: "59m", Method: http.MethodPut, Path: claimPath(2), Body: leaseOf60},
		{Later: "1m", Method: http.MethodPut, Path: claimPath(3), Body: leaseOf60},
		put(claimPath(3)+"/sending", sendingOther),
		{Later: "71h", Method: http.MethodPut, Path: claimPath(3) + "/settlement", Body: settledLater},
		put(claimPath(4), leaseOf60),
	}))
}

// TestDocumentsOnTheWire sends each of the contract's requests about documents once.
func TestDocumentsOnTheWire(t *testing.T) {
	w := newTenantWorld(t)
	w.must(w.data().WantPDFs(true))
	get := func(path string) step { return step{Method: http.MethodGet, Path: path} }
	page := func(body string) step {
		return step{Method: http.MethodPost, Path: notesPath + "/pages", Body: body}
	}
	const id = "b5f66f7a-d1a9-483c-a9d1-e4d45a7bba4d"
	document := func(number int) string {
		return fmt.Sprintf(`{"id":%q,"sequenceNumber":%d,"times":{"mottattTidspunkt":"2026-09-01T08:00:00+02:00"},"document":{"loepenr":%[2]d}}`, id, number)
	}
	simulatortest.Golden(t, "documents", w.tell([]step{
		get("/v1/organization"),
		get("/v1/units"),
		get(notesPath + "/cursor"),
		page(`{"previousCursor":0,"cursor":7,"documents":[` + document(7) + `]}`),
		get(notesPath + "/cursor"),
		page(`{"previousCursor":0,"cursor":7,"documents":[` + document(9) + `]}`),
		page(`{"previousCursor":7,"cursor":7,"lastOverlap":"2026-09-01","documents":[` + document(3) + `]}`),
		get(notesPath + "/cursor"),
		get("/v1/units/" + unit + "/sick-pay-applications/cursor"),
		get(notesPath + "/wanted-pdfs"),
		put(notesPath+"/"+id+"/pdf", "%PDF-1.7"),
		get(notesPath + "/wanted-pdfs"),
		put(notesPath+"/00000000-0000-4000-8000-000000000000/pdf", "%PDF-1.7"),
		get("/v1/units/" + consumer + "/sick-notes/cursor"),
		get("/v1/units/" + consumer + "/sick-notes/wanted-pdfs"),
		get("/v1/units/" + unit + "/letters/cursor"),
		{
			Method: http.MethodPost, Path: "/v1/units/" + consumer + "/sick-notes/pages",
			Body: `{"previousCursor":0,"cursor":0,"documents":[]}`,
		},
	}))
	w.must(w.data().Each(func(d hrmstore.Document) error {
		simulatortest.Diff(t, "the version with the highest number, to the byte", []any{int64(7), `{"loepenr":7}`, true},
			[]any{d.SequenceNumber, string(d.Content), d.HasPDF})
		return nil
	}))
}

// TestCSVFilesOnTheWire sends the contract's requests about CSV files. Only settlement reports have one, also those of
// the main unit, and it is stored byte for byte.
func TestCSVFilesOnTheWire(t *testing.T) {
	const id, csv = "00000000-0000-8000-8000-000000000007", "8020;\xd8degaard;\r\n"
	w := newTenantWorld(t)
	w.must(w.data().WantCSVs(true))
	page := `{"previousCursor":0,"cursor":7,"documents":[{"id":"` + id + `","sequenceNumber":7,"times":{},"document":{}}]}`
	reports := "/v1/units/" + consumer + "/settlement-reports"
	for _, path := range []string{reports, notesPath} {
		simulatortest.Diff(t, "stored", 204, w.sendTo(http.MethodPost, path+"/pages", page).Status)
	}
	wanted := func(want string) {
		t.Helper()
		got := w.sendTo(http.MethodGet, reports+"/wanted-csvs", "")
		simulatortest.Diff(t, "wanted", "200 "+want, fmt.Sprint(got.Status, " ", strings.TrimSpace(string(got.Raw))))
	}
	wanted(`{"ids":["` + id + `"]}`)
	simulatortest.Diff(t, "sick notes have none", 404, w.put(notesPath+"/"+id+"/csv", csv).Status)
	simulatortest.Diff(t, "of no report", 404, w.put(reports+"/00000000-0000-8000-8000-000000000008/csv", csv).Status)
	simulatortest.Diff(t, "of the report", 204, w.put(reports+"/"+id+"/csv", csv).Status)
	wanted(`{"ids":[]}`)
	stored, err := w.data().CSV(consumer, hrmapi.SettlementReports, uuid.MustParse(id))
	w.must(err)
	simulatortest.Diff(t, "byte for byte", csv, string(stored))
}

// TestSettlements tests the contract's table of settlements over HTTP.
func TestSettlements(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason  string
		reached func(w *world) // the state
		taken   []string
		refused []string
	}{
		"Claimed": {
			reason: "nothing has been sent", reached: func(*world) {},
			taken:   []string{settledNot, settledOwn},
			refused: []string{settledSent, settledByNAV, unsettled},
		},
		"Lapsed": {
			reason:  "the lease has ended, also without another claim",
			reached: func(w *world) { w.clock.Step(time.Minute) },
			taken:   nil,
			refused: []string{settledNot, settledOwn, settledSent, settledByNAV, unsettled},
		},
		"Sending": {
			reason: "everything may have happened", reached: func(w *world) { w.put(claimPath(1)+"/sending", sendingOf60) },
			taken:   []string{settledNot, settledOwn, settledSent, settledByNAV, unsettled},
			refused: nil,
		},
		"Unknown": {
			reason: "the deadline has passed",
			reached: func(w *world) {
				w.put(claimPath(1)+"/sending", sendingOf60)
				w.clock.Step(time.Minute)
			},
			taken:   []string{settledOwn, settledSent, settledByNAV, unsettled},
			refused: []string{settledNot},
		},
		"Settled as unknown": {
			reason: "the worker did not know",
			reached: func(w *world) {
				w.put(claimPath(1)+"/sending", sendingOf60)
				w.put(claimPath(1)+"/settlement", `{"state":"Unknown","unknown":{"cause":"ServerError"}}`)
			},
			taken:   []string{settledOwn, settledSent, settledByNAV, unsettled},
			refused: []string{settledNot},
		},
		"By a person": {
			reason: "a person has settled it",
			reached: func(w *world) {
				w.put(claimPath(1)+"/sending", sendingOf60)
				w.clock.Step(time.Minute)
				w.must(w.data().SettleByPerson("plan", uuid.New()))
			},
			taken:   nil,
			refused: []string{settledNot, settledOwn, settledSent, settledByNAV, unsettled},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try := func(settlement string, want int) {
				w := newTenantWorld(t)
				w.offer("plan")
				w.put(claimPath(1), leaseOf60)
				tc.reached(w)
				for range 2 { // the same once more
					simulatortest.Diff(t, tc.reason+": "+settlement, want, w.put(claimPath(1)+"/settlement", settlement).Status)
				}
			}
			for _, settlement := range tc.taken {
				try(settlement, http.StatusNoContent)
			}
			for _, settlement := range tc.refused {
				try(settlement, http.StatusConflict)
			}
		})
	}
}

// TestClaimRace has many workers claim at once: each plan goes to one of them.
func TestClaimRace(t *testing.T) {
	w := newTenantWorld(t)
	const plans, workers = 20, 8
	for n := range plans {
		w.offer(fmt.Sprintf("plan-%d", n))
	}
	claimed := make(chan string, plans*workers)
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for n := range plans {
				var got struct{ Claim *struct{ PlanID string } }
				answer := w.put(claimPath(worker*plans+n+1), leaseOf60)
				if err := json.Unmarshal(answer.Raw, &got); err != nil || answer.Status != http.StatusOK {
					t.Errorf("got %d %s: %v", answer.Status, answer.Raw, err)
				}
				if got.Claim != nil {
					claimed <- got.Claim.PlanID
				}
			}
		})
	}
	all.Wait()
	close(claimed)
	times := map[string]int{}
	for id := range claimed {
		times[id]++
	}
	simulatortest.Diff(t, "plans that were given", plans, len(times))
	for id, n := range times {
		simulatortest.Diff(t, id+" was given", 1, n)
	}
}

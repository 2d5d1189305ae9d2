package hrm

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

var (
	testClaim = uuid.MustParse("5f0a0e0e-7c2b-4b57-8c1c-0c7f9b1f6c11")
	testUnit  = orgnumber.MustParse("315587336")
)

// operations are the calls of the contract, with the request that each makes.
var operations = map[string]struct {
	method, path, body string
	good               int
	answer             string
	again              bool // it may be asked again
	call               func(*testing.T, *Client) error
}{
	"claim": {
		http.MethodPut, "/v1/claims/" + testClaim.String(), `{"leaseSeconds":120}`, 200, `{"openUnknown":2,"claim":{"planID":"a","plan":{"x":1}}}`, true,
		func(t *testing.T, c *Client) error {
			got, err := c.Claim(t.Context(), testClaim, 2*time.Minute)
			if err == nil && (string(got.Plan) != `{"x":1}` || got.OpenUnknown != 2) {
				t.Errorf("got %+v", got)
			}
			return err
		},
	},
	"sending": {
		http.MethodPut, "/v1/claims/" + testClaim.String() + "/sending", `{"deadlineSeconds":60,"navCallID":"` + testClaim.String() + `"}`, 204, "", true,
		func(t *testing.T, c *Client) error { return c.Sending(t.Context(), testClaim, testClaim, time.Minute) },
	},
	"settlement": {
		http.MethodPut, "/v1/claims/" + testClaim.String() + "/settlement", `{"state":"NotSent"}`, 204, "", true,
		func(t *testing.T, c *Client) error {
			return c.Settle(t.Context(), testClaim, hrmapi.Settlement{State: hrmapi.SettledStateNotSent})
		},
	},
	"units": {
		http.MethodGet, "/v1/units", "", 200, `{"units":["315587336"]}`, false,
		func(t *testing.T, c *Client) error {
			got, err := c.Units(t.Context())
			if err == nil && (len(got) != 1 || got[0] != testUnit) {
				t.Errorf("got %v", got)
			}
			return err
		},
	},
	"cursor": {
		http.MethodGet, "/v1/units/315587336/sick-notes/cursor", "", 200, `{"cursor":7,"lastOverlap":"2026-09-01"}`, true,
		func(t *testing.T, c *Client) error {
			got, err := c.Cursor(t.Context(), testUnit, hrmapi.SickNotes)
			if err == nil && (got.Cursor != 7 || got.LastOverlap.Format(time.DateOnly) != "2026-09-01") {
				t.Errorf("got %+v", got)
			}
			return err
		},
	},
	"page": {
		http.MethodPost, "/v1/units/315587336/sick-pay-applications/pages",
		`{"cursor":9,"documents":[{"document":{"loepenr":9,"navn":"<&>"},"id":"` + testClaim.String() + `","sequenceNumber":9,"times":{"mottatTid":"2026-09-01T12:00:00Z"}}],"previousCursor":7}`,
		204, "", false,
		func(t *testing.T, c *Client) error {
			return c.StorePage(t.Context(), testUnit, hrmapi.SickPayApplications, hrmapi.Page{PreviousCursor: 7, Cursor: 9, Documents: []hrmapi.Document{{
				ID: testClaim, SequenceNumber: 9, Document: []byte(`{"loepenr":9,"navn":"<&>"}`),
				Times: map[string]time.Time{"mottatTid": time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)},
			}}})
		},
	},
	"wanted PDFs": {
		http.MethodGet, "/v1/units/315587336/sick-notes/wanted-pdfs", "", 200, `{"ids":["` + testClaim.String() + `"]}`, true,
		func(t *testing.T, c *Client) error {
			got, err := c.WantedPDFs(t.Context(), testUnit, hrmapi.SickNotes)
			if err == nil && (len(got) != 1 || got[0] != testClaim) {
				t.Errorf("got %v", got)
			}
			return err
		},
	},
	"PDF": {
		http.MethodPut, "/v1/units/315587336/sick-notes/" + testClaim.String() + "/pdf", "%PDF-", 204, "", true,
		func(t *testing.T, c *Client) error {
			return c.StorePDF(t.Context(), testUnit, hrmapi.SickNotes, testClaim, []byte("%PDF-"))
		},
	},
}

func quickClient(t *testing.T, server string) *Client {
	t.Helper()
	c, err := New(Config{
		Endpoint: server, Token: bearer(t, testToken), Pause: time.Millisecond, Log: slog.New(slog.DiscardHandler),
		Calls: outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: time.Now},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestOperations holds what each call sends, and what it makes of each answer: of those that may go better soon, those
// calls are made again that may be.
func TestOperations(t *testing.T) {
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			good := func(w http.ResponseWriter, _ *http.Request) {
				saysJSON(op.good, op.answer)(w, nil)
			}
			answers := map[string]struct {
				handler http.HandlerFunc
				want    runreport.Reason
				is      error
				asked   int64
			}{
				"good":     {good, "", nil, 1},
				"conflict": {saysJSON(409, `{"detail":"`+testPerson+`"}`), runreport.HRMBadResponse, ErrConflict, 1},
				"unknown":  {saysJSON(404, `{}`), runreport.HRMBadResponse, ErrNotFound, 1},
				"token":    {saysJSON(401, `{}`), runreport.HRMUnauthorized, nil, 1},
				"redirect": {outboundtest.Redirect(t, 307, testToken), runreport.HRMBadResponse, nil, 1},
				"other":    {saysJSON(418, testPerson), runreport.HRMBadResponse, nil, 1},
				"down":     {outboundtest.Abort, runreport.HRMUnreachable, nil, attempts},
				"error":    {outboundtest.Says(500, testPerson), runreport.HRMBadResponse, nil, attempts},
				"busy":     {outboundtest.Says(429, ""), runreport.HRMBadResponse, nil, attempts},
			}
			if op.good == http.StatusNoContent {
				answers["proxy's"] = struct {
					handler http.HandlerFunc
					want    runreport.Reason
					is      error
					asked   int64
				}{outboundtest.Says(204, ""), runreport.HRMBadResponse, nil, attempts}
			}
			if op.answer != "" {
				answers["HTML"] = struct {
					handler http.HandlerFunc
					want    runreport.Reason
					is      error
					asked   int64
				}{saysJSON(200, "<html>"+testPerson), runreport.HRMBadResponse, nil, 1}
			}
			for how, tc := range answers {
				var asked atomic.Int64
				server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
					asked.Add(1)
					body, _ := io.ReadAll(r.Body)
					if r.Method != op.method || r.URL.Path != op.path || strings.TrimSpace(string(body)) != op.body || r.Header.Get("Authorization") != "Bearer "+testToken {
						t.Errorf("asked %s %s with %s", r.Method, r.URL.Path, body)
					}
					tc.handler(w, r)
				})
				err := op.call(t, quickClient(t, server.URL))
				if reason := runreport.ReasonOf(err); reason != tc.want || tc.is != nil && !errors.Is(err, tc.is) {
					t.Errorf("%s: %q, want %q: %v", how, reason, tc.want, err)
				}
				want := tc.asked
				if !op.again && want > 1 {
					want = 1
					if op.method == http.MethodGet && how == "down" { // net/http itself asks again for what has no body
						want = asked.Load()
					}
				}
				if op.again && how == "down" && op.method == http.MethodGet {
					want = asked.Load()
				}
				if asked.Load() != want {
					t.Errorf("%s: asked %d times, want %d", how, asked.Load(), want)
				}
				checkHides(t, err, "")
			}
		})
	}
}

// TestLostAnswer loses the answer to a settlement: it is said again.
func TestLostAnswer(t *testing.T) {
	var asked atomic.Int64
	server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			outboundtest.Abort(w, r)
		}
		saysJSON(http.StatusNoContent, "")(w, r)
	})
	err := quickClient(t, server.URL).Settle(t.Context(), testClaim, hrmapi.Settlement{State: hrmapi.SettledStateNotSent})
	if err != nil || asked.Load() != 2 {
		t.Errorf("asked %d times: %v", asked.Load(), err)
	}
}

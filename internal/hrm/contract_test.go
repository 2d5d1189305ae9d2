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

const letterPath = "/v1/letters/315587336/dialogue-meeting-letters"

var (
	letterTime  = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	letterEntry = `{"id":"` + testClaim.String() + `","linkID":"` + testClaim.String() + `","contentWanted":true}`
)

// operations are the contract's operations with their requests.
var operations = map[string]struct {
	method, path, body string
	good               int
	response           string
	repeats            bool // the call repeats the request after transient failures
	call               func(*testing.T, *Client) error
}{
	"claim": {
		method:   http.MethodPut,
		path:     "/v1/claims/" + testClaim.String(),
		body:     `{"leaseSeconds":120}`,
		good:     200,
		response: `{"openUnknown":2,"claim":{"planID":"a","plan":{"x":1}}}`,
		repeats:  true,
		call: func(t *testing.T, c *Client) error {
			got, err := c.Claim(t.Context(), testClaim, 2*time.Minute)
			if err == nil && (string(got.Plan) != `{"x":1}` || got.OpenUnknown != 2) {
				t.Errorf("got %+v", got)
			}
			return err
		},
	},
	"sending": {
		method:  http.MethodPut,
		path:    "/v1/claims/" + testClaim.String() + "/sending",
		body:    `{"deadlineSeconds":60,"navCallID":"` + testClaim.String() + `"}`,
		good:    204,
		repeats: true,
		call:    func(t *testing.T, c *Client) error { return c.Announce(t.Context(), testClaim, testClaim, time.Minute) },
	},
	"settlement": {
		method:  http.MethodPut,
		path:    "/v1/claims/" + testClaim.String() + "/settlement",
		body:    `{"state":"NotSent"}`,
		good:    204,
		repeats: true,
		call: func(t *testing.T, c *Client) error {
			return c.Settle(t.Context(), testClaim, hrmapi.Settlement{State: hrmapi.SettledStateNotSent})
		},
	},
	"units": {
		method:   http.MethodGet,
		path:     "/v1/units",
		good:     200,
		response: `{"units":["315587336"]}`,
		call: func(t *testing.T, c *Client) error {
			got, err := c.Units(t.Context())
			if err == nil && (len(got) != 1 || got[0] != testUnit) {
				t.Errorf("got %v", got)
			}
			return err
		},
	},
	"cursor": {
		method:   http.MethodGet,
		path:     "/v1/units/315587336/sick-notes/cursor",
		good:     200,
		response: `{"cursor":7,"lastOverlap":"2026-09-01"}`,
		repeats:  true,
		call: func(t *testing.T, c *Client) error {
			got, err := c.Cursor(t.Context(), testUnit, hrmapi.SickNotes)
			if err == nil && (got.Cursor != 7 || got.LastOverlap.Format(time.DateOnly) != "2026-09-01") {
				t.Errorf("got %+v", got)
			}
			return err
		},
	},
	"page": {
		method: http.MethodPost,
		path:   "/v1/units/315587336/sick-pay-applications/pages",
		body: `{"cursor":9,"documents":[{"document":{"loepenr":9,"navn":"<&>"},"id":"` + testClaim.String() +
			`","sequenceNumber":9,"times":{"mottatTid":"2026-09-01T12:00:00Z"}}],"previousCursor":7}`,
		good: 204,
		call: func(t *testing.T, c *Client) error {
			return c.StorePage(t.Context(), testUnit, hrmapi.SickPayApplications,
				hrmapi.Page{PreviousCursor: 7, Cursor: 9, Documents: []hrmapi.Document{{
					ID: testClaim, SequenceNumber: 9, Document: []byte(`{"loepenr":9,"navn":"<&>"}`),
					Times: map[string]time.Time{"mottatTid": time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)},
				}}})
		},
	},
	"wanted PDFs": {
		method:   http.MethodGet,
		path:     "/v1/units/315587336/sick-notes/wanted-pdfs",
		good:     200,
		response: `{"ids":["` + testClaim.String() + `"]}`,
		repeats:  true,
		call: func(t *testing.T, c *Client) error {
			got, err := c.WantedPDFs(t.Context(), testUnit, hrmapi.SickNotes)
			if err == nil && (len(got) != 1 || got[0] != testClaim) {
				t.Errorf("got %v", got)
			}
			return err
		},
	},
	"PDF": {
		method:  http.MethodPut,
		path:    "/v1/units/315587336/sick-notes/" + testClaim.String() + "/pdf",
		body:    "%PDF-",
		good:    204,
		repeats: true,
		call: func(t *testing.T, c *Client) error {
			return c.StorePDF(t.Context(), testUnit, hrmapi.SickNotes, testClaim, []byte("%PDF-"))
		},
	},
	"wanted CSV files": {
		method:   http.MethodGet,
		path:     "/v1/units/315587336/settlement-reports/wanted-csvs",
		good:     200,
		response: `{"ids":["` + testClaim.String() + `"]}`,
		repeats:  true,
		call: func(t *testing.T, c *Client) error {
			got, err := c.WantedCSVs(t.Context(), testUnit, hrmapi.SettlementReports)
			if err == nil && (len(got) != 1 || got[0] != testClaim) {
				t.Errorf("got %v", got)
			}
			return err
		},
	},
	"CSV file": {
		method:  http.MethodPut,
		path:    "/v1/units/315587336/settlement-reports/" + testClaim.String() + "/csv",
		body:    "8020;\xc5se",
		good:    204,
		repeats: true,
		call: func(t *testing.T, c *Client) error {
			return c.StoreCSV(t.Context(), testUnit, hrmapi.SettlementReports, testClaim, []byte("8020;\xc5se"))
		},
	},
	"letters": {
		method:   http.MethodGet,
		path:     letterPath,
		good:     200,
		response: `{"letters":[` + letterEntry + `],"more":false,"completeUntil":"2026-09-01T12:00:00Z"}`,
		repeats:  true,
		call: func(t *testing.T, c *Client) error {
			got, err := c.Letters(t.Context(), testUnit, hrmapi.DialogueMeetingLetters, letterTime)
			if err == nil && (len(got.Letters) != 1 || got.Letters[0].LinkID != testClaim || !got.Letters[0].ContentWanted ||
				!got.CompleteUntil.Equal(letterTime)) {
				t.Errorf("got %+v", got)
			}
			return err
		},
	},
	"letter": {
		method: http.MethodPut,
		path:   letterPath + "/" + testClaim.String(),
		body: `{"created":"2026-09-01T12:00:00Z","letter":{"navn":"<&>","isRead":false},"linkID":"` + testClaim.String() +
			`"}`,
		good:    204,
		repeats: true,
		call: func(t *testing.T, c *Client) error {
			return c.StoreLetter(t.Context(), testUnit, hrmapi.DialogueMeetingLetters, testClaim, hrmapi.Letter{
				LinkID: testClaim, Created: letterTime, Letter: []byte(`{"navn":"<&>","isRead":false}`),
			})
		},
	},
	"letter's content": {
		method:  http.MethodPut,
		path:    letterPath + "/" + testClaim.String() + "/content",
		body:    "%PDF-",
		good:    204,
		repeats: true,
		call: func(t *testing.T, c *Client) error {
			return c.StoreLetterContent(t.Context(), testUnit, hrmapi.DialogueMeetingLetters, testClaim, []byte("%PDF-"))
		},
	},
	"deletion": {
		method:  http.MethodDelete,
		path:    letterPath + "/" + testClaim.String(),
		good:    204,
		repeats: true,
		call: func(t *testing.T, c *Client) error {
			return c.DeleteLetter(t.Context(), testUnit, hrmapi.DialogueMeetingLetters, testClaim)
		},
	},
	"complete letters": {
		method:  http.MethodPut,
		path:    letterPath + "/complete-until",
		body:    `{"completeUntil":"2026-09-01T12:00:00Z"}`,
		good:    204,
		repeats: true,
		call: func(t *testing.T, c *Client) error {
			return c.SetLettersComplete(t.Context(), testUnit, hrmapi.DialogueMeetingLetters, letterTime)
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

// TestOperations checks the request of each call, the error of each response, and which requests are repeated.
func TestOperations(t *testing.T) {
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			good := func(w http.ResponseWriter, _ *http.Request) {
				respondJSON(op.good, op.response)(w, nil)
			}
			responses := map[string]struct {
				handler  http.HandlerFunc
				want     runreport.Reason
				is       error
				requests int64
			}{
				"good": {handler: good, requests: 1},
				"conflict": {
					handler: respondJSON(409, `{"detail":"`+testPerson+`"}`), want: runreport.HRMBadResponse, is: ErrConflict,
					requests: 1,
				},
				"unknown":  {handler: respondJSON(404, `{}`), want: runreport.HRMBadResponse, is: ErrNotFound, requests: 1},
				"token":    {handler: respondJSON(401, `{}`), want: runreport.HRMUnauthorized, requests: 1},
				"redirect": {handler: outboundtest.Redirect(t, 307, testToken), want: runreport.HRMBadResponse, requests: 1},
				"other":    {handler: respondJSON(418, testPerson), want: runreport.HRMBadResponse, requests: 1},
				"down":     {handler: outboundtest.Abort, want: runreport.HRMUnreachable, requests: attempts},
				"error":    {handler: outboundtest.Says(500, testPerson), want: runreport.HRMBadResponse, requests: attempts},
				"busy":     {handler: outboundtest.Says(429, ""), want: runreport.HRMBadResponse, requests: attempts},
			}
			if op.good == http.StatusNoContent {
				responses["proxy's"] = struct {
					handler  http.HandlerFunc
					want     runreport.Reason
					is       error
					requests int64
				}{handler: outboundtest.Says(204, ""), want: runreport.HRMBadResponse, requests: attempts}
			}
			if op.response != "" {
				responses["HTML"] = struct {
					handler  http.HandlerFunc
					want     runreport.Reason
					is       error
					requests int64
				}{handler: respondJSON(200, "<html>"+testPerson), want: runreport.HRMBadResponse, requests: 1}
			}
			for how, tc := range responses {
				t.Run(how, func(t *testing.T) {
					var requests atomic.Int64
					server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
						requests.Add(1)
						body, _ := io.ReadAll(r.Body)
						if r.Method != op.method || r.URL.Path != op.path || strings.TrimSpace(string(body)) != op.body ||
							r.Header.Get("Authorization") != "Bearer "+testToken {
							t.Errorf("request %s %s with %s", r.Method, r.URL.Path, body)
						}
						tc.handler(w, r)
					})
					err := op.call(t, quickClient(t, server.URL))
					if reason := runreport.ReasonOf(err); reason != tc.want || tc.is != nil && !errors.Is(err, tc.is) {
						t.Errorf("%s: %q, want %q: %v", how, reason, tc.want, err)
					}
					want := tc.requests
					if !op.repeats && want > 1 {
						want = 1
						if op.method == http.MethodGet && how == "down" { // net/http itself repeats a request without a body
							want = requests.Load()
						}
					}
					if op.repeats && how == "down" && op.method == http.MethodGet {
						want = requests.Load()
					}
					if requests.Load() != want {
						t.Errorf("%s: %d requests, want %d", how, requests.Load(), want)
					}
					checkHides(t, err, "")
				})
			}
		})
	}
}

// TestLostResponse checks that a settlement is repeated if its response is lost.
func TestLostResponse(t *testing.T) {
	var requests atomic.Int64
	server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == 1 {
			outboundtest.Abort(w, r)
		}
		respondJSON(http.StatusNoContent, "")(w, r)
	})
	err := quickClient(t, server.URL).Settle(t.Context(), testClaim, hrmapi.Settlement{State: hrmapi.SettledStateNotSent})
	if err != nil || requests.Load() != 2 {
		t.Errorf("%d requests: %v", requests.Load(), err)
	}
}

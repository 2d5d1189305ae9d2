package hrm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

// bodies are valid and invalid bodies of responses. Some contain an identity number.
var bodies = map[string]struct {
	operation string
	reason    string
	body      string
	good      bool
}{
	"no plan": {operation: "claim", reason: "nothing is offered", body: `{"openUnknown":0}`, good: true},
	"null claim": {
		operation: "claim", reason: "null is the same as absent",
		body: `{"openUnknown":2,"claim":null}`, good: true,
	},
	"claim by later one": {
		operation: "claim", reason: "a newer HRM system sends more fields",
		body: `{"openUnknown":2,"claim":{"planID":"a","plan":{"x":1},"since":"x"},"x":1}`, good: true,
	},
	"claim without plan": {
		operation: "claim", reason: "the plan is missing",
		body: `{"openUnknown":2,"claim":{"planID":"a"}}`,
	},
	"negative unknown": {operation: "claim", reason: "a count is not negative", body: `{"openUnknown":-1}`},
	"endless unknown":  {operation: "claim", reason: "the count is too large", body: `{"openUnknown":99999999999}`},
	"unknown as text": {
		operation: "claim", reason: "a count is a number",
		body: `{"openUnknown":"` + testPerson + `"}`,
	},
	"claim as list":      {operation: "claim", reason: "the body is no object", body: `["` + testPerson + `"]`},
	"null":               {operation: "claim", reason: "the body is null", body: `null`},
	"other claim":        {operation: "claim", reason: "the body is another service's", body: `{"status":"ok"}`},
	"empty claim":        {operation: "claim", reason: "the count is missing", body: `{}`},
	"other units":        {operation: "units", reason: "the body is another service's", body: `{"status":"ok"}`},
	"null units":         {operation: "units", reason: "the units are null", body: `{"units":null}`},
	"other cursor":       {operation: "cursor", reason: "the body is another service's", body: `{"status":"ok"}`},
	"other CSV files":    {operation: "wanted CSV files", reason: "the body is another service's", body: `{"status":"ok"}`},
	"other PDFs":         {operation: "wanted PDFs", reason: "the body is another service's", body: `{"status":"ok"}`},
	"no units":           {operation: "units", reason: "the list is empty", body: `{"units":[]}`, good: true},
	"unit's check digit": {operation: "units", reason: "the check digit is wrong", body: `{"units":["315587337"]}`},
	"person as unit": {
		operation: "units", reason: "the unit is a person's number",
		body: `{"units":["` + testPerson + `"]}`,
	},
	"unit as number": {operation: "units", reason: "the unit is no string", body: `{"units":[315587336]}`},
	"many units": {
		operation: "units", reason: "the list is too long",
		body: `{"units":[` + strings.Repeat(`"315587336",`, maxUnits) + `"315587336"]}`,
	},
	"most units": {
		operation: "units", reason: "the list is as long as allowed",
		body: `{"units":[` + strings.Repeat(`"315587336",`, maxUnits-1) + `"315587336"]}`, good: true,
	},
	"no overlap": {operation: "cursor", reason: "there is no overlap yet", body: `{"cursor":0}`, good: true},
	"null overlap": {
		operation: "cursor", reason: "null is the same as absent",
		body: `{"cursor":0,"lastOverlap":null}`, good: true,
	},
	"negative cursor": {operation: "cursor", reason: "the cursor is negative", body: `{"cursor":-1}`},
	"fraction":        {operation: "cursor", reason: "the cursor is not whole", body: `{"cursor":1.5}`},
	"overlap": {
		operation: "cursor", reason: "the date has the wrong layout",
		body: `{"cursor":1,"lastOverlap":"1.9.2026"}`,
	},
	"no PDFs": {operation: "wanted PDFs", reason: "the list is empty", body: `{"ids":[]}`, good: true},
	"no id":   {operation: "wanted PDFs", reason: "the id is no UUID", body: `{"ids":["` + testPerson + `"]}`},
	"many PDFs": {
		operation: "wanted PDFs", reason: "the list is too long",
		body: `{"ids":[` + strings.Repeat(`"`+testClaim.String()+`",`, maxWanted) + `"` + testClaim.String() + `"]}`,
	},
	"most PDFs": {
		operation: "wanted PDFs", reason: "the list is as long as allowed",
		body: `{"ids":[` + strings.Repeat(`"`+testClaim.String()+`",`, maxWanted-1) + `"` + testClaim.String() +
			`"]}`, good: true,
	},
	"no letters": {operation: "letters", reason: "the list is empty", body: `{"letters":[],"more":false}`, good: true},
	"more of no letters": {
		operation: "letters", reason: "the rest of the list would count as not stored", body: `{"letters":[],"more":true}`,
	},
	"other letters": {operation: "letters", reason: "the body is another service's", body: `{"status":"ok"}`},
	"null letters":  {operation: "letters", reason: "the letters are null", body: `{"letters":null,"more":false}`},
	"letters without more": {
		operation: "letters", reason: "the rest of the list would count as not stored", body: `{"letters":[]}`,
	},
	"letter without contentWanted": {
		operation: "letters", reason: "its content would never be fetched",
		body: `{"letters":[{"id":"` + testClaim.String() + `","linkID":"` + testClaim.String() + `"}],"more":false}`,
	},
	"person as letter": {
		operation: "letters", reason: "the id is no UUID",
		body: `{"letters":[{"id":"` + testPerson + `","linkID":"x","contentWanted":true}],"more":false}`,
	},
	"many letters": {
		operation: "letters", reason: "the list is too long",
		body: `{"letters":[` + strings.Repeat(letterEntry+",", maxLetters) + letterEntry + `],"more":false}`,
	},
}

// call makes a call whose response has a body.
func call(ctx context.Context, c *Client, operation string) error {
	var err error
	switch operation {
	case "claim":
		_, err = c.Claim(ctx, testClaim, time.Minute)
	case "units":
		_, err = c.Units(ctx)
	case "cursor":
		_, err = c.Cursor(ctx, testUnit, hrmapi.SickNotes)
	case "wanted PDFs":
		_, err = c.WantedPDFs(ctx, testUnit, hrmapi.SickNotes)
	case "wanted CSV files":
		_, err = c.WantedCSVs(ctx, testUnit, hrmapi.SettlementReports)
	case "letters":
		_, err = c.Letters(ctx, testUnit, hrmapi.DialogueMeetingLetters, letterTime)
	}
	return err
}

// TestBodies checks which bodies break the contract. The request is sent once.
func TestBodies(t *testing.T) {
	for name, tc := range bodies {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int64
			server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				respondJSON(http.StatusOK, tc.body)(w, r)
			})
			err := call(t.Context(), quickClient(t, server.URL), tc.operation)
			want := runreport.HRMBadResponse
			if tc.good {
				want = ""
			}
			if reason := runreport.ReasonOf(err); reason != want || requests.Load() != 1 {
				t.Errorf("%s: %q, want %q, %d requests: %v", tc.reason, reason, want, requests.Load(), err)
			}
			checkHides(t, err, "")
		})
	}
}

// TestOtherSuccess checks that a success with another status than the contract's is a bad response.
func TestOtherSuccess(t *testing.T) {
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			for _, status := range []int{200, 201, 202, 204} {
				if status == op.good {
					continue
				}
				server := outboundtest.Serve(t, respondJSON(status, ""))
				if err := op.call(t, quickClient(t, server.URL)); runreport.ReasonOf(err) != runreport.HRMBadResponse {
					t.Errorf("%s: %d: %v", name, status, err)
				}
			}
		})
	}
}

// TestRepeatedRequest checks that a repeated request has the same body.
func TestRepeatedRequest(t *testing.T) {
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			if !op.repeats {
				return
			}
			var got []string
			server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = append(got, r.Method+" "+r.URL.Path+" "+strings.TrimSpace(string(body)))
				if len(got) < 3 {
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				respondJSON(op.good, op.response)(w, r)
			})
			err := op.call(t, quickClient(t, server.URL))
			once := strings.Join([]string{op.method, op.path, op.body}, " ")
			if diff := cmp.Diff([]string{once, once, once}, got); err != nil || diff != "" {
				t.Errorf("%s: %v: -want, +got:\n%s", name, err, diff)
			}
		})
	}
}

// TestLastResponseCounts checks that the last response decides the error.
func TestLastResponseCounts(t *testing.T) {
	for status, want := range map[int]error{http.StatusConflict: ErrConflict, http.StatusNotFound: ErrNotFound} {
		var requests atomic.Int64
		server := outboundtest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if requests.Add(1) < attempts {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			w.WriteHeader(status)
		})
		err := quickClient(t, server.URL).Announce(t.Context(), testClaim, uuid.New(), time.Minute)
		if !errors.Is(err, want) || runreport.ReasonOf(err) != runreport.HRMBadResponse || requests.Load() != attempts {
			t.Errorf("%d: %d requests: %v", status, requests.Load(), err)
		}
	}
}

// TestCanceledDuringPause checks the error if the context ends during a pause.
func TestCanceledDuringPause(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := outboundtest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		time.AfterFunc(20*time.Millisecond, cancel)
	})
	c, err := New(Config{
		Endpoint: server.URL, Token: bearer(t, testToken), Pause: 20 * time.Second, Log: slog.New(slog.DiscardHandler),
		Calls: outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: time.Now},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Cursor(ctx, testUnit, hrmapi.SickNotes)
	if !errors.Is(err, context.Canceled) || runreport.ReasonOf(err) != runreport.HRMUnreachable {
		t.Errorf("got %v", err)
	}
}

// TestAddressNotAllowed checks that no request is sent to an address that is not allowed, and that the call is not
// repeated.
func TestAddressNotAllowed(t *testing.T) {
	server := outboundtest.Serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("request %s", r.URL) })
	c, err := New(Config{
		Endpoint: server.URL, Token: bearer(t, testToken), Pause: time.Hour, Log: slog.New(slog.DiscardHandler),
		Calls: outbound.Caller{
			Transport: outbound.NewGuardedTransport(nil, outbound.Networks{}), Timeout: time.Minute,
			Now: time.Now,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			if err := op.call(t, c); runreport.ReasonOf(err) != runreport.HRMAddressNotAllowed {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// TestLetterLists checks that lists are requested until their end, and that a list that repeats itself has none.
func TestLetterLists(t *testing.T) {
	entry := func(n int) string {
		return fmt.Sprintf(`{"id":"5f0a0e0e-7c2b-4b57-8c1c-%012d","linkID":%q,"contentWanted":false}`, n, testClaim)
	}
	cases := map[string]struct {
		reason string
		lists  map[string]string // by the parameter after
		want   int
		reject bool
	}{
		"two": {reason: "the second begins after the first", lists: map[string]string{
			"": entry(1) + "," + entry(3), "5f0a0e0e-7c2b-4b57-8c1c-000000000003": entry(4),
		}, want: 3},
		"the same again": {reason: "after is ignored", lists: map[string]string{
			"": entry(1), "5f0a0e0e-7c2b-4b57-8c1c-000000000001": entry(1),
		}, reject: true},
		"unordered": {
			reason: "letters could be left out", lists: map[string]string{"": entry(3) + "," + entry(1)}, reject: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
				if from := r.URL.Query().Get("createdFrom"); from != "2026-09-01T12:00:00Z" {
					t.Errorf("createdFrom %q", from)
				}
				after := r.URL.Query().Get("after")
				respondJSON(http.StatusOK, fmt.Sprintf(`{"letters":[%s],"more":%t}`, tc.lists[after], after == ""))(w, r)
			})
			got, err := quickClient(t, server.URL).Letters(t.Context(), testUnit, hrmapi.DialogueMeetingLetters, letterTime)
			if (err != nil) != tc.reject || len(got.Letters) != tc.want {
				t.Errorf("%s: %d letters, want %d: %v", tc.reason, len(got.Letters), tc.want, err)
			}
		})
	}
}

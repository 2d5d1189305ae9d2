package hrm

import (
	"context"
	"errors"
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

// bodies are good and bad bodies of the answers that have some. Each holds a person where it can.
var bodies = map[string]struct {
	operation string
	reason    string
	body      string
	good      bool
}{
	"no plan":            {"claim", "nothing is offered", `{"openUnknown":0}`, true},
	"null claim":         {"claim", "a nullable that is null says the same", `{"openUnknown":2,"claim":null}`, true},
	"claim by later one": {"claim", "a newer HRM solution says more", `{"openUnknown":2,"claim":{"planID":"a","plan":{"x":1},"since":"x"},"x":1}`, true},
	"claim without plan": {"claim", "what would be sent?", `{"openUnknown":2,"claim":{"planID":"a"}}`, false},
	"negative unknown":   {"claim", "fewer than none", `{"openUnknown":-1}`, false},
	"endless unknown":    {"claim", "a number that fits nothing", `{"openUnknown":99999999999}`, false},
	"unknown as text":    {"claim", "a number is one", `{"openUnknown":"` + testPerson + `"}`, false},
	"claim as list":      {"claim", "JSON of another form", `["` + testPerson + `"]`, false},
	"null":               {"claim", "an answer that says nothing", `null`, false},
	"other claim":        {"claim", "another service's JSON does not say that no plan is offered", `{"status":"ok"}`, false},
	"empty claim":        {"claim", "nor does an empty one", `{}`, false},
	"other units":        {"units", "nor that there are no units", `{"status":"ok"}`, false},
	"null units":         {"units", "null is not the contract's empty list", `{"units":null}`, false},
	"other cursor":       {"cursor", "nor that nothing was fetched", `{"status":"ok"}`, false},
	"other PDFs":         {"wanted PDFs", "nor that no PDFs are wanted", `{"status":"ok"}`, false},
	"no units":           {"units", "perhaps none", `{"units":[]}`, true},
	"unit's check digit": {"units", "a slip of the pen", `{"units":["315587337"]}`, false},
	"person as unit":     {"units", "a person is no unit", `{"units":["` + testPerson + `"]}`, false},
	"unit as number":     {"units", "a number is written as a string", `{"units":[315587336]}`, false},
	"many units":         {"units", "the contract bounds them", `{"units":[` + strings.Repeat(`"315587336",`, maxUnits) + `"315587336"]}`, false},
	"most units":         {"units", "as many as it allows", `{"units":[` + strings.Repeat(`"315587336",`, maxUnits-1) + `"315587336"]}`, true},
	"no overlap":         {"cursor", "a first import", `{"cursor":0}`, true},
	"null overlap":       {"cursor", "the same", `{"cursor":0,"lastOverlap":null}`, true},
	"negative cursor":    {"cursor", "a number before the first", `{"cursor":-1}`, false},
	"fraction":           {"cursor", "a number is whole", `{"cursor":1.5}`, false},
	"overlap":            {"cursor", "a date in one form", `{"cursor":1,"lastOverlap":"1.9.2026"}`, false},
	"no PDFs":            {"wanted PDFs", "perhaps none", `{"ids":[]}`, true},
	"no id":              {"wanted PDFs", "an id is a UUID", `{"ids":["` + testPerson + `"]}`, false},
	"many PDFs":          {"wanted PDFs", "the contract bounds them", `{"ids":[` + strings.Repeat(`"`+testClaim.String()+`",`, maxWanted) + `"` + testClaim.String() + `"]}`, false},
	"most PDFs":          {"wanted PDFs", "as many as it allows", `{"ids":[` + strings.Repeat(`"`+testClaim.String()+`",`, maxWanted-1) + `"` + testClaim.String() + `"]}`, true},
}

// askFor makes a call whose answer is a body.
func askFor(ctx context.Context, c *Client, operation string) error {
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
	}
	return err
}

// TestBodies goes through the bodies of answers. What is no word of the contract's is asked for once.
func TestBodies(t *testing.T) {
	for name, tc := range bodies {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				saysJSON(http.StatusOK, tc.body)(w, r)
			})
			err := askFor(t.Context(), quickClient(t, server.URL), tc.operation)
			want := runreport.HRMBadResponse
			if tc.good {
				want = ""
			}
			if reason := runreport.ReasonOf(err); reason != want || asked.Load() != 1 {
				t.Errorf("%s: %q, want %q, asked %d times: %v", tc.reason, reason, want, asked.Load(), err)
			}
			checkHides(t, err, "")
		})
	}
}

// TestOtherSuccess has each call answered with a success that is not the contract's: what it means nobody knows.
func TestOtherSuccess(t *testing.T) {
	for name, op := range operations {
		for _, status := range []int{200, 201, 202, 204} {
			if status == op.good {
				continue
			}
			server := outboundtest.Serve(t, saysJSON(status, ""))
			if err := op.call(t, quickClient(t, server.URL)); runreport.ReasonOf(err) != runreport.HRMBadResponse {
				t.Errorf("%s: %d: %v", name, status, err)
			}
		}
	}
}

// TestTheSameAgain sees that what is asked again is the same, with the whole of its body.
func TestTheSameAgain(t *testing.T) {
	for name, op := range operations {
		if !op.again {
			continue
		}
		var got []string
		server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = append(got, r.Method+" "+r.URL.Path+" "+strings.TrimSpace(string(body)))
			if len(got) < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			saysJSON(op.good, op.answer)(w, r)
		})
		err := op.call(t, quickClient(t, server.URL))
		once := strings.Join([]string{op.method, op.path, op.body}, " ")
		if diff := cmp.Diff([]string{once, once, once}, got); err != nil || diff != "" {
			t.Errorf("%s: %v: -want, +got:\n%s", name, err, diff)
		}
	}
}

// TestTheLastWordCounts has a HRM solution get up again and say no.
func TestTheLastWordCounts(t *testing.T) {
	for status, want := range map[int]error{http.StatusConflict: ErrConflict, http.StatusNotFound: ErrNotFound} {
		var asked atomic.Int64
		server := outboundtest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) < attempts {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			w.WriteHeader(status)
		})
		err := quickClient(t, server.URL).Sending(t.Context(), testClaim, uuid.New(), time.Minute)
		if !errors.Is(err, want) || runreport.ReasonOf(err) != runreport.HRMBadResponse || asked.Load() != attempts {
			t.Errorf("%d: asked %d times: %v", status, asked.Load(), err)
		}
	}
}

// TestGivenUp ends the context during a pause: the error is one that can be reported, and says why.
func TestGivenUp(t *testing.T) {
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

// TestAddressNotAllowed sees that an address that is not allowed is said to be so, at once, and that nobody is asked.
func TestAddressNotAllowed(t *testing.T) {
	server := outboundtest.Serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked %s", r.URL) })
	c, err := New(Config{
		Endpoint: server.URL, Token: bearer(t, testToken), Pause: time.Hour, Log: slog.New(slog.DiscardHandler),
		Calls: outbound.Caller{Transport: outbound.NewGuardedTransport(nil, nil), Timeout: time.Minute, Now: time.Now},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, op := range operations {
		if err := op.call(t, c); runreport.ReasonOf(err) != runreport.HRMAddressNotAllowed {
			t.Errorf("%s: %v", name, err)
		}
	}
}

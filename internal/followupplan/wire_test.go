package followupplan

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/brokerclient"
	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/nav"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

var update = flag.Bool("update", false, "write the golden files")

// conversation records the requests to NAV and to an HRM system, in order, with names for random ids.
type conversation struct {
	mu   sync.Mutex
	text strings.Builder
	ids  []string
}

// record records a request.
func (c *conversation) record(who string, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = fmt.Fprintf(&c.text, "%s: %s %s\n", who, r.Method, c.replaceIDs(r.URL.Path))
	if id := r.Header.Get("Nav-Call-Id"); id != "" {
		_, _ = fmt.Fprintf(&c.text, "Nav-Call-Id: %s\n", c.replaceIDs(id))
	}
	if len(body) > 0 {
		_, _ = fmt.Fprintf(&c.text, "Content-Type: %s\n%s\n", r.Header.Get("Content-Type"),
			c.replaceIDs(string(bytes.TrimSpace(body))))
	}
	c.text.WriteString("\n")
	return err
}

// replaceIDs replaces the ids in a text by their order of appearance.
func (c *conversation) replaceIDs(text string) string {
	for i := 0; i+36 <= len(text); i++ {
		id := text[i : i+36]
		if _, err := uuid.Parse(id); err != nil || id == receipt.UUID.String() {
			continue
		}
		if !strings.Contains(strings.Join(c.ids, " "), id) {
			c.ids = append(c.ids, id)
		}
	}
	for i, id := range c.ids {
		text = strings.ReplaceAll(text, id, fmt.Sprintf("<id %d>", i+1))
	}
	return text
}

// serveHRM returns the URL of an HRM system that offers one plan.
func (c *conversation) serveHRM(t *testing.T, offered json.RawMessage) string {
	t.Helper()
	return outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if err := c.record("HRM", r); err != nil {
			t.Error(err)
		}
		if strings.Count(r.URL.Path, "/") > 3 { // not a claim
			w.Header().Set("Hrm-Contract", "1")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if offered == nil {
			_, _ = io.WriteString(w, `{"openUnknown":0}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"openUnknown":0,"claim":{"planID":"plan-1","plan":%s}}`, offered)
		offered = nil
	}).URL
}

// serveNAV returns the URL of a NAV that accepts the token and responds to a plan with plan.
func (c *conversation) serveNAV(t *testing.T, plan http.HandlerFunc) string {
	t.Helper()
	return outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if err := c.record("NAV", r); err != nil {
			t.Error(err)
		}
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, "Integration is up and running")
			return
		}
		plan(w, r)
	}).URL
}

// senderOf returns a sender with real clients.
func senderOf(t *testing.T, navURL, hrmURL string) *Sender {
	t.Helper()
	calls := outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: time.Now}
	bearer, err := outbound.NewBearer("hush-0123456789")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	system, err := hrm.New(hrm.Config{Endpoint: hrmURL, Token: bearer, Calls: calls, Log: log, Pause: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	plans, err := nav.New(navapi.Config{BaseURL: navURL, Calls: calls, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	s := (&others{}).sender(&bytes.Buffer{})
	s.HRM, s.NAV, s.Tokens = system, plans, tokenInHand{token: brokerclient.Token{AccessToken: bearer}}
	s.Limits, s.Now = Limits{Lease: 2 * time.Minute, Deadline: 90 * time.Second, InFlight: time.Minute}, time.Now
	return s
}

// TestConversations compares the requests to NAV and to the HRM system with golden files.
func TestConversations(t *testing.T) {
	everything := plan(map[string]any{
		"otherFacilitationOptions": "<j> & \u2028", "needsHelpFromNav": true, "needsHelpFromNavDescription": "k",
		"messageToGeneralPractitioner": "l",
		"additionalInformation":        "ÆØÅ \"quoted\" \\ \n", "employeeHasContributedToPlan": false,
		"employeeHasNotContributedToPlanDescription": "m",
	})
	const rejection = `{"status":{"value":400,"description":"Bad Request"},"type":"VALIDATION_ERROR","message":"Invalid employee identification number"}`
	const refusal = `{"status":{"value":403,"description":"Forbidden"},"type":"NO_ACTIVE_SENT_SYKMELDING","message":"No active sykmelding sent to employer"}`
	const noPractitioner = `{"status":{"value":404,"description":"Not Found"},"type":"GENERAL_PRACTITIONER_NOT_FOUND","message":"x"}`
	cases := map[string]struct {
		reason   string
		plan     json.RawMessage
		response http.HandlerFunc
		err      runreport.Reason
	}{
		"sent": {
			reason: "a plan with all fields", plan: everything,
			response: outboundtest.Says(200, `{"uuid":"`+receipt.UUID.String()+
				`","isSentToGeneralPractitionerStatus":true,"isSentToNavStatus":true}`),
		},
		"least": {
			reason: "a plan with the required fields", plan: plan(nil),
			response: outboundtest.Says(200, `{"uuid":"`+receipt.UUID.String()+
				`","isSentToGeneralPractitionerStatus":false,"isSentToNavStatus":true}`),
		},
		"rejected": {reason: "NAV rejects the plan", plan: plan(nil), response: outboundtest.Says(400, rejection)},
		"refused":  {reason: "NAV refuses the plan for now", plan: plan(nil), response: outboundtest.Says(403, refusal)},
		"invalid":  {reason: "the worker rejects the plan", plan: plan(map[string]any{"evaluationDate": "1.10.2026"})},
		"no_answer": {
			reason: "a plan is sent once", plan: plan(nil), response: outboundtest.Abort,
			err: runreport.NAVUnreachable,
		},
		"half_answer": {
			reason: "the response breaks off", plan: plan(nil), response: outboundtest.Reset(200),
			err: runreport.NAVUnreachable,
		},
		"server_error": {
			reason: "NAV may have stored the plan", plan: plan(nil),
			response: outboundtest.Says(500, `{"status":{"value":500},"type":"INTERNAL_SERVER_ERROR","message":"x"}`),
			err:      runreport.NAVError,
		},
		"after_storing": {
			reason: "NAV may have stored the plan: the type is no refusal", plan: plan(nil),
			response: outboundtest.Says(404, noPractitioner), err: runreport.NAVError,
		},
		"strange": {
			reason: "a login page responds", plan: plan(nil), response: outboundtest.Says(200, "<html>"),
			err: runreport.NAVError,
		},
		"no_connection": {reason: "there is no connection", plan: plan(nil), err: runreport.NAVUnreachable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := &conversation{}
			s := senderOf(t, c.serveNAV(t, tc.response), c.serveHRM(t, tc.plan))
			if name == "no_connection" {
				s.NAV = unconnectedNAV{NAV: s.NAV, gone: senderOf(t, "http://127.0.0.1:1", "http://127.0.0.1:1").NAV}
			}
			if _, err := s.Run(t.Context()); runreport.ReasonOf(err) != tc.err {
				t.Errorf("%s: %v, want %q", tc.reason, err, tc.err)
			}
			golden(t, filepath.Join("testdata", name+".golden"), c.text.String(), tc.reason)
		})
	}
}

// unconnectedNAV accepts the token, but no connection for a plan.
type unconnectedNAV struct {
	NAV

	gone NAV
}

func (u unconnectedNAV) Submit(ctx context.Context, p nav.Plan) nav.Result {
	return u.gone.Submit(ctx, p)
}

func golden(t *testing.T, path, got, reason string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s: -want, +got:\n%s", reason, path, diff)
	}
}

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
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

var update = flag.Bool("update", false, "write the golden files anew")

// conversation is what NAV and a HRM solution were asked, in its order, with names for the ids that are new each time.
type conversation struct {
	mu   sync.Mutex
	text strings.Builder
	ids  []string
}

// note writes a question down.
func (c *conversation) note(who string, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = fmt.Fprintf(&c.text, "%s: %s %s\n", who, r.Method, c.named(r.URL.Path))
	if id := r.Header.Get("Nav-Call-Id"); id != "" {
		_, _ = fmt.Fprintf(&c.text, "Nav-Call-Id: %s\n", c.named(id))
	}
	if len(body) > 0 {
		_, _ = fmt.Fprintf(&c.text, "Content-Type: %s\n%s\n", r.Header.Get("Content-Type"), c.named(string(bytes.TrimSpace(body))))
	}
	c.text.WriteString("\n")
	return err
}

// named replaces the ids of a text by the order in which they came up.
func (c *conversation) named(text string) string {
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

// solution is a HRM solution that offers one plan.
func (c *conversation) solution(t *testing.T, offered json.RawMessage) string {
	t.Helper()
	return outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if err := c.note("HRM", r); err != nil {
			t.Error(err)
		}
		if strings.Count(r.URL.Path, "/") > 3 { // more than a claim
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

// nav is NAV, which is well, and answers a plan in its way.
func (c *conversation) nav(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	return outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if err := c.note("NAV", r); err != nil {
			t.Error(err)
		}
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, "Integration is up and running")
			return
		}
		answer(w, r)
	}).URL
}

// senderOf is a sender as a run has it, but for its times.
func senderOf(t *testing.T, navURL, hrmURL string) *Sender {
	t.Helper()
	calls := outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: time.Now}
	bearer, err := outbound.NewBearer("hush-0123456789")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	solution, err := hrm.New(hrm.Config{Endpoint: hrmURL, Token: bearer, Calls: calls, Log: log, Pause: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	plans, err := nav.New(nav.Config{BaseURL: navURL, Calls: calls, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	s := (&others{}).sender(&bytes.Buffer{})
	s.HRM, s.NAV, s.Tokens = solution, plans, held{brokerclient.Token{AccessToken: bearer}}
	s.Limits, s.Now = Limits{Lease: 2 * time.Minute, Deadline: 90 * time.Second, InFlight: time.Minute}, time.Now
	return s
}

// TestConversations holds all that NAV and the HRM solution are asked, as it goes over the wire.
func TestConversations(t *testing.T) {
	everything := plan(map[string]any{
		"otherFacilitationOptions": "<j> & \u2028", "needsHelpFromNav": true, "needsHelpFromNavDescription": "k", "messageToGeneralPractitioner": "l",
		"additionalInformation": "ÆØÅ \"quoted\" \\ \n", "employeeHasContributedToPlan": false, "employeeHasNotContributedToPlanDescription": "m",
	})
	const rejection = `{"status":{"value":400,"description":"Bad Request"},"type":"VALIDATION_ERROR","message":"Invalid employee identification number"}`
	const refusal = `{"status":{"value":403,"description":"Forbidden"},"type":"NO_ACTIVE_SENT_SYKMELDING","message":"No active sykmelding sent to employer"}`
	const noPractitioner = `{"status":{"value":404,"description":"Not Found"},"type":"GENERAL_PRACTITIONER_NOT_FOUND","message":"x"}`
	cases := map[string]struct {
		reason string
		plan   json.RawMessage
		answer http.HandlerFunc
		err    runreport.Reason
	}{
		"sent":          {"all that a plan may say", everything, outboundtest.Says(200, `{"uuid":"`+receipt.UUID.String()+`","isSentToGeneralPractitionerStatus":true,"isSentToNavStatus":true}`), ""},
		"least":         {"the least: what is left out is null", plan(nil), outboundtest.Says(200, `{"uuid":"`+receipt.UUID.String()+`","isSentToGeneralPractitionerStatus":false,"isSentToNavStatus":true}`), ""},
		"rejected":      {"NAV says no, for good", plan(nil), outboundtest.Says(400, rejection), ""},
		"refused":       {"NAV says no, perhaps because its registers are down", plan(nil), outboundtest.Says(403, refusal), ""},
		"invalid":       {"the worker says no", plan(map[string]any{"evaluationDate": "1.10.2026"}), nil, ""},
		"no_answer":     {"sent once, whatever broke", plan(nil), outboundtest.Abort, runreport.NAVUnreachable},
		"half_answer":   {"an answer that breaks", plan(nil), outboundtest.Reset(200), runreport.NAVUnreachable},
		"server_error":  {"NAV may have stored it", plan(nil), outboundtest.Says(500, `{"status":{"value":500},"type":"INTERNAL_SERVER_ERROR","message":"x"}`), runreport.NAVError},
		"after_storing": {"NAV may have stored it: no check of NAV's has this type", plan(nil), outboundtest.Says(404, noPractitioner), runreport.NAVError},
		"strange":       {"a login page", plan(nil), outboundtest.Says(200, "<html>"), runreport.NAVError},
		"no_connection": {"nobody took the connection", plan(nil), nil, runreport.NAVUnreachable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := &conversation{}
			s := senderOf(t, c.nav(t, tc.answer), c.solution(t, tc.plan))
			if name == "no_connection" {
				s.NAV = unconnectedNAV{s.NAV, senderOf(t, "http://127.0.0.1:1", "http://127.0.0.1:1").NAV}
			}
			if _, err := s.Run(t.Context()); runreport.ReasonOf(err) != tc.err {
				t.Errorf("%s: %v, want %q", tc.reason, err, tc.err)
			}
			golden(t, filepath.Join("testdata", name+".golden"), c.text.String(), tc.reason)
		})
	}
}

// unconnectedNAV is well until a plan is to be sent.
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

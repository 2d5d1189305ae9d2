package nav

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	testToken  = "hush-0123456789"
	testPerson = "05908399546"
	// refused is NAV's 401, as its code writes it.
	refused = `{"status":{"value":401,"description":"Unauthorized"},"type":"AUTHENTICATION_ERROR","message":"Authentication failed. Please check your token"}`
)

func bearer(t testing.TB) outbound.Bearer {
	t.Helper()
	b, err := outbound.NewBearer(testToken)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// client gives a Client, and what it logs.
func client(t *testing.T, base string, timeout time.Duration) (*Client, *bytes.Buffer) {
	t.Helper()
	logged := &bytes.Buffer{}
	c, err := New(Config{
		BaseURL: base,
		Calls:   outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: timeout, Now: time.Now},
		Log:     slog.New(slog.NewJSONHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, logged
}

// TestVerifyIntegration holds the request, and that each call has an id of its own,
// which is logged.
func TestVerifyIntegration(t *testing.T) {
	const calls = 2
	ids := make(chan string, calls)
	server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/api/v1/followupplan/verify-integration" ||
			r.Header.Get("Authorization") != "Bearer "+testToken || r.Header.Get("Accept") != "application/json, text/plain" {
			t.Errorf("asked %s %s with %v", r.Method, r.URL.Path, r.Header)
		}
		ids <- r.Header.Get("Nav-Call-Id")
		_, _ = io.WriteString(w, "Integration is up and running")
	})
	c, logged := client(t, server.URL, time.Minute)
	for range calls {
		if err := c.VerifyIntegration(t.Context(), bearer(t)); err != nil {
			t.Fatal(err)
		}
	}
	first, second := <-ids, <-ids
	if first == second {
		t.Errorf("two calls had the id %s", first)
	}
	for _, id := range []string{first, second} {
		if parsed, err := uuid.Parse(id); err != nil || parsed.Version() != 4 {
			t.Errorf("%q is no random UUID: %v", id, err)
		}
		if !strings.Contains(logged.String(), `"navCallID":"`+id+`"`) {
			t.Errorf("the id %s is not logged: %s", id, logged)
		}
	}
	checkHides(t, nil, logged.String())
}

// TestVerifyIntegrationFails goes through what NAV, or what stands before it, may do
// instead. It sends our token and a person wherever it can.
func TestVerifyIntegrationFails(t *testing.T) {
	both := testToken + " " + testPerson
	refusal := func(status int, kind string) string {
		return fmt.Sprintf(`{"status":{"value":%d,"description":"x"},"type":%q,"message":%q}`, status, kind, both)
	}
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		want    runreport.Reason
	}{
		"401":             {"NAV's own no", outboundtest.Says(401, refused), runreport.NAVTokenRejected},
		"401 scope":       {"whatever its message", outboundtest.Says(401, refusal(401, "AUTHENTICATION_ERROR")), runreport.NAVTokenRejected},
		"401 plain":       {"with a number as status", outboundtest.Says(401, `{"status":401,"type":"AUTHENTICATION_ERROR","message":"x"}`), runreport.NAVTokenRejected},
		"401 HTML":        {"a proxy's no is none of NAV's", outboundtest.Says(401, "<html>"+both), runreport.NAVError},
		"401 empty":       {"nor is one without words", outboundtest.Says(401, ""), runreport.NAVError},
		"401 other JSON":  {"nor a gateway's JSON", outboundtest.Says(401, `{"message":"Unauthorized"}`), runreport.NAVError},
		"401 Spring":      {"nor a framework's", outboundtest.Says(401, `{"status":401,"error":"Unauthorized","path":"/"}`), runreport.NAVError},
		"401 other":       {"nor one that contradicts itself", outboundtest.Says(401, refusal(403, "AUTHENTICATION_ERROR")), runreport.NAVError},
		"401 echo":        {"nor one whose type is none", outboundtest.Says(401, refusal(401, testToken)), runreport.NAVError},
		"401 cut off":     {"what a body would have said is not guessed", outboundtest.CutOff(401, refused), runreport.NAVError},
		"401 oversized":   {"no refusal is as long", outboundtest.Says(401, refused+strings.Repeat(" ", maxAnswer)), runreport.NAVError},
		"403":             {"a no that this question does not have", outboundtest.Says(403, refusal(403, "NO_ACTIVE_EMPLOYMENT")), runreport.NAVError},
		"404":             {"the wrong address", outboundtest.Says(404, both), runreport.NAVError},
		"429":             {"a gateway's", outboundtest.Says(429, both), runreport.NAVError},
		"500":             {"a fault of NAV's", outboundtest.Says(500, refusal(500, "INTERNAL_SERVER_ERROR")), runreport.NAVError},
		"500 as 401":      {"an outage, whatever its body says", outboundtest.Says(500, refused), runreport.NAVError},
		"502":             {"a gateway's page", outboundtest.Says(502, "<html>"+both), runreport.NAVError},
		"503 cut off":     {"an outage needs no body", outboundtest.CutOff(503, "{"), runreport.NAVError},
		"201":             {"success of another kind", outboundtest.Says(201, both), runreport.NAVError},
		"302":             {"redirects are not followed", outboundtest.Redirect(t, 302, testToken), runreport.NAVError},
		"200 reset":       {"nor one that breaks", outboundtest.Reset(200), runreport.NAVUnreachable},
		"200 cut off":     {"half a success is none", outboundtest.CutOff(200, "Inte"), runreport.NAVError},
		"200 oversized":   {"nor is an endless one", outboundtest.Says(200, strings.Repeat("a", maxAnswer+1)), runreport.NAVError},
		"no HTTP":         {"a server of another kind", outboundtest.Raw("220 %s\r\n", both), runreport.NAVUnreachable},
		"echo in status":  {"our token where a status should be", outboundtest.Raw("HTTP/1.1 %s\r\n\r\n", testToken), runreport.NAVUnreachable},
		"closed":          {"closed without an answer", outboundtest.Abort, runreport.NAVUnreachable},
		"number as false": {"a status that is neither", outboundtest.Says(401, `{"status":false,"type":"AUTHENTICATION_ERROR"}`), runreport.NAVError},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, tc.handler)
			c, logged := client(t, server.URL, time.Minute)
			err := c.VerifyIntegration(t.Context(), bearer(t))
			if got := runreport.ReasonOf(err); got != tc.want {
				t.Errorf("%s: reason %q, want %q: %v", tc.reason, got, tc.want, err)
			}
			if !strings.Contains(logged.String(), `"navCallID":"`) {
				t.Errorf("%s: no Nav-Call-Id in %s", tc.reason, logged)
			}
			checkHides(t, err, logged.String())
		})
	}
}

// TestVerifyIntegrationRecognizes goes through answers with status 200: only NAV's own is a success. A run that took a page
// of a captive portal for it would make its first plan unknown.
func TestVerifyIntegrationRecognizes(t *testing.T) {
	const page = "<!DOCTYPE html><html><body>Log in to the network</body></html>"
	cases := map[string]struct {
		reason             string
		kind, callID, body string
		want               runreport.Reason
	}{
		"NAV":             {"as its code writes it", "text/plain; charset=UTF-8", "echo", verification, ""},
		"without id":      {"a gateway may drop a header", "text/plain; charset=UTF-8", "", verification, ""},
		"other words":     {"a text is not an API", "text/plain", "echo", "Alt er vel", ""},
		"portal":          {"a page", "text/html; charset=utf-8", "", page, runreport.NAVError},
		"proxy":           {"a page that a proxy made of our request", "text/html", "echo", page, runreport.NAVError},
		"quoting page":    {"a page with NAV's words", "text/html", "", verification, runreport.NAVError},
		"plain page":      {"a page that is called plain text", "text/plain", "", page, runreport.NAVError},
		"other's id":      {"an answer to another call", "text/plain", "5f0a0e0e-7c2b-4b57-8c1c-0c7f9b1f6c11", "OK", runreport.NAVError},
		"empty":           {"an answer without words", "text/plain", "", "", runreport.NAVError},
		"no type":         {"nobody knows what it is", "", "", verification, runreport.NAVError},
		"JSON":            {"a gateway's", "application/json", "", `{"status":"ok"}`, runreport.NAVError},
		"a list of types": {"nobody knows what it is", "text/plain, text/html", "", verification, runreport.NAVError},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Content-Type"] = nil
				if tc.kind != "" {
					w.Header().Set("Content-Type", tc.kind)
				}
				id := tc.callID
				if id == "echo" {
					id = r.Header.Get("Nav-Call-Id")
				}
				if id != "" {
					w.Header().Set("Nav-Call-Id", id)
				}
				_, _ = io.WriteString(w, tc.body)
			})
			c, _ := client(t, server.URL, time.Minute)
			if err := c.VerifyIntegration(t.Context(), bearer(t)); runreport.ReasonOf(err) != tc.want {
				t.Errorf("%s: got %v, want %q", tc.reason, err, tc.want)
			}
		})
	}
}

// TestSlow checks that a call ends although NAV keeps sending, or says nothing.
func TestSlow(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"drip": outboundtest.Drip, "silent": outboundtest.Silent} {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, handler)
			c, logged := client(t, server.URL, 50*time.Millisecond)
			err := c.VerifyIntegration(t.Context(), bearer(t))
			if runreport.ReasonOf(err) != runreport.NAVUnreachable || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want NAVUnreachable by deadline", err)
			}
			checkHides(t, err, logged.String())
		})
	}
}

func checkHides(t *testing.T, err error, logged string) {
	t.Helper()
	outboundtest.CheckHides(t, err, logged, testToken[:8], testPerson[:6])
}

func TestNewRefuses(t *testing.T) {
	for name, base := range map[string]string{"none": "", "relative": "/api", "user": "https://a:hush-0123456789@nav.example"} {
		_, err := New(Config{BaseURL: base})
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
		checkHides(t, err, "")
	}
}

// FuzzAPIError checks that a body is a refusal only with the status that came with
// it, and that nothing of it is shown but a name in capitals.
func FuzzAPIError(f *testing.F) {
	for _, body := range []string{refused, `{"status":401,"type":"NOT_FOUND"}`, "", "null", `{"status":null,"type":"NOT_FOUND"}`, `{"status":{"value":4e2},"type":"X"}`} {
		f.Add(401, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := parseAPIError(status, body)
		if e == nil {
			return
		}
		if e.status() != status || !json.Valid(body) || strings.Trim(e.kind(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
			t.Fatalf("status %d, %q: %+v", status, body, e)
		}
	})
}

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

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/navapi/navapitest"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	testToken  = navapitest.Token
	testPerson = "05908399546"
	// refused is NAV's 401.
	refused = `{"status":{"value":401,"description":"Unauthorized"},"type":"AUTHENTICATION_ERROR","message":"Authentication failed. Please check your token"}`
)

// client returns a Client and its log.
func client(t *testing.T, base string, timeout time.Duration) (*Client, *bytes.Buffer) {
	t.Helper()
	logged := &bytes.Buffer{}
	c, err := New(navapi.Config{
		BaseURL: base,
		Calls:   outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: timeout, Now: time.Now},
		Log:     slog.New(slog.NewJSONHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, logged
}

// TestVerifyIntegration checks the request, and that each call has an id of its own, which is logged.
func TestVerifyIntegration(t *testing.T) {
	const calls = 2
	ids := make(chan string, calls)
	server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/api/v1/followupplan/verify-integration" ||
			r.Header.Get("Authorization") != "Bearer "+testToken || r.Header.Get("Accept") != "application/json, text/plain" {
			t.Errorf("request %s %s with %v", r.Method, r.URL.Path, r.Header)
		}
		ids <- r.Header.Get("Nav-Call-Id")
		_, _ = io.WriteString(w, "Integration is up and running")
	})
	c, logged := client(t, server.URL, time.Minute)
	for range calls {
		if err := c.VerifyIntegration(t.Context(), navapitest.Bearer(t)); err != nil {
			t.Fatal(err)
		}
	}
	first, second := <-ids, <-ids
	if first == second {
		t.Errorf("two calls have the id %s", first)
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

// TestVerifyIntegrationFails checks the reasons of failures of NAV and of proxies. Responses echo the token and an
// identity number.
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
		"401": {
			reason: "NAV rejects the token", handler: outboundtest.Says(401, refused),
			want: runreport.NAVTokenRejected,
		},
		"401 scope": {
			reason:  "the message does not matter",
			handler: outboundtest.Says(401, refusal(401, "AUTHENTICATION_ERROR")), want: runreport.NAVTokenRejected,
		},
		"401 plain": {
			reason: "the status is a number",
			handler: outboundtest.Says(401,
				`{"status":401,"type":"AUTHENTICATION_ERROR","message":"x"}`), want: runreport.NAVTokenRejected,
		},
		"401 HTML": {
			reason: "a proxy's 401 is not NAV's", handler: outboundtest.Says(401, "<html>"+both),
			want: runreport.NAVError,
		},
		"401 empty": {
			reason: "an empty 401 is not NAV's", handler: outboundtest.Says(401, ""),
			want: runreport.NAVError,
		},
		"401 other JSON": {
			reason:  "a gateway's 401 is not NAV's",
			handler: outboundtest.Says(401, `{"message":"Unauthorized"}`), want: runreport.NAVError,
		},
		"401 Spring": {
			reason:  "a framework's 401 is not NAV's",
			handler: outboundtest.Says(401, `{"status":401,"error":"Unauthorized","path":"/"}`), want: runreport.NAVError,
		},
		"401 other": {
			reason:  "the body contradicts the status",
			handler: outboundtest.Says(401, refusal(403, "AUTHENTICATION_ERROR")), want: runreport.NAVError,
		},
		"401 echo": {
			reason: "the type is not one of NAV's", handler: outboundtest.Says(401, refusal(401, testToken)),
			want: runreport.NAVError,
		},
		"401 cut off": {
			reason: "the body is cut off", handler: outboundtest.CutOff(401, refused),
			want: runreport.NAVError,
		},
		"401 oversized": {
			reason:  "the body is too long",
			handler: outboundtest.Says(401, refused+strings.Repeat(" ", maxBody)), want: runreport.NAVError,
		},
		"403": {
			reason:  "a refusal of a plan",
			handler: outboundtest.Says(403, refusal(403, "NO_ACTIVE_EMPLOYMENT")), want: runreport.NAVError,
		},
		"404": {reason: "the address is wrong", handler: outboundtest.Says(404, both), want: runreport.NAVError},
		"429": {
			reason: "a gateway limits requests", handler: outboundtest.Says(429, both),
			want: runreport.NAVError,
		},
		"500": {
			reason: "a fault at NAV", handler: outboundtest.Says(500, refusal(500, "INTERNAL_SERVER_ERROR")),
			want: runreport.NAVError,
		},
		"500 as 401": {
			reason:  "the status is an outage although the body says 401",
			handler: outboundtest.Says(500, refused), want: runreport.NAVError,
		},
		"502": {
			reason: "a gateway's page", handler: outboundtest.Says(502, "<html>"+both),
			want: runreport.NAVError,
		},
		"503 cut off": {
			reason: "an outage with half a body", handler: outboundtest.CutOff(503, "{"),
			want: runreport.NAVError,
		},
		"201": {reason: "another success", handler: outboundtest.Says(201, both), want: runreport.NAVError},
		"302": {
			reason: "redirects are not followed", handler: outboundtest.Redirect(t, 302, testToken),
			want: runreport.NAVError,
		},
		"200 reset": {
			reason: "the connection breaks", handler: outboundtest.Reset(200),
			want: runreport.NAVUnreachable,
		},
		"200 cut off": {
			reason: "the success is cut off", handler: outboundtest.CutOff(200, "Inte"),
			want: runreport.NAVError,
		},
		"200 oversized": {
			reason:  "the success is too long",
			handler: outboundtest.Says(200, strings.Repeat("a", maxBody+1)), want: runreport.NAVError,
		},
		"no HTTP": {
			reason: "the server does not speak HTTP", handler: outboundtest.Raw("220 %s\r\n", both),
			want: runreport.NAVUnreachable,
		},
		"echo in status": {
			reason:  "the status line echoes the token",
			handler: outboundtest.Raw("HTTP/1.1 %s\r\n\r\n", testToken), want: runreport.NAVUnreachable,
		},
		"closed": {
			reason: "the connection closes without a response", handler: outboundtest.Abort,
			want: runreport.NAVUnreachable,
		},
		"number as false": {
			reason:  "the status is neither number nor object",
			handler: outboundtest.Says(401, `{"status":false,"type":"AUTHENTICATION_ERROR"}`), want: runreport.NAVError,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, tc.handler)
			c, logged := client(t, server.URL, time.Minute)
			err := c.VerifyIntegration(t.Context(), navapitest.Bearer(t))
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

// TestVerifyIntegrationRecognizes checks that of responses with status 200 only NAV's own is a success. A run that
// accepted the page of a captive portal would make its first plan unknown.
func TestVerifyIntegrationRecognizes(t *testing.T) {
	const page = "<!DOCTYPE html><html><body>Log in to the network</body></html>"
	cases := map[string]struct {
		reason             string
		kind, callID, body string
		want               runreport.Reason
	}{
		"NAV":         {reason: "NAV's success", kind: "text/plain; charset=UTF-8", callID: "echo", body: verification},
		"without id":  {reason: "a gateway may drop a header", kind: "text/plain; charset=UTF-8", body: verification},
		"other words": {reason: "the sentence may change", kind: "text/plain", callID: "echo", body: "Alt er vel"},
		"portal":      {reason: "a page", kind: "text/html; charset=utf-8", body: page, want: runreport.NAVError},
		"proxy": {
			reason: "a page that echoes the request's headers", kind: "text/html", callID: "echo", body: page,
			want: runreport.NAVError,
		},
		"quoting page": {
			reason: "a page that quotes NAV", kind: "text/html", body: verification,
			want: runreport.NAVError,
		},
		"plain page": {
			reason: "a page declared as plain text", kind: "text/plain", body: page,
			want: runreport.NAVError,
		},
		"other's id": {
			reason: "a response to another call", kind: "text/plain",
			callID: "5f0a0e0e-7c2b-4b57-8c1c-0c7f9b1f6c11", body: "OK", want: runreport.NAVError,
		},
		"empty":   {reason: "an empty response", kind: "text/plain", want: runreport.NAVError},
		"no type": {reason: "no content type", body: verification, want: runreport.NAVError},
		"JSON": {
			reason: "a gateway's success", kind: "application/json", body: `{"status":"ok"}`,
			want: runreport.NAVError,
		},
		"a list of types": {
			reason: "an ambiguous content type", kind: "text/plain, text/html", body: verification,
			want: runreport.NAVError,
		},
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
			if err := c.VerifyIntegration(t.Context(), navapitest.Bearer(t)); runreport.ReasonOf(err) != tc.want {
				t.Errorf("%s: got %v, want %q", tc.reason, err, tc.want)
			}
		})
	}
}

// TestSlow checks that a call times out if NAV sends slowly or nothing.
func TestSlow(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"drip": outboundtest.Drip, "silent": outboundtest.Silent} {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, handler)
			c, logged := client(t, server.URL, 50*time.Millisecond)
			err := c.VerifyIntegration(t.Context(), navapitest.Bearer(t))
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
	for name, base := range map[string]string{
		"none": "", "relative": "/api",
		"user": "https://a:hush-0123456789@nav.example",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(navapi.Config{BaseURL: base})
			if err == nil {
				t.Errorf("%s: New accepts the base URL", name)
			}
			checkHides(t, err, "")
		})
	}
}

// FuzzAPIError checks that a refusal has the status of its response, and that its type has only capitals.
func FuzzAPIError(f *testing.F) {
	for _, body := range []string{
		refused, `{"status":401,"type":"NOT_FOUND"}`, "", "null",
		`{"status":null,"type":"NOT_FOUND"}`, `{"status":{"value":4e2},"type":"X"}`,
	} {
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

package hrm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	testToken  = "hush-0123456789"
	testPerson = "05908399546"
	good       = `{"organizationNumber":"310330701"}`
)

var testCustomer = orgnumber.MustParse("310330701")

func bearer(t testing.TB, token string) outbound.Bearer {
	t.Helper()
	b, err := outbound.NewBearer(token)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// saysJSON answers always the same, as JSON.
func saysJSON(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set(hrmapi.ContractHeader, hrmapi.ContractVersion)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// client gives a Client, and what it logs.
func client(t *testing.T, endpoint string, timeout time.Duration) (*Client, *bytes.Buffer) {
	t.Helper()
	logged := &bytes.Buffer{}
	c, err := New(Config{
		Endpoint: endpoint,
		Token:    bearer(t, testToken),
		Calls:    outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: timeout, Now: time.Now},
		Log:      slog.New(slog.NewJSONHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, logged
}

func TestOrganization(t *testing.T) {
	cases := map[string]struct {
		reason string
		path   string // of the endpoint
		want   string // path that is asked for
		body   string
	}{
		"host":   {"an endpoint without a path", "", "/v1/organization", good},
		"path":   {"an endpoint with a path", "/integration", "/integration/v1/organization", good},
		"slash":  {"and one that ends with a slash", "/integration/", "/integration/v1/organization", good},
		"fields": {"a newer HRM solution says more", "", "/v1/organization", `{"name":"Tiger AS","organizationNumber":"310330701","units":[]}`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.URL.Path != tc.want || r.Header.Get("Authorization") != "Bearer "+testToken {
					t.Errorf("%s: asked %s %s with %q", tc.reason, r.Method, r.URL.Path, r.Header.Get("Authorization"))
				}
				saysJSON(200, tc.body)(w, r)
			})
			c, logged := client(t, server.URL+tc.path, time.Minute)
			got, err := c.Organization(t.Context())
			if err != nil || got != testCustomer {
				t.Errorf("%s: %s, %v", tc.reason, got, err)
			}
			if !strings.Contains(logged.String(), `"msg":"HRM solution answered","call":"asking the HRM solution whose it is","durationMs":`) ||
				!strings.Contains(logged.String(), `"status":200`) {
				t.Errorf("%s: logged %s", tc.reason, logged)
			}
			checkHides(t, nil, logged.String())
		})
	}
}

// TestOrganizationFails goes through what a HRM solution, or what stands before it,
// may do instead. It sends our token and a person wherever it can.
func TestOrganizationFails(t *testing.T) {
	both := testToken + " " + testPerson
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		want    runreport.Reason
	}{
		"401":            {"the token is not accepted", outboundtest.Says(401, both), runreport.HRMUnauthorized},
		"403":            {"or does not open this", outboundtest.Says(403, both), runreport.HRMUnauthorized},
		"401 cut off":    {"half an answer says nothing", outboundtest.CutOff(401, "{"), runreport.HRMBadResponse},
		"404":            {"the wrong path", outboundtest.Says(404, both), runreport.HRMBadResponse},
		"429":            {"asked too often", outboundtest.Says(429, both), runreport.HRMBadResponse},
		"500":            {"a fault of its own", outboundtest.Says(500, both), runreport.HRMBadResponse},
		"503":            {"being replaced", outboundtest.Says(503, good), runreport.HRMBadResponse},
		"204":            {"success without a body", outboundtest.Says(204, ""), runreport.HRMBadResponse},
		"302":            {"redirects are not followed", outboundtest.Redirect(t, 302, testToken), runreport.HRMBadResponse},
		"empty":          {"nothing", saysJSON(200, ""), runreport.HRMBadResponse},
		"plain":          {"the contract wants its type to be said", outboundtest.Says(200, good), runreport.HRMBadResponse},
		"HTML":           {"a page to log in at", saysJSON(200, "<html>"+both), runreport.HRMBadResponse},
		"array":          {"JSON of another form", saysJSON(200, `["`+both+`"]`), runreport.HRMBadResponse},
		"null":           {"JSON that says nothing", saysJSON(200, "null"), runreport.HRMBadResponse},
		"no number":      {"an object that says nothing", saysJSON(200, `{"name":"`+both+`"}`), runreport.HRMBadResponse},
		"number":         {"a number is written as a string", saysJSON(200, `{"organizationNumber":310330701}`), runreport.HRMBadResponse},
		"check digit":    {"no organization has it", saysJSON(200, `{"organizationNumber":"310330702"}`), runreport.HRMBadResponse},
		"token":          {"our own token", saysJSON(200, `{"organizationNumber":"`+testToken+`"}`), runreport.HRMBadResponse},
		"person":         {"a person is no organization", saysJSON(200, `{"organizationNumber":"`+testPerson+`"}`), runreport.HRMBadResponse},
		"two":            {"one answer, not two", saysJSON(200, good+good), runreport.HRMBadResponse},
		"oversized":      {"no answer is as long", saysJSON(200, good+strings.Repeat(" ", maxAnswer)), runreport.HRMBadResponse},
		"cut off":        {"half an answer", outboundtest.CutOff(200, good), runreport.HRMBadResponse},
		"reset":          {"an answer that breaks", outboundtest.Reset(200), runreport.HRMUnreachable},
		"no HTTP":        {"a server of another kind", outboundtest.Raw("220 %s\r\n", both), runreport.HRMUnreachable},
		"echo in status": {"our token where a status should be", outboundtest.Raw("HTTP/1.1 %s\r\n\r\n", testToken), runreport.HRMUnreachable},
		"closed":         {"closed without an answer", outboundtest.Abort, runreport.HRMUnreachable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, tc.handler)
			c, logged := client(t, server.URL, time.Minute)
			n, err := c.Organization(t.Context())
			if got := runreport.ReasonOf(err); got != tc.want || !n.IsZero() {
				t.Errorf("%s: %s, reason %q, want %q: %v", tc.reason, n, got, tc.want, err)
			}
			checkHides(t, err, logged.String())
		})
	}
}

// TestSlow checks that a call ends although the HRM solution keeps sending, or says nothing.
func TestSlow(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"drip": outboundtest.Drip, "silent": outboundtest.Silent} {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, handler)
			c, logged := client(t, server.URL, 50*time.Millisecond)
			_, err := c.Organization(t.Context())
			if runreport.ReasonOf(err) != runreport.HRMUnreachable || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want HRMUnreachable by deadline", err)
			}
			checkHides(t, err, logged.String())
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := outboundtest.Serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	c, _ := client(t, server.URL, time.Minute)
	if _, err := c.Organization(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func checkHides(t *testing.T, err error, logged string) {
	t.Helper()
	outboundtest.CheckHides(t, err, logged, testToken[:8], testPerson[:6])
}

func TestNew(t *testing.T) {
	cases := map[string]struct {
		reason string
		config Config
		err    string
	}{
		"https":    {"the usual", Config{Endpoint: "https://tiger.hrm.example/integration", Token: bearer(t, testToken)}, ""},
		"http":     {"the controller decides what is allowed", Config{Endpoint: "http://localhost:8080", Token: bearer(t, testToken)}, ""},
		"no URL":   {"nothing to ask", Config{Token: bearer(t, testToken)}, "https://"},
		"user":     {"a password would be shown", Config{Endpoint: "https://a:hush@tiger.hrm.example", Token: bearer(t, testToken)}, "no user"},
		"no token": {"nobody would know us", Config{Endpoint: "https://tiger.hrm.example"}, "token"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := New(tc.config)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("%s: error %v, want one with %q", tc.reason, err, tc.err)
			}
			checkHides(t, err, "")
		})
	}
}

// TestClientShowsNothing prints a client, as a careless log line would.
func TestClientShowsNothing(t *testing.T) {
	c, logged := client(t, "https://tiger.hrm.example", time.Minute)
	checkHides(t, nil, fmt.Sprintf("%v %+v %#v", c, c, c))
	slog.New(slog.NewTextHandler(logged, nil)).Info("Client", "client", c)
	checkHides(t, nil, logged.String())
}

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
	"github.com/4human/integration-operator/internal/hrmconnection"
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

// respondJSON responds with JSON.
func respondJSON(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set(hrmapi.ContractHeader, hrmapi.ContractVersion)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) //nolint:gosec // Tests write it.
	}
}

// client returns a Client and its log.
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
		want   string // path of the request
		body   string
	}{
		"host": {reason: "an endpoint without a path", want: "/v1/organization", body: good},
		"path": {reason: "an endpoint with a path", path: "/integration", want: "/integration/v1/organization", body: good},
		"slash": {
			reason: "an endpoint that ends with a slash", path: "/integration/", want: "/integration/v1/organization",
			body: good,
		},
		"fields": {
			reason: "a newer HRM system sends more fields", want: "/v1/organization",
			body: `{"name":"Tiger AS","organizationNumber":"310330701","units":[]}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.URL.Path != tc.want || r.Header.Get("Authorization") != "Bearer "+testToken {
					t.Errorf("%s: request %s %s with %q", tc.reason, r.Method, r.URL.Path, r.Header.Get("Authorization"))
				}
				respondJSON(200, tc.body)(w, r)
			})
			c, logged := client(t, server.URL+tc.path, time.Minute)
			got, err := c.Organization(t.Context())
			if err != nil || got != testCustomer {
				t.Errorf("%s: %s, %v", tc.reason, got, err)
			}
			if !strings.Contains(logged.String(),
				`"msg":"HRM system responded","call":"requesting the organization of the HRM system","durationMs":`) ||
				!strings.Contains(logged.String(), `"status":200`) {
				t.Errorf("%s: logged %s", tc.reason, logged)
			}
			checkHides(t, nil, logged.String())
		})
	}
}

// TestOrganizationFails checks the reasons of failures of HRM systems and proxies. Responses echo the token and an
// identity number.
func TestOrganizationFails(t *testing.T) {
	both := testToken + " " + testPerson
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		want    runreport.Reason
	}{
		"401": {
			reason: "the HRM system rejects the token", handler: outboundtest.Says(401, both),
			want: runreport.HRMUnauthorized,
		},
		"403": {
			reason: "the token lacks a right", handler: outboundtest.Says(403, both),
			want: runreport.HRMUnauthorized,
		},
		"401 cut off": {
			reason: "the response is cut off", handler: outboundtest.CutOff(401, "{"),
			want: runreport.HRMBadResponse,
		},
		"404": {
			reason: "the path is wrong", handler: outboundtest.Says(404, both),
			want: runreport.HRMBadResponse,
		},
		"429": {
			reason: "too many requests", handler: outboundtest.Says(429, both),
			want: runreport.HRMBadResponse,
		},
		"500": {
			reason: "an error at the HRM system", handler: outboundtest.Says(500, both),
			want: runreport.HRMBadResponse,
		},
		"503": {
			reason: "the HRM system is down", handler: outboundtest.Says(503, good),
			want: runreport.HRMBadResponse,
		},
		"204": {
			reason: "success without a body", handler: outboundtest.Says(204, ""),
			want: runreport.HRMBadResponse,
		},
		"302": {
			reason: "redirects are not followed", handler: outboundtest.Redirect(t, 302, testToken),
			want: runreport.HRMBadResponse,
		},
		"empty": {reason: "an empty body", handler: respondJSON(200, ""), want: runreport.HRMBadResponse},
		"plain": {
			reason: "the content type is wrong", handler: outboundtest.Says(200, good),
			want: runreport.HRMBadResponse,
		},
		"HTML": {reason: "a login page", handler: respondJSON(200, "<html>"+both), want: runreport.HRMBadResponse},
		"array": {
			reason: "the body is no object", handler: respondJSON(200, `["`+both+`"]`),
			want: runreport.HRMBadResponse,
		},
		"null": {reason: "the body is null", handler: respondJSON(200, "null"), want: runreport.HRMBadResponse},
		"no number": {
			reason: "the number is missing", handler: respondJSON(200, `{"name":"`+both+`"}`),
			want: runreport.HRMBadResponse,
		},
		"number": {
			reason: "the number is no string", handler: respondJSON(200, `{"organizationNumber":310330701}`),
			want: runreport.HRMBadResponse,
		},
		"check digit": {
			reason: "the check digit is wrong", handler: respondJSON(200, `{"organizationNumber":"310330702"}`),
			want: runreport.HRMBadResponse,
		},
		"token": {
			reason:  "the body echoes the token",
			handler: respondJSON(200, `{"organizationNumber":"`+testToken+`"}`), want: runreport.HRMBadResponse,
		},
		"person": {
			reason:  "the number is a person's",
			handler: respondJSON(200, `{"organizationNumber":"`+testPerson+`"}`), want: runreport.HRMBadResponse,
		},
		"two": {
			reason: "the body is two objects", handler: respondJSON(200, good+good),
			want: runreport.HRMBadResponse,
		},
		"oversized": {
			reason: "the body is too long", handler: respondJSON(200, good+strings.Repeat(" ", hrmconnection.MaxBody)),
			want: runreport.HRMBadResponse,
		},
		"cut off": {
			reason: "the body is cut off", handler: outboundtest.CutOff(200, good),
			want: runreport.HRMBadResponse,
		},
		"reset": {reason: "the connection breaks", handler: outboundtest.Reset(200), want: runreport.HRMUnreachable},
		"no HTTP": {
			reason: "the server does not speak HTTP", handler: outboundtest.Raw("220 %s\r\n", both),
			want: runreport.HRMUnreachable,
		},
		"echo in status": {
			reason:  "the status line echoes the token",
			handler: outboundtest.Raw("HTTP/1.1 %s\r\n\r\n", testToken), want: runreport.HRMUnreachable,
		},
		"closed": {
			reason: "the connection closes without a response", handler: outboundtest.Abort,
			want: runreport.HRMUnreachable,
		},
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

// TestSlow checks that a call times out if the HRM system sends slowly or nothing.
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
		"https": {
			reason: "https is accepted",
			config: Config{Endpoint: "https://tiger.hrm.example/integration", Token: bearer(t, testToken)},
		},
		"http": {
			reason: "http is accepted: the controller decides",
			config: Config{Endpoint: "http://localhost:8080", Token: bearer(t, testToken)},
		},
		"no URL": {reason: "an endpoint is required", config: Config{Token: bearer(t, testToken)}, err: "https://"},
		"user": {
			reason: "a password must not be in a URL",
			config: Config{Endpoint: "https://a:hush@tiger.hrm.example", Token: bearer(t, testToken)}, err: "no user",
		},
		"no token": {reason: "a token is required", config: Config{Endpoint: "https://tiger.hrm.example"}, err: "token"},
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

// TestClientShowsNothing checks that a printed client does not show its token.
func TestClientShowsNothing(t *testing.T) {
	c, logged := client(t, "https://tiger.hrm.example", time.Minute)
	checkHides(t, nil, fmt.Sprintf("%v %+v %#v", c, c, c))
	slog.New(slog.NewTextHandler(logged, nil)).Info("Client", "client", c)
	checkHides(t, nil, logged.String())
}

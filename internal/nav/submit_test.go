package nav

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	planToken = "hush-0123456789"
	employee  = "01447842099"
	planBody  = `{"employeeIdentificationNumber":"` + employee + `"}`
)

var planCall = uuid.MustParse("5f0a0e0e-7c2b-4b57-8c1c-0c7f9b1f6c11")

// submitter returns a Client and its log.
func submitter(t *testing.T, server string, now func() time.Time) (*Client, *bytes.Buffer) {
	t.Helper()
	logged := &bytes.Buffer{}
	transport := outbound.NewTransport(nil)
	transport.DisableKeepAlives = true
	c, err := New(navapi.Config{
		BaseURL: server, Calls: outbound.Caller{Transport: transport, Timeout: time.Minute, Now: now},
		Log: slog.New(slog.NewJSONHandler(logged, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, logged
}

func submit(ctx context.Context, t *testing.T, c *Client, notAfter time.Time) Result {
	t.Helper()
	bearer, err := outbound.NewBearer(planToken)
	if err != nil {
		t.Fatal(err)
	}
	return c.Submit(ctx, Plan{AccessToken: bearer, CallID: planCall, Body: planBody, NotAfter: notAfter})
}

// TestSubmit checks the results of responses by NAV and by proxies: each plan is sent once, and only NAV's own response
// accepts or refuses it.
func TestSubmit(t *testing.T) {
	const id = "c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10"
	refusal := func(status int, kind string) string {
		return `{"status":{"value":` + strconv.Itoa(status) + `,"description":"x"},"type":"` + kind + `","message":"about ` +
			employee + `"}`
	}
	good := `{"uuid":"` + id + `","isSentToGeneralPractitionerStatus":false,"isSentToNavStatus":true}`
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		timeout bool // as soon as the request has arrived
		want    State
		err     runreport.Reason
	}{
		"accepted": {reason: "NAV sends a receipt", handler: outboundtest.Says(200, good), want: Accepted},
		"nulls": {
			reason:  "nulls are allowed",
			handler: outboundtest.Says(200, `{"uuid":"`+id+`","isSentToNavStatus":null}`), want: Accepted,
		},
		"400": {
			reason: "a 400 is final", handler: outboundtest.Says(400, refusal(400, "VALIDATION_ERROR")),
			want: Rejected,
		},
		"403": {
			reason:  "a 403 is a refusal for now",
			handler: outboundtest.Says(403, refusal(403, "NO_ACTIVE_SENT_SYKMELDING")), want: Refused,
		},
		"404": {
			reason:  "NAV responds the same while its register of persons is down",
			handler: outboundtest.Says(404, refusal(404, "EMPLOYEE_NOT_FOUND")), want: Refused,
		},
		"400 form": {
			reason: "a 400 is final", handler: outboundtest.Says(400, refusal(400, "BAD_REQUEST")),
			want: Rejected,
		},
		"403 job": {
			reason:  "NAV responds the same while its register of employments is down",
			handler: outboundtest.Says(403, refusal(403, "NO_ACTIVE_EMPLOYMENT")), want: Refused,
		},
		"400 other": {
			reason:  "NAV may have failed after it stored the plan",
			handler: outboundtest.Says(400, refusal(400, "ILLEGAL_ARGUMENT")), want: Ambiguous, err: runreport.NAVError,
		},
		"403 other": {
			reason: "the type is not a refusal of a plan",
			handler: outboundtest.Says(403,
				refusal(403, "FORBIDDEN_ACCESS_VEILEDER")), want: Ambiguous, err: runreport.NAVError,
		},
		"404 GP": {
			reason: "NAV stores a plan before it looks for the practitioner",
			handler: outboundtest.Says(404,
				refusal(404, "GENERAL_PRACTITIONER_NOT_FOUND")), want: Ambiguous, err: runreport.NAVError,
		},
		"404 other": {
			reason:  "NAV may have failed after it stored the plan",
			handler: outboundtest.Says(404, refusal(404, "NOT_FOUND")), want: Ambiguous, err: runreport.NAVError,
		},
		"404 new": {
			reason: "the type is unknown", handler: outboundtest.Says(404, refusal(404, "UNIT_NOT_FOUND")),
			want: Ambiguous, err: runreport.NAVError,
		},
		"400 as 404": {
			reason:  "the type belongs to another status",
			handler: outboundtest.Says(404, refusal(404, "VALIDATION_ERROR")), want: Ambiguous, err: runreport.NAVError,
		},
		"404 as 400": {
			reason:  "the type belongs to another status",
			handler: outboundtest.Says(400, refusal(400, "EMPLOYEE_NOT_FOUND")), want: Ambiguous, err: runreport.NAVError,
		},
		"401": {
			reason: "NAV rejects the token before it reads the plan",
			handler: outboundtest.Says(401,
				refusal(401, "AUTHENTICATION_ERROR")), want: TokenRejected, err: runreport.NAVTokenRejected,
		},
		"500": {
			reason:  "NAV may have stored the plan",
			handler: outboundtest.Says(500, refusal(500, "INTERNAL_SERVER_ERROR")), want: Ambiguous, err: runreport.NAVError,
		},
		"503": {
			reason: "the sender is unknown", handler: outboundtest.Says(503, ""), want: Ambiguous,
			err: runreport.NAVError,
		},
		"429": {
			reason: "the sender is unknown", handler: outboundtest.Says(429, ""), want: Ambiguous,
			err: runreport.NAVError,
		},
		"409": {
			reason: "NAV has no such status", handler: outboundtest.Says(409, refusal(409, "CONFLICT")),
			want: Ambiguous, err: runreport.NAVError,
		},
		"proxy's 403": {
			reason: "a proxy's response", handler: outboundtest.Says(403, "<html>"+planToken), want: Ambiguous,
			err: runreport.NAVError,
		},
		"proxy's 401": {
			reason: "a proxy's response", handler: outboundtest.Says(401, ""), want: Ambiguous,
			err: runreport.NAVError,
		},
		"other status": {
			reason:  "the body contradicts the status",
			handler: outboundtest.Says(403, refusal(400, "VALIDATION_ERROR")), want: Ambiguous, err: runreport.NAVError,
		},
		"redirect": {
			reason: "redirects are not followed", handler: outboundtest.Redirect(t, 307, "x"), want: Ambiguous,
			err: runreport.NAVError,
		},
		"empty": {
			reason: "a 200 without a receipt", handler: outboundtest.Says(200, ""), want: Ambiguous,
			err: runreport.NAVError,
		},
		"no uuid": {
			reason: "a receipt without uuid", handler: outboundtest.Says(200, `{"isSentToNavStatus":true}`),
			want: Ambiguous, err: runreport.NAVError,
		},
		"oversized": {
			reason:  "the receipt is too long",
			handler: outboundtest.Says(200, good+strings.Repeat(" ", maxBody)), want: Ambiguous, err: runreport.NAVError,
		},
		"long uuid": {
			reason:  "a uuid in another form than NAV's",
			handler: outboundtest.Says(200, `{"uuid":"urn:uuid:`+id+`"}`), want: Ambiguous, err: runreport.NAVError,
		},
		"nil uuid": {
			reason: "a uuid of zeros",
			handler: outboundtest.Says(200,
				`{"uuid":"00000000-0000-0000-0000-000000000000"}`), want: Ambiguous, err: runreport.NAVError,
		},
		"201": {
			reason: "another success", handler: outboundtest.Says(201, good), want: Ambiguous,
			err: runreport.NAVError,
		},
		"400 cut off": {
			reason:  "the refusal is cut off",
			handler: outboundtest.CutOff(400, refusal(400, "VALIDATION_ERROR")), want: Ambiguous, err: runreport.NAVError,
		},
		"long type": {
			reason: "the type is too long",
			handler: outboundtest.Says(400,
				refusal(400, strings.Repeat("ABCDEFGHIJKLMNO_", 4)+"AB")), want: Ambiguous, err: runreport.NAVError,
		},
		"cut off": {
			reason: "the receipt is cut off", handler: outboundtest.CutOff(200, good), want: Ambiguous,
			err: runreport.NAVUnreachable,
		},
		"reset": {
			reason: "the connection breaks", handler: outboundtest.Reset(200), want: Ambiguous,
			err: runreport.NAVUnreachable,
		},
		"closed": {
			reason: "the connection closes without a response", handler: outboundtest.Abort, want: Ambiguous,
			err: runreport.NAVUnreachable,
		},
		"silent": {
			reason: "NAV does not respond in time", handler: outboundtest.Silent, timeout: true, want: Ambiguous,
			err: runreport.NAVUnreachable,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var arrived atomic.Int64
			server := outboundtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
				arrived.Add(1)
				body, err := io.ReadAll(r.Body)
				if r.Method != http.MethodPost || r.URL.Path != "/api/v1/followupplan" || string(body) != planBody || err != nil ||
					r.Header.Get("Nav-Call-Id") != planCall.String() || r.Header.Get("Content-Type") != "application/json" ||
					r.Header.Get("Authorization") != "Bearer "+planToken {
					t.Errorf("request %s %s with %q, %v", r.Method, r.URL, body, err)
				}
				if tc.timeout {
					cancel(context.DeadlineExceeded)
				}
				tc.handler(w, r)
			})
			c, logged := submitter(t, server.URL, time.Now)
			got := submit(ctx, t, c, time.Now().Add(time.Minute))
			if got.State != tc.want || runreport.ReasonOf(got.Err) != tc.err || arrived.Load() != 1 {
				t.Errorf("%s: %s, want %s; %d requests: %v", tc.reason, got.State, tc.want, arrived.Load(), got.Err)
			}
			if tc.want == Accepted && got.Receipt.UUID.String() != id {
				t.Errorf("%s: receipt %+v", tc.reason, got.Receipt)
			}
			if (tc.want == Rejected || tc.want == Refused) && !strings.Contains(got.Refusal.Message, employee) {
				t.Errorf("%s: the message for the HRM system is missing: %+v", tc.reason, got.Refusal)
			}
			outboundtest.CheckHides(t, got.Err, logged.String(), planToken, employee)
		})
	}
}

// TestNotSent checks that a plan is NotSent without a connection and without TLS.
func TestNotSent(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	for reason, server := range map[string]string{
		"refused": gone.URL, "no TLS": "https://" + listener.Addr().String(), "no such host": "http://nowhere.invalid",
	} {
		t.Run(reason, func(t *testing.T) {
			c, _ := submitter(t, server, time.Now)
			if got := submit(t.Context(), t, c, time.Time{}); got.State != NotSent ||
				runreport.ReasonOf(got.Err) != runreport.NAVUnreachable {
				t.Errorf("%s: %+v", reason, got)
			}
		})
	}
}

// TestTooLate checks that no plan is sent after its deadline.
func TestTooLate(t *testing.T) {
	var bodies atomic.Int64
	server := outboundtest.Serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err == nil && len(body) > 0 {
			bodies.Add(1)
		}
	})
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	c, _ := submitter(t, server.URL, func() time.Time { return now })
	for late, want := range map[time.Duration]State{time.Nanosecond: TooLate, 0: Ambiguous} { // an empty 200 is no receipt
		if got := submit(t.Context(), t, c, now.Add(-late)); got.State != want {
			t.Errorf("%s late: %s, want %s: %v", late, got.State, want, got.Err)
		}
	}
	if diff := cmp.Diff(int64(1), bodies.Load()); diff != "" {
		t.Errorf("plans that arrived, -want, +got:\n%s", diff)
	}
}

// FuzzReceipt checks that each receipt has a uuid.
func FuzzReceipt(f *testing.F) {
	for _, body := range []string{`{"uuid":"c2f6a3a4-8f2d-4a28-9a2e-6a1c7b0f2f10"}`, "", "null", `{"uuid":1}`, "[]"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := parseReceipt(body)
		if (err == nil) == (r.UUID == uuid.Nil) || err != nil && len(err.Error()) > 80 {
			t.Fatalf("%q: %+v, %v", body, r, err)
		}
	})
}

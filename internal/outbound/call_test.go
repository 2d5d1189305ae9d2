package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
)

const limit = 100

// secret is our own token, which the servers of these tests send back wherever they can.
const secret = "hush-0123456789"

func bearer(t testing.TB) Bearer {
	t.Helper()
	b, err := NewBearer(secret)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func caller(timeout time.Duration) Caller {
	return Caller{Transport: NewTransport(nil), Timeout: timeout, Now: func() time.Time { return testStart }}
}

// TestWire compares the requests as they are sent.
func TestWire(t *testing.T) {
	cases := map[string]struct {
		reason  string
		request Request
		want    string
	}{
		"get": {
			reason:  "all that goes with every request",
			request: Request{Method: http.MethodGet},
			want: "GET / HTTP/1.1\nHost: service.example\nUser-Agent: 4human-integration-operator/devel\nAccept: " +
				"application/json\n\n",
		},
		"empty post": {
			reason:  "a body of no length is said to be one",
			request: Request{Method: http.MethodPost, Bearer: bearer(t)},
			want: "POST / HTTP/1.1\nHost: service.example\nUser-Agent: 4human-integration-operator/devel\nContent-Length: 0\n" +
				"Accept: application/json\nAuthorization: Bearer " + secret + "\n\n",
		},
		"post": {
			reason:  "headers of its own, whatever their case",
			request: Request{Method: http.MethodPost, Header: http.Header{"accept": {"text/plain"}, "X-Id": {"7"}}, Body: "{}"},
			want: "POST / HTTP/1.1\nHost: service.example\nUser-Agent: 4human-integration-operator/devel\nContent-Length: 2\n" +
				"Accept: text/plain\nX-Id: 7\n\n{}",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var wire bytes.Buffer
			c := caller(time.Minute)
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				if err := r.Write(&wire); err != nil {
					t.Fatal(err)
				}
				return httptest.NewRecorder().Result(), nil
			})
			tc.request.URL = "https://service.example/"
			if _, err := c.Do(t.Context(), tc.request); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, strings.ReplaceAll(wire.String(), "\r\n", "\n")); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// roundTrip is an http.RoundTripper that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestCallResponses sends all kinds of responses. No error shows any of their text.
func TestCallResponses(t *testing.T) {
	long := strings.Repeat("a", limit)
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		status  int // 0 if no response begins
		body    string
		kind    Kind
	}{
		"good": {reason: "a whole answer", handler: outboundtest.Says(200, "{}"), status: 200, body: "{}"},
		"refusal": {
			reason: "also one that says no", handler: outboundtest.Says(403, secret), status: 403,
			body: secret,
		},
		"no body": {reason: "also one that says nothing", handler: outboundtest.Says(204, ""), status: 204},
		"at the limit": {
			reason: "the limit is still allowed", handler: outboundtest.Says(200, long), status: 200,
			body: long,
		},
		"over the limit": {
			reason: "a byte more is not", handler: outboundtest.Says(200, long+"a"), status: 200,
			kind: TooLarge,
		},
		"far over": {
			reason: "and no more is read", handler: outboundtest.Says(200, strings.Repeat(long, 10000)),
			status: 200, kind: TooLarge,
		},
		"redirect": {reason: "redirects are answers", handler: outboundtest.Redirect(t, 307, secret), status: 307},
		"cut off": {
			reason: "less than was announced", handler: outboundtest.CutOff(200, "{"), status: 200,
			kind: Truncated,
		},
		"reset": {
			reason: "a connection that breaks", handler: outboundtest.Reset(200), status: 200,
			kind: Unreachable,
		},
		"closed": {reason: "no answer at all", handler: outboundtest.Abort, kind: Unreachable},
		"no HTTP": {
			reason: "a server of another kind", handler: outboundtest.Raw("220 %s ESMTP\r\n", secret),
			kind: Unreachable,
		},
		"status": {
			reason: "a status that is none", handler: outboundtest.Raw("HTTP/1.1 %s\r\n\r\n", secret),
			kind: Unreachable,
		},
		"length": {
			reason:  "a length that is none",
			handler: outboundtest.Raw("HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n", secret), kind: Unreachable,
		},
		"header": {
			reason:  "a header that is none",
			handler: outboundtest.Raw("HTTP/1.1 200 OK\r\n%s\r\n\r\n", secret), kind: Unreachable,
		},
		"endless header": {
			reason:  "headers are bounded too",
			handler: outboundtest.Raw("HTTP/1.1 200 OK\r\nX: %s\r\n\r\n", strings.Repeat("a", 2*maxHeader)), kind: Unreachable,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, tc.handler)
			got, err := caller(time.Minute).Do(t.Context(), Request{
				Method: http.MethodGet, URL: server.URL, Bearer: bearer(t), Limit: limit,
			})
			if got == nil {
				got = &Response{BodyErr: err}
			}
			if got.Status != tc.status || string(got.Body) != tc.body || KindOf(got.BodyErr) != tc.kind {
				t.Errorf("%s: status %d, body %.50q, error %v; want %d, %.50q, %s",
					tc.reason, got.Status, got.Body, got.BodyErr, tc.status, tc.body, tc.kind)
			}
			checkHides(t, err, got.BodyErr)
		})
	}
}

// checkHides checks that errors show no secret and no address.
func checkHides(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		outboundtest.CheckHides(t, err, "", secret[:8], "127.0.0.1")
	}
}

// TestTimeout checks that a call ends although the server does not, or keeps sending.
func TestTimeout(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"silent": outboundtest.Silent, "drip": outboundtest.Drip} {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, handler)
			got, err := caller(50*time.Millisecond).
				Do(t.Context(), Request{Method: http.MethodGet, URL: server.URL, Limit: 1 << 20})
			if got != nil {
				err = got.BodyErr
			}
			if KindOf(err) != Unreachable || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a slow server gave %v, want Unreachable by deadline", err)
			}
			if want := "no complete response: it took too long"; err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := outboundtest.Serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := caller(time.Minute).Do(ctx, Request{Method: http.MethodGet, URL: server.URL, Limit: limit})
	if KindOf(err) != Unreachable || !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call gave %v, want Unreachable and context.Canceled", err)
	}
}

func TestInvalidRequest(t *testing.T) {
	for name, r := range map[string]Request{
		"URL":    {Method: http.MethodGet, URL: "https://[" + secret},
		"method": {Method: secret + " ", URL: "https://service.example"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := caller(time.Minute).Do(t.Context(), r)
			if KindOf(err) != InvalidRequest {
				t.Errorf("got %v", err)
			}
			checkHides(t, err)
		})
	}
}

func TestRetryAfterReachesTheCaller(t *testing.T) {
	server := outboundtest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", testStart.Add(42*time.Second).Format(http.TimeFormat))
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	got, err := caller(time.Minute).Do(t.Context(), Request{Method: http.MethodGet, URL: server.URL, Limit: limit})
	if err != nil || got.RetryAfter != 42*time.Second {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestBodyIsSentOnce has a server close a kept connection after it has read the request, as one does that restarts.
func TestBodyIsSentOnce(t *testing.T) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			var calls atomic.Int32
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); err != nil || string(body) != "plan" || r.Proto != proto {
					t.Errorf("read %q (%v) by %s", body, err, r.Proto)
				}
				if calls.Add(1) > 1 {
					panic(http.ErrAbortHandler)
				}
				w.WriteHeader(http.StatusOK)
			}))
			server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			server.EnableHTTP2 = proto == "HTTP/2.0"
			server.StartTLS()
			t.Cleanup(server.Close)
			c := caller(time.Minute)
			c.Transport = server.Client().Transport
			post := Request{Method: http.MethodPost, URL: server.URL, Body: "plan", Limit: limit}
			if _, err := c.Do(t.Context(), post); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Do(t.Context(), post); KindOf(err) != Unreachable {
				t.Errorf("a closed connection gave %v", err)
			}
			if n := calls.Load(); n != 2 {
				t.Errorf("two requests were sent %d times", n)
			}
		})
	}
}

// TestIsRedirect lists the statuses that send a client elsewhere. A 304 is the response to another request than ours.
func TestIsRedirect(t *testing.T) {
	var got []int
	for status := range 600 {
		if IsRedirect(status) {
			got = append(got, status)
		}
	}
	if diff := cmp.Diff([]int{301, 302, 303, 307, 308}, got); diff != "" {
		t.Errorf("redirects (-want +got):\n%s", diff)
	}
}

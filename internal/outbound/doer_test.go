package outbound

import (
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

// done is the result of a Doer.
type done struct {
	Status int
	Body   string
	Kind   Kind
}

// do sends a request by a Doer and reads the response as a generated client does.
func do(t *testing.T, d *Doer, method, url, body string) (done, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := d.Do(r)
	if err != nil {
		return done{Kind: KindOf(err)}, err
	}
	defer func() { _ = resp.Body.Close() }()
	read, err := io.ReadAll(resp.Body)
	return done{Status: resp.StatusCode, Body: string(read), Kind: KindOf(err)}, err
}

// TestDoerResponses sends all kinds of responses. No error shows any of their text.
func TestDoerResponses(t *testing.T) {
	long := strings.Repeat("a", limit)
	cases := map[string]struct {
		reason  string
		handler http.HandlerFunc
		want    done
	}{
		"good": {
			reason: "a whole answer", handler: outboundtest.Says(200, "{}"),
			want: done{Status: 200, Body: "{}"},
		},
		"no body": {
			reason: "also one that says nothing", handler: outboundtest.Says(204, ""),
			want: done{Status: 204},
		},
		"at the limit": {
			reason: "the limit is still allowed", handler: outboundtest.Says(200, long),
			want: done{Status: 200, Body: long},
		},
		"over the limit": {
			reason: "a byte more is not", handler: outboundtest.Says(200, long+"a"),
			want: done{Status: 200, Body: long, Kind: TooLarge},
		},
		"redirect": {
			reason: "redirects are answers", handler: outboundtest.Redirect(t, 307, secret),
			want: done{Status: 307},
		},
		"cut off": {
			reason: "less than was announced", handler: outboundtest.CutOff(200, "{"),
			want: done{Status: 200, Body: "{", Kind: Truncated},
		},
		"reset": {
			reason: "a connection that breaks", handler: outboundtest.Reset(200),
			want: done{Status: 200, Body: "{", Kind: Unreachable},
		},
		"closed": {reason: "no answer at all", handler: outboundtest.Abort, want: done{Kind: Unreachable}},
		"no HTTP": {
			reason: "a server of another kind", handler: outboundtest.Raw("220 %s ESMTP\r\n", secret),
			want: done{Kind: Unreachable},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, tc.handler)
			got, err := do(t, NewDoer(caller(time.Minute), bearer(t), limit), http.MethodGet, server.URL, "")
			if name == "reset" {
				got.Body = tc.want.Body // how much of it comes is up to the system
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			if err != nil {
				checkHides(t, err)
			}
		})
	}
}

// TestDoerTimeout checks that a call ends although the server does not, or keeps sending.
func TestDoerTimeout(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"silent": outboundtest.Silent, "drip": outboundtest.Drip} {
		t.Run(name, func(t *testing.T) {
			server := outboundtest.Serve(t, handler)
			_, err := do(t, NewDoer(caller(50*time.Millisecond), Bearer{}, 1<<20), http.MethodGet, server.URL, "")
			if KindOf(err) != Unreachable || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a slow server gave %v, want Unreachable by deadline", err)
			}
		})
	}
}

// TestDoerHeader checks that every request has the user agent, and the token if there is one.
func TestDoerHeader(t *testing.T) {
	var got http.Header
	server := outboundtest.Serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() })
	for name, tc := range map[string]struct {
		bearer Bearer
		want   []string
	}{
		"token":    {bearer: bearer(t), want: []string{"Bearer " + secret}},
		"no token": {},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := do(t, NewDoer(caller(time.Minute), tc.bearer, limit), http.MethodPut, server.URL, "plan"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got["Authorization"]); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"4human-integration-operator/devel"}, got["User-Agent"]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDoerSendsABodyOnce has a server close a kept connection after it has read the request, as one does that restarts.
func TestDoerSendsABodyOnce(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if calls.Add(1) > 1 {
			panic(http.ErrAbortHandler)
		}
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.Start()
	t.Cleanup(server.Close)
	d := NewDoer(caller(time.Minute), Bearer{}, limit)
	if _, err := do(t, d, http.MethodPut, server.URL, "plan"); err != nil {
		t.Fatal(err)
	}
	if _, err := do(t, d, http.MethodPut, server.URL, "plan"); KindOf(err) != Unreachable {
		t.Errorf("a closed connection gave %v", err)
	}
	if n := calls.Load(); n != 2 {
		t.Errorf("two requests were sent %d times", n)
	}
}

package brokerclient

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	podToken    = "pod-0123456789"
	accessToken = "access-0123456789"
	good        = `{"access_token":"` + accessToken +
		`","token_type":"Bearer","expires_in":29,"scope":"nav:oppfolgingsplan/lps.write"}`
	denied = `{"error":"access_denied","reason":"DelegationWithdrawn"}`
)

var testStart = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// world is a broker that sends one response after the other and then repeats the last one, and a clock that only pauses
// move.
type world struct {
	t      *testing.T
	server *httptest.Server
	file   string
	logged *bytes.Buffer

	mu        sync.Mutex
	responses []http.HandlerFunc
	requests  int
	now       time.Time
	pauses    []time.Duration
}

func newWorld(t *testing.T, responses ...http.HandlerFunc) *world {
	t.Helper()
	w := &world{
		t: t, responses: responses, now: testStart, logged: &bytes.Buffer{},
		file: filepath.Join(t.TempDir(), "token"),
	}
	w.server = outboundtest.ServeTLS(t, func(rw http.ResponseWriter, r *http.Request) { w.next()(rw, r) })
	w.write(podToken)
	return w
}

func (w *world) next() http.HandlerFunc {
	w.mu.Lock()
	defer w.mu.Unlock()
	response := w.responses[min(w.requests, len(w.responses)-1)]
	w.requests++
	return response
}

func (w *world) write(token string) {
	w.t.Helper()
	if err := os.WriteFile(w.file, []byte(token), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pause(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
	w.pauses = append(w.pauses, d)
	return ctx.Err()
}

func (w *world) client(changes ...func(*Config)) *Client {
	w.t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(w.server.Certificate())
	cfg := Config{
		URL:       w.server.URL + "/token",
		TokenFile: w.file,
		Calls:     outbound.Caller{Transport: outbound.NewTransport(roots), Timeout: 10 * time.Second, Now: w.Now},
		Pause:     w.pause,
		Random:    func() float64 { return 0 },
		Log:       slog.New(slog.NewJSONHandler(w.logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, change := range changes {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// revealed returns the text of a token, which only a request contains.
func revealed(t *testing.T, b outbound.Bearer) string {
	t.Helper()
	got := make(chan string, 1)
	server := outboundtest.Serve(t, func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Get("Authorization") })
	calls := outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: time.Minute, Now: time.Now}
	if _, err := calls.Do(t.Context(), outbound.Request{Method: http.MethodGet, URL: server.URL, Bearer: b}); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(<-got, "Bearer ")
}

func (w *world) checkHides(err error) {
	w.t.Helper()
	outboundtest.CheckHides(w.t, err, w.logged.String(), podToken[:8], accessToken[:10])
}

func later(status int, retryAfter string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", retryAfter)
		w.WriteHeader(status)
	}
}

func seconds(numbers ...float64) []time.Duration {
	var all []time.Duration
	for _, n := range numbers {
		all = append(all, time.Duration(n*float64(time.Second)))
	}
	return all
}

// TestRequest checks the request and the token of the response.
func TestRequest(t *testing.T) {
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.Path != "/token" || r.Header.Get("Authorization") != "Bearer "+podToken ||
			r.TLS == nil || err != nil || len(body) != 0 || r.ContentLength != 0 {
			t.Errorf("request %s %s with %v and %q, %v", r.Method, r.URL, r.Header, body, err)
		}
		_, _ = io.WriteString(rw, good)
	})
	token, err := w.client().Token(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if got := revealed(t, token.AccessToken); got != accessToken {
		t.Errorf("the token is %q", got)
	}
	if !token.ExpiresAt.Equal(testStart.Add(29*time.Second)) || token.Scope != "nav:oppfolgingsplan/lps.write" {
		t.Errorf("got %+v", token)
	}
	if !strings.Contains(w.logged.String(), `"status":200`) {
		t.Errorf("logged %s", w.logged)
	}
	w.checkHides(nil)
}

// TestToken checks the attempts and the pauses between them. The clock is injected.
func TestToken(t *testing.T) {
	yes, no := outboundtest.Says(200, good), outboundtest.Says(403, denied)
	down, full := later(503, ""), later(429, "3")
	unknown := outboundtest.Says(401, `{"error":"invalid_token"}`)
	whole := seconds(1, 2, 4, 8, 8, 8, 8, 8, 8) // 55 s; another 8 s would exceed the minute
	cases := map[string]struct {
		reason    string
		responses []http.HandlerFunc
		want      runreport.Reason
		pauses    []time.Duration
	}{
		"at once": {reason: "the first attempt succeeds", responses: []http.HandlerFunc{yes}},
		"no": {
			reason: "the broker's refusal is final", responses: []http.HandlerFunc{no, yes},
			want: runreport.AccessRefused,
		},
		"new pod": {
			reason: "the pod is not known yet", responses: []http.HandlerFunc{unknown, unknown, yes},
			pauses: seconds(1, 2),
		},
		"unknown": {
			reason: "the pod stays unknown", responses: []http.HandlerFunc{unknown},
			want: runreport.AccessRefused, pauses: whole,
		},
		"replaced": {
			reason:    "the broker is being replaced",
			responses: []http.HandlerFunc{outboundtest.Abort, down, down, yes}, pauses: seconds(1, 2, 4),
		},
		"down": {
			reason: "the broker stays down", responses: []http.HandlerFunc{down},
			want: runreport.BrokerUnavailable, pauses: whole,
		},
		"gone": {
			reason: "the broker is unreachable", responses: []http.HandlerFunc{outboundtest.Abort},
			want: runreport.BrokerUnavailable, pauses: whole,
		},
		"full": {
			reason: "Retry-After is respected", responses: []http.HandlerFunc{full, full, full, yes},
			pauses: seconds(3, 3, 4),
		},
		"full for long": {
			reason: "Retry-After exceeds the wait", responses: []http.HandlerFunc{later(503, "60")},
			want: runreport.BrokerUnavailable,
		},
		"unknown, asking": {
			reason:    "Retry-After is respected for an unknown pod",
			responses: []http.HandlerFunc{later(401, "20"), yes}, pauses: seconds(20),
		},
		"no, then down": {
			reason: "a refusal is final at any attempt", responses: []http.HandlerFunc{down, unknown, no},
			want: runreport.AccessRefused, pauses: seconds(1, 2),
		},
		"500": {
			reason:    "an error at the broker is transient",
			responses: []http.HandlerFunc{outboundtest.Says(500, ""), yes}, pauses: seconds(1),
		},
		"404": {
			reason:    "another program behind the Service is transient",
			responses: []http.HandlerFunc{outboundtest.Says(404, ""), yes}, pauses: seconds(1),
		},
		"redirect": {
			reason:    "redirects are not followed",
			responses: []http.HandlerFunc{outboundtest.Redirect(t, 307, "x"), yes}, pauses: seconds(1),
		},
		"403 HTML": {
			reason:    "a proxy's 403 is no refusal",
			responses: []http.HandlerFunc{outboundtest.Says(403, "<html>"), yes}, pauses: seconds(1),
		},
		"403 other": {
			reason:    "another 403 is no refusal",
			responses: []http.HandlerFunc{outboundtest.Says(403, `{"error":"forbidden"}`), yes}, pauses: seconds(1),
		},
		"403 cut off": {
			reason:    "half a 403 is no refusal",
			responses: []http.HandlerFunc{outboundtest.CutOff(403, denied), yes}, pauses: seconds(1),
		},
		"200 empty": {
			reason: "a 200 without token", responses: []http.HandlerFunc{outboundtest.Says(200, ""), yes},
			pauses: seconds(1),
		},
		"200 cut off": {
			reason:    "a 200 that is cut off",
			responses: []http.HandlerFunc{outboundtest.CutOff(200, good), yes}, pauses: seconds(1),
		},
		"200 oversized": {
			reason:    "a 200 that is too long",
			responses: []http.HandlerFunc{outboundtest.Says(200, good+strings.Repeat(" ", maxBody)), yes}, pauses: seconds(1),
		},
		"200 no": {
			reason:    "a 200 with a refusal",
			responses: []http.HandlerFunc{outboundtest.Says(200, denied), yes}, pauses: seconds(1),
		},
		"200 reset": {
			reason: "a 200 that breaks off", responses: []http.HandlerFunc{outboundtest.Reset(200)},
			want: runreport.BrokerUnavailable, pauses: whole,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tc.responses...)
			token, err := w.client().Token(t.Context(), false)
			if got := runreport.ReasonOf(err); got != tc.want || token.AccessToken.IsZero() == (err == nil) {
				t.Errorf("%s: reason %q, want %q: %v", tc.reason, got, tc.want, err)
			}
			if diff := cmp.Diff(tc.pauses, w.pauses); diff != "" {
				t.Errorf("%s: pauses: -want, +got:\n%s", tc.reason, diff)
			}
			if want := len(tc.pauses) + 1; w.requests != want {
				t.Errorf("%s: %d requests, want %d", tc.reason, w.requests, want)
			}
			w.checkHides(err)
		})
	}
}

// TestRefusalReason checks that the error has the broker's reason if that is a name.
func TestRefusalReason(t *testing.T) {
	cases := map[string]struct {
		reason string
		body   string
		want   string
	}{
		"name": {reason: "a name is shown", body: denied, want: "the broker refused access: DelegationWithdrawn"},
		"none": {reason: "the reason is optional", body: `{"error":"access_denied"}`, want: "no reason"},
		"text": {
			reason: "free text is not shown", body: `{"error":"access_denied","reason":"` + podToken + ` is not known"}`,
			want: "no reason",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, outboundtest.Says(403, tc.body))
			_, err := w.client().Token(t.Context(), false)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: %v", tc.reason, err)
			}
			w.checkHides(err)
		})
	}
}

// TestTokenFile checks that each attempt reads the pod's token, and that an unreadable one is a fault of the
// configuration.
func TestTokenFile(t *testing.T) {
	var w *world
	seen := make(chan string, 2)
	w = newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Get("Authorization")
		w.write(podToken + "-2")
		rw.WriteHeader(http.StatusUnauthorized)
	}, func(rw http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Get("Authorization")
		_, _ = io.WriteString(rw, good)
	})
	if _, err := w.client().Token(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if first, second := <-seen, <-seen; first != "Bearer "+podToken || second != "Bearer "+podToken+"-2" {
		t.Errorf("the pod's tokens are %q and %q", first, second)
	}
	for name, spoil := range map[string]func(*world){
		"missing": func(w *world) { _ = os.Remove(w.file) },
		"empty":   func(w *world) { w.write("\n") },
		"binary":  func(w *world) { w.write(podToken + "\x00") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, outboundtest.Says(200, good))
			spoil(w)
			_, err := w.client().Token(t.Context(), false)
			if runreport.ReasonOf(err) != runreport.ConfigurationInvalid || w.requests != 0 {
				t.Errorf("%d requests: %v", w.requests, err)
			}
			w.checkHides(err)
		})
	}
}

// TestAttemptEndsWithTheWait checks that an attempt ends with the wait.
func TestAttemptEndsWithTheWait(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"silent": outboundtest.Silent, "drip": outboundtest.Drip} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, handler)
			_, err := w.client(func(c *Config) { c.Wait = 50 * time.Millisecond }).Token(t.Context(), false)
			if runreport.ReasonOf(err) != runreport.BrokerUnavailable || !errors.Is(err, context.DeadlineExceeded) ||
				w.requests > 1 {
				t.Errorf("%d requests: %v", w.requests, err)
			}
		})
	}
}

func TestOtherAuthority(t *testing.T) {
	w := newWorld(t, outboundtest.Says(200, good))
	_, err := w.client(func(c *Config) { c.Calls.Transport = outbound.NewTransport(nil) }).Token(t.Context(), false)
	if runreport.ReasonOf(err) != runreport.BrokerUnavailable || w.requests != 0 {
		t.Errorf("%d requests to a broker with an unknown certificate authority: %v", w.requests, err)
	}
}

// TestCanceled cancels the context during a request and during a pause.
func TestCanceled(t *testing.T) {
	t.Run("request", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			cancel()
			outboundtest.Silent(rw, r)
		})
		if _, err := w.client().Token(ctx, false); !errors.Is(err, context.Canceled) || w.requests != 1 {
			t.Errorf("%d requests: %v", w.requests, err)
		}
	})
	t.Run("pause", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := newWorld(t, later(503, "30"))
		c := w.client(func(c *Config) {
			c.Pause = func(ctx context.Context, d time.Duration) error {
				cancel()
				return clock.Pause(ctx, d)
			}
		})
		if _, err := c.Token(ctx, false); !errors.Is(err, context.Canceled) || w.requests != 1 {
			t.Errorf("%d requests: %v", w.requests, err)
		}
	})
}

// TestPauses checks the bounds of the pauses, which are random.
func TestPauses(t *testing.T) {
	c := &Client{config: Config{Random: func() float64 { return 0.999 }}}
	for attempt, most := range map[int]float64{1: 1.5, 2: 3, 3: 6, 4: 12, 5: 12, 1000: 12} {
		got := c.pauseAfter(attempt, 0).Seconds()
		if got >= most || got < 0.99*most {
			t.Errorf("attempt %d: the longest pause is %f s, want nearly %f", attempt, got, most)
		}
	}
	if got := c.pauseAfter(1, 20*time.Second); got < 20*time.Second || got > 21*time.Second {
		t.Errorf("Retry-After is 20 s, the pause is %s", got)
	}
}

func TestNew(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*Config)
		err    string
	}{
		"good":    {reason: "a valid configuration", change: func(*Config) {}},
		"no URL":  {reason: "the URL is required", change: func(c *Config) { c.URL = "" }, err: "https://"},
		"bad URL": {reason: "the URL is invalid", change: func(c *Config) { c.URL = "https://[" }, err: "https://"},
		"http": {
			reason: "the pod's token must be encrypted",
			change: func(c *Config) { c.URL = "http://token-broker.system.svc/token" }, err: "https://",
		},
		"no host": {reason: "the host is required", change: func(c *Config) { c.URL = "https:///token" }, err: "a host"},
		"user": {
			reason: "a password must not be in a URL",
			change: func(c *Config) { c.URL = "https://a:" + podToken + "@broker/token" }, err: "no user",
		},
		"no token": {reason: "the file is required", change: func(c *Config) { c.TokenFile = "" }, err: "is missing"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			cfg := Config{URL: "https://token-broker.system.svc/token", TokenFile: "token"}
			tc.change(&cfg)
			c, err := New(cfg)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("%s: error %v, want one with %q", tc.reason, err, tc.err)
			}
			if err == nil && (c.config.Wait != time.Minute || c.config.Random == nil) {
				t.Errorf("defaults: %+v", c)
			}
			outboundtest.CheckHides(t, err, "", podToken)
		})
	}
}

func TestParseToken(t *testing.T) {
	cases := map[string]struct {
		reason string
		body   string
		want   time.Duration // lifetime; 0 for an error
	}{
		"good": {reason: "a valid response", body: good, want: 29 * time.Second},
		"case": {
			reason: "the type's case does not matter (RFC 6749, 5.1)",
			body:   strings.Replace(good, "Bearer", "bearer", 1), want: 29 * time.Second,
		},
		"endless": {
			reason: "the lifetime is bounded", body: strings.Replace(good, "29", "9223372036854775807", 1),
			want: 24 * time.Hour,
		},
		"no type":    {reason: "the type is missing", body: strings.Replace(good, "Bearer", "", 1)},
		"other type": {reason: "the type is unsupported", body: strings.Replace(good, "Bearer", "DPoP", 1)},
		"no token":   {reason: "the token is missing", body: strings.Replace(good, accessToken, "", 1)},
		"line": {
			reason: "the token has a line break",
			body:   strings.Replace(good, accessToken, accessToken+`\r\nX: 1`, 1),
		},
		"over":     {reason: "the token has expired", body: strings.Replace(good, "29", "0", 1)},
		"negative": {reason: "the lifetime is negative", body: strings.Replace(good, "29", "-1", 1)},
		"fraction": {reason: "the lifetime is not whole", body: strings.Replace(good, "29", "1.5", 1)},
		"array":    {reason: "the body is no object", body: "[" + good + "]"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			token, err := parseToken([]byte(tc.body), testStart)
			if (err == nil) != (tc.want > 0) || err == nil && !token.ExpiresAt.Equal(testStart.Add(tc.want)) {
				t.Errorf("%s: %+v, %v", tc.reason, token, err)
			}
			outboundtest.CheckHides(t, err, "", accessToken[:10])
		})
	}
}

// TestTokenShowsNothing checks that a printed, logged or encoded token does not show its secret.
func TestTokenShowsNothing(t *testing.T) {
	token, err := parseToken([]byte(good), testStart)
	if err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		_, _ = fmt.Fprintf(&shown, verb+verb, token, &token)
	}
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("Token", "token", token)
	slog.New(slog.NewTextHandler(&shown, nil)).Info("Token", "token", &token)
	text, err := json.Marshal(token)
	if err != nil {
		t.Fatal(err)
	}
	shown.Write(text)
	outboundtest.CheckHides(t, nil, shown.String(), accessToken[:10], fmt.Sprintf("%x", accessToken[:10]))
}

// FuzzResponse checks that a token has a lifetime, and that errors are short.
func FuzzResponse(f *testing.F) {
	for _, body := range []string{good, denied, "", "null", "[]", `{"error":"access_denied","reason":7}`} {
		f.Add(200, []byte(body))
		f.Add(403, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		token, failed := parseResponse(&outbound.Response{Status: status, Body: body}, testStart)
		if (failed == nil) == token.AccessToken.IsZero() {
			t.Fatalf("status %d, %q: %+v, %+v", status, body, token, failed)
		}
		if failed == nil && (status != http.StatusOK || !token.ExpiresAt.After(testStart)) {
			t.Fatalf("status %d, %q: a token until %s", status, body, token.ExpiresAt)
		}
		if failed != nil && len(failed.err.Error()) > 120 {
			t.Fatalf("status %d, %q: %v", status, body, failed.err)
		}
	})
}

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

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	podToken    = "pod-0123456789"
	accessToken = "access-0123456789"
	good        = `{"access_token":"` + accessToken + `","token_type":"Bearer","expires_in":29,"scope":"nav:oppfolgingsplan/lps.write"}`
	denied      = `{"error":"access_denied","reason":"DelegationWithdrawn"}`
)

var testStart = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// world is a broker that gives one answer after the other, the last for ever, and a
// clock that only pauses move.
type world struct {
	t      *testing.T
	server *httptest.Server
	file   string
	logged *bytes.Buffer

	mu      sync.Mutex
	answers []http.HandlerFunc
	asked   int
	now     time.Time
	pauses  []time.Duration
}

func newWorld(t *testing.T, answers ...http.HandlerFunc) *world {
	t.Helper()
	w := &world{t: t, answers: answers, now: testStart, logged: &bytes.Buffer{}, file: filepath.Join(t.TempDir(), "token")}
	w.server = outboundtest.ServeTLS(t, func(rw http.ResponseWriter, r *http.Request) { w.next()(rw, r) })
	w.write(podToken)
	return w
}

func (w *world) next() http.HandlerFunc {
	w.mu.Lock()
	defer w.mu.Unlock()
	answer := w.answers[min(w.asked, len(w.answers)-1)]
	w.asked++
	return answer
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

// revealed sends a token away and gives what arrives, for it shows itself to nobody.
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

// TestRequest holds the request and the token that comes of the answer.
func TestRequest(t *testing.T) {
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.Path != "/token" || r.Header.Get("Authorization") != "Bearer "+podToken ||
			r.TLS == nil || err != nil || len(body) != 0 || r.ContentLength != 0 {
			t.Errorf("asked %s %s with %v and %q, %v", r.Method, r.URL, r.Header, body, err)
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
		t.Errorf("got the %+v", token)
	}
	if !strings.Contains(w.logged.String(), `"status":200`) {
		t.Errorf("logged %s", w.logged)
	}
	w.checkHides(nil)
}

// TestToken goes through what a broker may do. The clock is injected: a minute's
// wait takes no time.
func TestToken(t *testing.T) {
	yes, no := outboundtest.Says(200, good), outboundtest.Says(403, denied)
	down, full := later(503, ""), later(429, "3")
	unknown := outboundtest.Says(401, `{"error":"invalid_token"}`)
	whole := seconds(1, 2, 4, 8, 8, 8, 8, 8, 8) // 55 s; with another 8 the minute would be over
	cases := map[string]struct {
		reason  string
		answers []http.HandlerFunc
		want    runreport.Reason
		pauses  []time.Duration
	}{
		"at once":         {"the usual", []http.HandlerFunc{yes}, "", nil},
		"no":              {"the broker's no is final", []http.HandlerFunc{no, yes}, runreport.AccessRefused, nil},
		"new pod":         {"a pod that is not known yet", []http.HandlerFunc{unknown, unknown, yes}, "", seconds(1, 2)},
		"unknown":         {"a pod that stays unknown", []http.HandlerFunc{unknown}, runreport.AccessRefused, whole},
		"replaced":        {"a broker that is being replaced", []http.HandlerFunc{outboundtest.Abort, down, down, yes}, "", seconds(1, 2, 4)},
		"down":            {"a broker that stays away", []http.HandlerFunc{down}, runreport.BrokerUnavailable, whole},
		"gone":            {"a broker that is not reached", []http.HandlerFunc{outboundtest.Abort}, runreport.BrokerUnavailable, whole},
		"full":            {"it says how long to wait", []http.HandlerFunc{full, full, full, yes}, "", seconds(3, 3, 4)},
		"full for long":   {"longer than the wait is no use", []http.HandlerFunc{later(503, "60")}, runreport.BrokerUnavailable, nil},
		"unknown, asking": {"also where the pod is unknown", []http.HandlerFunc{later(401, "20"), yes}, "", seconds(20)},
		"no, then down":   {"a no is a no at any attempt", []http.HandlerFunc{down, unknown, no}, runreport.AccessRefused, seconds(1, 2)},
		"500":             {"a fault of the broker's may pass", []http.HandlerFunc{outboundtest.Says(500, ""), yes}, "", seconds(1)},
		"404":             {"so may a wrong one behind the Service", []http.HandlerFunc{outboundtest.Says(404, ""), yes}, "", seconds(1)},
		"redirect":        {"redirects are not followed", []http.HandlerFunc{outboundtest.Redirect(t, 307, "x"), yes}, "", seconds(1)},
		"403 HTML":        {"a proxy's no is none of the broker's", []http.HandlerFunc{outboundtest.Says(403, "<html>"), yes}, "", seconds(1)},
		"403 other":       {"nor is one in another form", []http.HandlerFunc{outboundtest.Says(403, `{"error":"forbidden"}`), yes}, "", seconds(1)},
		"403 cut off":     {"nor half a one", []http.HandlerFunc{outboundtest.CutOff(403, denied), yes}, "", seconds(1)},
		"200 empty":       {"a yes without a token", []http.HandlerFunc{outboundtest.Says(200, ""), yes}, "", seconds(1)},
		"200 cut off":     {"half a token", []http.HandlerFunc{outboundtest.CutOff(200, good), yes}, "", seconds(1)},
		"200 oversized":   {"more than a token", []http.HandlerFunc{outboundtest.Says(200, good+strings.Repeat(" ", maxAnswer)), yes}, "", seconds(1)},
		"200 no":          {"a no that says yes", []http.HandlerFunc{outboundtest.Says(200, denied), yes}, "", seconds(1)},
		"200 reset":       {"a yes that breaks", []http.HandlerFunc{outboundtest.Reset(200)}, runreport.BrokerUnavailable, whole},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tc.answers...)
			token, err := w.client().Token(t.Context(), false)
			if got := runreport.ReasonOf(err); got != tc.want || token.AccessToken.IsZero() == (err == nil) {
				t.Errorf("%s: reason %q, want %q: %v", tc.reason, got, tc.want, err)
			}
			if diff := cmp.Diff(tc.pauses, w.pauses); diff != "" {
				t.Errorf("%s: pauses: -want, +got:\n%s", tc.reason, diff)
			}
			if want := len(tc.pauses) + 1; w.asked != want {
				t.Errorf("%s: asked %d times, want %d", tc.reason, w.asked, want)
			}
			w.checkHides(err)
		})
	}
}

// TestRefusalIsTold sees that the broker's reason is in the error, if it is a name.
func TestRefusalIsTold(t *testing.T) {
	cases := map[string]struct {
		reason string
		body   string
		want   string
	}{
		"name": {"a reason that somebody can look up", denied, "access is refused: DelegationWithdrawn"},
		"none": {"a broker need not say", `{"error":"access_denied"}`, "for a reason that is not shown"},
		"text": {"free text is not shown", `{"error":"access_denied","reason":"` + podToken + ` is not known"}`, "for a reason that is not shown"},
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

// TestTokenFile sees that the pod's own token is read anew at each attempt, and that
// one that cannot be read is nobody's outage.
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
		t.Errorf("showed %q and %q", first, second)
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
			if runreport.ReasonOf(err) != runreport.ConfigurationInvalid || w.asked != 0 {
				t.Errorf("asked %d times: %v", w.asked, err)
			}
			w.checkHides(err)
		})
	}
}

// TestAttemptEndsWithTheWait sees that an attempt gets no more time than is left.
func TestAttemptEndsWithTheWait(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"silent": outboundtest.Silent, "drip": outboundtest.Drip} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, handler)
			_, err := w.client(func(c *Config) { c.Wait = 50 * time.Millisecond }).Token(t.Context(), false)
			if runreport.ReasonOf(err) != runreport.BrokerUnavailable || !errors.Is(err, context.DeadlineExceeded) || w.asked > 1 {
				t.Errorf("asked %d times: %v", w.asked, err)
			}
		})
	}
}

func TestOtherAuthority(t *testing.T) {
	w := newWorld(t, outboundtest.Says(200, good))
	_, err := w.client(func(c *Config) { c.Calls.Transport = outbound.NewTransport(nil) }).Token(t.Context(), false)
	if runreport.ReasonOf(err) != runreport.BrokerUnavailable || w.asked != 0 {
		t.Errorf("a broker that nobody vouches for was asked %d times: %v", w.asked, err)
	}
}

// TestGivenUp ends the context while the broker is asked, and while the client waits
// to ask again.
func TestGivenUp(t *testing.T) {
	t.Run("asking", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			cancel()
			outboundtest.Silent(rw, r)
		})
		if _, err := w.client().Token(ctx, false); !errors.Is(err, context.Canceled) || w.asked != 1 {
			t.Errorf("asked %d times: %v", w.asked, err)
		}
	})
	t.Run("waiting", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := newWorld(t, later(503, "30"))
		c := w.client(func(c *Config) {
			c.Pause = func(ctx context.Context, d time.Duration) error {
				cancel()
				return Pause(ctx, d)
			}
		})
		if _, err := c.Token(ctx, false); !errors.Is(err, context.Canceled) || w.asked != 1 {
			t.Errorf("asked %d times: %v", w.asked, err)
		}
	})
}

// TestPauses holds the bounds of the pauses, and that many pods do not ask in step.
func TestPauses(t *testing.T) {
	c := &Client{random: func() float64 { return 0.999 }}
	for attempt, most := range map[int]float64{1: 1.5, 2: 3, 3: 6, 4: 12, 5: 12, 1000: 12} {
		got := c.pauseAfter(attempt, 0).Seconds()
		if got >= most || got < 0.99*most {
			t.Errorf("attempt %d: the longest pause is %f s, want nearly %f", attempt, got, most)
		}
	}
	if got := c.pauseAfter(1, 20*time.Second); got < 20*time.Second || got > 21*time.Second {
		t.Errorf("asked for 20 s, the pause is %s", got)
	}
	if err := Pause(t.Context(), time.Millisecond); err != nil {
		t.Errorf("a pause that came to its end: %v", err)
	}
}

func TestNew(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*Config)
		err    string
	}{
		"good":     {"all that is needed", func(*Config) {}, ""},
		"no URL":   {"nobody to ask", func(c *Config) { c.URL = "" }, "https://"},
		"bad URL":  {"not a URL", func(c *Config) { c.URL = "https://[" }, "https://"},
		"http":     {"the pod's token must not travel in the clear", func(c *Config) { c.URL = "http://token-broker.system.svc/token" }, "https://"},
		"no host":  {"nobody to ask", func(c *Config) { c.URL = "https:///token" }, "a host"},
		"user":     {"a password would be shown", func(c *Config) { c.URL = "https://a:" + podToken + "@broker/token" }, "no user"},
		"no token": {"the broker would not know us", func(c *Config) { c.TokenFile = "" }, "not named"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			cfg := Config{URL: "https://token-broker.system.svc/token", TokenFile: "token"}
			tc.change(&cfg)
			c, err := New(cfg)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("%s: error %v, want one with %q", tc.reason, err, tc.err)
			}
			if err == nil && (c.wait != time.Minute || c.pause == nil || c.random == nil) {
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
		want   time.Duration // of life; 0 for an error
	}{
		"good":       {"the usual", good, 29 * time.Second},
		"case":       {"the type's case does not matter (RFC 6749, 5.1)", strings.Replace(good, "Bearer", "bearer", 1), 29 * time.Second},
		"for ever":   {"nothing is good for ever", strings.Replace(good, "29", "9223372036854775807", 1), 24 * time.Hour},
		"no type":    {"a token of a type that we do not know", strings.Replace(good, "Bearer", "", 1), 0},
		"other type": {"a token of a type that we cannot use", strings.Replace(good, "Bearer", "DPoP", 1), 0},
		"no token":   {"an answer without it", strings.Replace(good, accessToken, "", 1), 0},
		"line":       {"a token that would be two headers", strings.Replace(good, accessToken, accessToken+`\r\nX: 1`, 1), 0},
		"over":       {"a token that is over", strings.Replace(good, "29", "0", 1), 0},
		"negative":   {"or long over", strings.Replace(good, "29", "-1", 1), 0},
		"fraction":   {"seconds are whole", strings.Replace(good, "29", "1.5", 1), 0},
		"array":      {"JSON of another form", "[" + good + "]", 0},
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

// TestTokenShowsNothing prints, logs and encodes a token as a careless line would.
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

// FuzzAnswer checks that no answer makes the client panic, or take a token without
// time, or show what it was sent.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{good, denied, "", "null", "[]", `{"error":"access_denied","reason":7}`} {
		f.Add(200, []byte(body))
		f.Add(403, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		token, failed := judge(&outbound.Answer{Status: status, Body: body}, testStart)
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

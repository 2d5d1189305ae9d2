package login

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestDiscover verifies that a provider that is down when the portal starts is discovered soon after it is back, so
// that people are logged out there, too.
func TestDiscover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		back := time.Now().Add(10 * time.Minute)
		requests := 0
		p := New(Options{
			Issuer: "https://login.example", ClientID: "portal", Now: time.Now, Log: slog.New(slog.DiscardHandler),
			HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				requests++
				status, body := http.StatusOK, `{"issuer": "https://login.example", "jwks_uri": "https://login.example/keys",
					"end_session_endpoint": "https://login.example/end"}`
				if time.Now().Before(back) {
					status, body = http.StatusServiceUnavailable, ""
				}
				return &http.Response{
					StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
					Body: io.NopCloser(strings.NewReader(body)),
				}, nil
			})},
		})
		if got := p.LogoutURL("https://portal.example/"); got != "" {
			t.Errorf("before the discovery people log out at %q", got)
		}
		if err := p.Discover(t.Context()); err != nil {
			t.Fatal(err)
		}
		if late := time.Since(back); late > time.Minute {
			t.Errorf("discovered %v after it was back", late)
		}
		if requests > 20 {
			t.Errorf("%d requests in an outage of ten minutes", requests)
		}
		const want = "https://login.example/end?client_id=portal&post_logout_redirect_uri=https%3A%2F%2Fportal.example%2F"
		if got := p.LogoutURL("https://portal.example/"); got != want {
			t.Errorf("people log out at %q, want %q", got, want)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

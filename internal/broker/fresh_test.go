package broker

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestFreshIsRequested requests fresh tokens by the URL: they are requested from Maskinporten once the cached one is
// old.
func TestFreshIsRequested(t *testing.T) {
	_, _ = signingKey() // outside of the bubble, whose time would stand still
	synctest.Test(t, func(t *testing.T) {
		w := makeWorld(t, nil)
		w.start(Limits{AccountBurst: 100})
		fresh := func(r *http.Request) { r.URL.RawQuery = "fresh=true" }
		other := func(r *http.Request) { r.URL.RawQuery = "fresh=1" }
		for i, step := range []struct {
			change func(*http.Request)
			later  time.Duration
			want   int
		}{{want: 1}, {change: fresh, want: 1}, {change: other, later: 11 * time.Second, want: 1}, {
			change: fresh,
			want:   2,
		}, {change: fresh, want: 2}} {
			w.clock.pass(step.later)
			if got := w.ask(step.change); got.Status != http.StatusOK || w.requests != step.want {
				t.Errorf("step %d: %+v, %d requests, want %d", i, got, w.requests, step.want)
			}
		}
	})
}

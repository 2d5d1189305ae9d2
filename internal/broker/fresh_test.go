package broker

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestFreshIsAsked sees that who asks for a fresh token by its URL gets one, once the held one is old.
func TestFreshIsAsked(t *testing.T) {
	_, _ = signingKey() // outside of the bubble, whose time would not pass meanwhile
	synctest.Test(t, func(t *testing.T) {
		w := makeWorld(t, nil)
		w.start(Limits{AccountBurst: 100})
		fresh := func(r *http.Request) { r.URL.RawQuery = "fresh=true" }
		other := func(r *http.Request) { r.URL.RawQuery = "fresh=1" }
		for i, step := range []struct {
			change func(*http.Request)
			later  time.Duration
			want   int
		}{{nil, 0, 1}, {fresh, 0, 1}, {other, 11 * time.Second, 1}, {fresh, 0, 2}, {fresh, 0, 2}} {
			w.clock.pass(step.later)
			if got := w.ask(step.change); got.Status != http.StatusOK || w.asked != step.want {
				t.Errorf("step %d: %+v, asked %d times, want %d", i, got, w.asked, step.want)
			}
		}
	})
}

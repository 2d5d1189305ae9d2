package brokerclient

import (
	"io"
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestSource asks the broker as seldom as it can: a token is kept as long as it can be used, and another one is asked for
// if it was not accepted.
func TestSource(t *testing.T) {
	var asked []string
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		_, _ = io.WriteString(rw, good)
	})
	source := NewSource(w.client())
	for _, step := range []struct {
		reason string
		later  time.Duration
		fresh  bool
		asked  []string
	}{
		{"the first", 0, false, []string{""}},
		{"it has nineteen seconds left", 10 * time.Second, false, []string{""}},
		{"it has ten left", 9 * time.Second, false, []string{""}},
		{"it has fewer", time.Second, false, []string{"", ""}},
		{"it was not accepted", 0, true, []string{"", "", "fresh=true"}},
		{"the fresh one is kept", 0, false, []string{"", "", "fresh=true"}},
	} {
		w.mu.Lock()
		w.now = w.now.Add(step.later)
		w.mu.Unlock()
		if _, err := source.Token(t.Context(), step.fresh); err != nil || !slices.Equal(asked, step.asked) {
			t.Errorf("%s: asked %q, want %q: %v", step.reason, asked, step.asked, err)
		}
	}
}

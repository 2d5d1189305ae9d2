package brokerclient

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/outbound/outboundtest"
	"github.com/4human/integration-operator/internal/runreport"
)

// TestSource goes through whom a run asks for a token: the broker only if what it has is of no use any more.
func TestSource(t *testing.T) {
	const plain, fresh = "/token", "/token?fresh=true"
	type ask struct {
		after time.Duration // after the one before
		fresh bool
		want  string // the token that comes
	}
	cases := map[string]struct {
		reason string
		asks   []ask
		asked  []string
	}{
		"once":       {"what is held is used", []ask{{0, false, "a-1"}, {time.Second, false, "a-1"}, {18 * time.Second, false, "a-1"}}, []string{plain}},
		"ten left":   {"as long as it can be used", []ask{{0, false, "a-1"}, {19 * time.Second, false, "a-1"}}, []string{plain}},
		"fewer left": {"and no longer", []ask{{0, false, "a-1"}, {19*time.Second + 1, false, "a-2"}}, []string{plain, plain}},
		"over":       {"not one that has ended", []ask{{0, false, "a-1"}, {time.Hour, false, "a-2"}}, []string{plain, plain}},
		"fresh":      {"the one that is held was not accepted", []ask{{0, false, "a-1"}, {0, true, "a-2"}}, []string{plain, fresh}},
		"then held":  {"the fresh one takes its place", []ask{{0, false, "a-1"}, {0, true, "a-2"}, {time.Second, false, "a-2"}}, []string{plain, fresh}},
		"fresh first": {
			"whoever knows that nobody takes its token says so", []ask{{0, true, "a-1"}}, []string{fresh},
		},
		"fresh again": {"each time that it is said", []ask{{0, true, "a-1"}, {0, true, "a-2"}}, []string{fresh, fresh}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var asked []string
			w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.URL.String())
				_, _ = fmt.Fprintf(rw, `{"access_token":"a-%d","token_type":"Bearer","expires_in":29,"scope":"s"}`, len(asked))
			})
			source := NewSource(w.client())
			for _, a := range tc.asks {
				w.pass(a.after)
				token, err := source.Token(t.Context(), a.fresh)
				if err != nil {
					t.Fatal(err)
				}
				if got := revealed(t, token.AccessToken); got != a.want {
					t.Errorf("%s: got %s, want %s", tc.reason, got, a.want)
				}
			}
			if diff := cmp.Diff(tc.asked, asked); diff != "" {
				t.Errorf("%s: asked: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestSourceKeepsAsking sees that a refusal is no token and that the next question is asked all the same. Who asks for a
// fresh token and is refused does not get the old one.
func TestSourceKeepsAsking(t *testing.T) {
	yes, no := outboundtest.Says(200, good), outboundtest.Says(403, denied)
	w := newWorld(t, no, yes, outboundtest.Says(403, denied))
	source := NewSource(w.client())
	for i, want := range []runreport.Reason{runreport.AccessRefused, "", runreport.AccessRefused} {
		token, err := source.Token(t.Context(), i == 2)
		if runreport.ReasonOf(err) != want || token.AccessToken.IsZero() != (want != "") {
			t.Errorf("question %d: %+v, %v", i, token, err)
		}
		w.checkHides(err)
	}
	if w.asked != 3 {
		t.Errorf("asked %d times", w.asked)
	}
}

// TestFreshIsSaidAtEachAttempt sees that a question that is asked again is the same question.
func TestFreshIsSaidAtEachAttempt(t *testing.T) {
	var asked []string
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		if asked = append(asked, r.URL.String()); len(asked) < 3 {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = rw.Write([]byte(good))
	})
	if _, err := w.client().Token(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(asked, " "); got != "/token?fresh=true /token?fresh=true /token?fresh=true" {
		t.Errorf("asked %s", got)
	}
}

// pass moves the clock.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

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

// TestSource checks when a Source requests a token from the broker.
func TestSource(t *testing.T) {
	const plain, fresh = "/token", "/token?fresh=true"
	type call struct {
		after time.Duration // after the last call
		fresh bool
		want  string // the token
	}
	cases := map[string]struct {
		reason   string
		calls    []call
		requests []string
	}{
		"once": {
			reason: "a valid token is used again",
			calls: []call{
				{want: "a-1"},
				{after: time.Second, want: "a-1"},
				{after: 18 * time.Second, want: "a-1"},
			}, requests: []string{plain},
		},
		"ten left": {
			reason: "a token with ten seconds left is used",
			calls:  []call{{want: "a-1"}, {after: 19 * time.Second, want: "a-1"}}, requests: []string{plain},
		},
		"fewer left": {
			reason: "a token with less is replaced",
			calls:  []call{{want: "a-1"}, {after: 19*time.Second + 1, want: "a-2"}}, requests: []string{plain, plain},
		},
		"over": {
			reason: "an expired token is replaced", calls: []call{{want: "a-1"}, {after: time.Hour, want: "a-2"}},
			requests: []string{plain, plain},
		},
		"fresh": {
			reason: "a rejected token is replaced", calls: []call{{want: "a-1"}, {fresh: true, want: "a-2"}},
			requests: []string{plain, fresh},
		},
		"then held": {
			reason: "the new token is used again",
			calls: []call{
				{want: "a-1"},
				{fresh: true, want: "a-2"},
				{after: time.Second, want: "a-2"},
			}, requests: []string{plain, fresh},
		},
		"fresh first": {
			reason:   "the first token may be a fresh one",
			calls:    []call{{fresh: true, want: "a-1"}},
			requests: []string{fresh},
		},
		"fresh again": {
			reason: "each rejected token is replaced",
			calls:  []call{{fresh: true, want: "a-1"}, {fresh: true, want: "a-2"}}, requests: []string{fresh, fresh},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var requests []string
			w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
				requests = append(requests, r.URL.String())
				_, _ = fmt.Fprintf(rw, `{"access_token":"a-%d","token_type":"Bearer","expires_in":29,"scope":"s"}`, len(requests))
			})
			source := newSource(w.client())
			for _, a := range tc.calls {
				w.forward(a.after)
				token, err := source.Token(t.Context(), a.fresh)
				if err != nil {
					t.Fatal(err)
				}
				if got := revealed(t, token.AccessToken); got != a.want {
					t.Errorf("%s: got %s, want %s", tc.reason, got, a.want)
				}
			}
			if diff := cmp.Diff(tc.requests, requests); diff != "" {
				t.Errorf("%s: requests: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestSourceAfterRefusal checks that a Source requests a token again after a refusal, and that it does not return the
// old token if a fresh one is refused.
func TestSourceAfterRefusal(t *testing.T) {
	yes, no := outboundtest.Says(200, good), outboundtest.Says(403, denied)
	w := newWorld(t, no, yes, outboundtest.Says(403, denied))
	source := newSource(w.client())
	for i, want := range []runreport.Reason{runreport.AccessRefused, "", runreport.AccessRefused} {
		token, err := source.Token(t.Context(), i == 2)
		if runreport.ReasonOf(err) != want || token.AccessToken.IsZero() != (want != "") {
			t.Errorf("call %d: %+v, %v", i, token, err)
		}
		w.checkHides(err)
	}
	if w.requests != 3 {
		t.Errorf("%d requests", w.requests)
	}
}

// TestFreshAtEachAttempt checks that each attempt requests a fresh token.
func TestFreshAtEachAttempt(t *testing.T) {
	var requests []string
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		if requests = append(requests, r.URL.String()); len(requests) < 3 {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = rw.Write([]byte(good))
	})
	if _, err := w.client().Token(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(requests, " "); got != "/token?fresh=true /token?fresh=true /token?fresh=true" {
		t.Errorf("requests %s", got)
	}
}

// forward moves the clock forward.
func (w *world) forward(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

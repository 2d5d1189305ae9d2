package pacing

import (
	"testing"
	"time"
)

// TestRetries verifies how long an object waits for its next retry, by the failures before and the other objects that
// fail.
func TestRetries(t *testing.T) {
	cases := map[string]struct {
		reason           string
		failures, others int
		want             time.Duration
	}{
		"first":     {reason: "a conflict is over at once", want: 5 * time.Millisecond},
		"doubled":   {reason: "the API server needs time", failures: 10, want: 5120 * time.Millisecond},
		"longest":   {reason: "a person who removes a policy waits", failures: 100, want: time.Minute},
		"few fail":  {reason: "ten per second are no storm", failures: 100, others: 599, want: time.Minute},
		"many fail": {reason: "ten retries per second", failures: 100, others: 9999, want: 1000 * time.Second},
		"new among many": {
			reason: "what passes by itself does not wait for the others", failures: 1, others: 9999,
			want: 10 * time.Millisecond,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := NewRetries[int]()
			for i := range tc.others {
				r.When(i + 1)
			}
			for range tc.failures {
				r.When(0)
			}
			if got := r.When(0); got != tc.want {
				t.Errorf("%s: %s, want %s", tc.reason, got, tc.want)
			}
		})
	}
}

// TestRetriesOverTime counts the retries while a policy refuses the writes for ten thousand customers for two hours,
// and the time until the last of a hundred and of ten thousand notices that it has gone.
func TestRetriesOverTime(t *testing.T) {
	for name, tc := range map[string]struct {
		objects, most int // retries in the second hour
		noticed       time.Duration
	}{
		"hundred":      {objects: 100, most: 100 * 60, noticed: time.Minute},
		"ten thousand": {objects: 10000, most: 10 * 3600, noticed: 1000 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			r, next := NewRetries[int](), make([]time.Duration, tc.objects)
			retried := 0
			for i := range next {
				r.When(i)
			}
			for i := range next {
				for next[i] < 2*time.Hour {
					if next[i] >= time.Hour {
						retried++
					}
					next[i] += r.When(i)
				}
				if waits := next[i] - 2*time.Hour; waits > tc.noticed {
					t.Fatalf("object %d waits %s", i, waits)
				}
			}
			if retried > tc.most || retried < tc.most*8/10 {
				t.Errorf("%d retries in an hour, want at most %d", retried, tc.most)
			}
		})
	}
}

// TestRetriesForget verifies that the pauses begin anew after a success.
func TestRetriesForget(t *testing.T) {
	r := NewRetries[string]()
	for range 100 {
		r.When("tiger")
	}
	if got := r.NumRequeues("tiger"); got != 100 {
		t.Errorf("%d failures", got)
	}
	r.Forget("tiger")
	if got := r.When("tiger"); got != 5*time.Millisecond || r.NumRequeues("tiger") != 1 {
		t.Errorf("after a success: %s, %d failures", got, r.NumRequeues("tiger"))
	}
}

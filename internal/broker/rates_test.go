package broker

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

func limited(wait string) reply {
	return reply{Status: http.StatusTooManyRequests, Error: "too_many_requests", Wait: wait}
}

// TestRates verifies burst and waits.
func TestRates(t *testing.T) {
	at := clock{now: noon}
	r := newRates(2*time.Second, 2, at.Now)
	steps := []struct {
		reason string
		pass   time.Duration
		key    string
		want   time.Duration
	}{
		{reason: "the burst", key: "a"},
		{reason: "the burst", key: "a"},
		{reason: "the burst is used up", key: "a", want: 2 * time.Second},
		{reason: "a refusal takes no event", pass: time.Second, key: "a", want: time.Second},
		{reason: "keys are independent", key: "b"},
		{reason: "the wait is over", pass: time.Second, key: "a"},
		{reason: "one event only", key: "a", want: 2 * time.Second},
		{reason: "the burst is restored", pass: time.Minute, key: "a"},
		{reason: "the burst is restored", key: "a"},
		{reason: "the burst is bounded", key: "a", want: 2 * time.Second},
	}
	for i, step := range steps {
		at.pass(step.pass)
		if first, second := r.wait(step.key), r.wait(step.key); first != step.want || second != step.want {
			t.Errorf("%d: %s: wait %s, then %s, want %s", i, step.reason, first, second, step.want)
		}
		if got := r.take(step.key); got != step.want {
			t.Errorf("%d: %s: %s, want %s", i, step.reason, got, step.want)
		}
	}
}

// TestRatesForget verifies that idle keys are removed, and that keys that must wait are not.
func TestRatesForget(t *testing.T) {
	at := clock{now: noon}
	r := newRates(10*time.Minute, 3, at.Now)
	for range 3 {
		r.take("busy")
	}
	for i := range 1000 {
		r.take(fmt.Sprint(i))
	}
	r.wait("never-came")
	if got := len(r.limiters); got != 1001 {
		t.Errorf("%d keys", got)
	}
	at.pass(29 * time.Minute) // the burst of busy is restored after 30
	r.take("other")
	if got := len(r.limiters); got != 1002 {
		t.Errorf("after 29 minutes %d keys", got)
	}
	at.pass(time.Minute)
	r.take("other")
	if got := len(r.limiters); got != 1 {
		t.Errorf("after 30 minutes %d keys", got)
	}
}

// TestAccountLimit refuses an account that sends too many requests, before anything is read for it. Others are not
// affected.
func TestAccountLimit(t *testing.T) {
	w := makeWorld(t, nil)
	for i := range 10 {
		if got := w.ask(nil); got.Status != http.StatusOK {
			t.Fatalf("%d: %+v", i, got)
		}
	}
	w.fails["v1.ServiceAccount"] = errAway
	if diff := cmp.Diff(limited("2"), w.ask(nil)); diff != "" {
		t.Errorf("the eleventh (-want +got):\n%s", diff)
	}
	delete(w.fails, "v1.ServiceAccount")
	w.clock.pass(500 * time.Millisecond)
	if diff := cmp.Diff(limited("2"), w.ask(nil)); diff != "" {
		t.Errorf("1.5 s are rounded up to 2 (-want +got):\n%s", diff)
	}
	own := w.review.User.Username
	w.review.User.Username = "system:serviceaccount:customers:default"
	if diff := cmp.Diff(wantUnknown, w.ask(nil)); diff != "" {
		t.Errorf("another account (-want +got):\n%s", diff)
	}
	w.review.User.Username = own
	w.clock.pass(1500 * time.Millisecond)
	if got := w.ask(nil); got.Status != http.StatusOK {
		t.Errorf("after the wait: %+v", got)
	}
	if w.requests != 1 {
		t.Errorf("%d requests to Maskinporten", w.requests)
	}
}

// TestInvalidTokensAreLimited bounds the reviews of invalid tokens, and serves other pods meanwhile.
func TestInvalidTokensAreLimited(t *testing.T) {
	from := func(address, token string) func(r *http.Request) {
		return func(r *http.Request) {
			r.RemoteAddr = address + ":1234"
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
	t.Run("of-one-pod", func(t *testing.T) {
		w := makeWorld(t, func(o *objects) { o.pod.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.1"}, {IP: "10.0.0.2"}} })
		for i := range 200 {
			want := wantInvalidToken
			if i >= defaultAddressBurst {
				want = limited("5")
			}
			if diff := cmp.Diff(want, w.ask(from("10.0.0.1", forged))); diff != "" {
				t.Fatalf("%d (-want +got):\n%s", i, diff)
			}
		}
		if w.reviews != defaultAddressBurst {
			t.Errorf("%d reviews", w.reviews)
		}
		if got := w.ask(from("10.0.0.2", shown)); got.Status != http.StatusOK {
			t.Errorf("another pod meanwhile: %+v", got)
		}
		if got := w.ask(from("10.0.0.1", shown)); got.Status != http.StatusOK {
			t.Errorf("a pod behind the same address: %+v", got)
		}
	})
	t.Run("no-token-of-a-pod", func(t *testing.T) {
		w := makeWorld(t, func(o *objects) { o.pod.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.1"}} })
		for range 200 {
			if diff := cmp.Diff(wantInvalidToken, w.ask(from("10.0.0.1", "garbage"))); diff != "" {
				t.Fatalf("garbage (-want +got):\n%s", diff)
			}
		}
		if w.reviews != 0 {
			t.Errorf("%d reviews of garbage", w.reviews)
		}
		if got := w.ask(from("10.0.0.1", shown)); got.Status != http.StatusOK {
			t.Errorf("a pod behind the same address: %+v", got)
		}
	})
	t.Run("that-name-the-pod", func(t *testing.T) {
		w := makeWorld(t, func(o *objects) { o.pod.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.1"}} })
		for i := range 200 {
			w.ask(from(fmt.Sprintf("10.0.1.%d", i), makeToken("uid-of-pod", "forged")))
		}
		if w.reviews != defaultAddressBurst {
			t.Errorf("%d reviews", w.reviews)
		}
		w.clock.pass(5 * time.Second)
		if got := w.ask(from("10.0.0.1", shown)); got.Status != http.StatusOK {
			t.Errorf("the pod after the wait: %+v", got)
		}
	})
	t.Run("of-many-pods", func(t *testing.T) {
		w := makeWorld(t, nil)
		for i := range 200 {
			want := wantInvalidToken
			if i >= defaultFailureBurst {
				want = limited("1")
			}
			if diff := cmp.Diff(want, w.ask(from(fmt.Sprintf("10.0.1.%d", i), forged))); diff != "" {
				t.Fatalf("%d (-want +got):\n%s", i, diff)
			}
		}
		if w.reviews != defaultFailureBurst {
			t.Errorf("%d reviews", w.reviews)
		}
		if got := w.ask(from(callerAddress, shown)); got.Status != http.StatusOK {
			t.Errorf("a pod meanwhile: %+v", got)
		}
	})
	t.Run("of-an-account", func(t *testing.T) {
		w := makeWorld(t, func(o *objects) { o.pod.Status.Phase = corev1.PodPending })
		for range 200 {
			w.ask(from("10.0.0.1", shown))
		}
		if want := defaultAccountBurst + defaultAddressBurst; w.reviews != want {
			t.Errorf("%d reviews, want %d", w.reviews, want)
		}
	})
	t.Run("good-tokens-are-free", func(t *testing.T) {
		w := makeWorld(t, nil)
		w.start(Limits{AccountBurst: 1000})
		for i := range 200 {
			if got := w.ask(from("10.0.0.1", shown)); got.Status != http.StatusOK {
				t.Fatalf("%d: %+v", i, got)
			}
		}
	})
}

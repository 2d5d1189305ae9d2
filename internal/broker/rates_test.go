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

// TestRates takes as often as it may, and waits as long as it is told.
func TestRates(t *testing.T) {
	at := clock{now: noon}
	r := newRates(2*time.Second, 2, at.Now)
	steps := []struct {
		reason string
		pass   time.Duration
		key    string
		want   time.Duration
	}{
		{"the burst", 0, "a", 0},
		{"the burst", 0, "a", 0},
		{"it is used up", 0, "a", 2 * time.Second},
		{"a refusal takes nothing", time.Second, "a", time.Second},
		{"another key is another", 0, "b", 0},
		{"the time has come", time.Second, "a", 0},
		{"for one", 0, "a", 2 * time.Second},
		{"the burst is there again", time.Minute, "a", 0},
		{"the burst is there again", 0, "a", 0},
		{"and no more than that", 0, "a", 2 * time.Second},
	}
	for i, step := range steps {
		at.pass(step.pass)
		if first, second := r.wait(step.key), r.wait(step.key); first != step.want || second != step.want {
			t.Errorf("%d: %s: must wait %s, then %s, want %s", i, step.reason, first, second, step.want)
		}
		if got := r.take(step.key); got != step.want {
			t.Errorf("%d: %s: %s, want %s", i, step.reason, got, step.want)
		}
	}
}

// TestRatesForget keeps what is remembered bounded, and forgets nobody who must wait.
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
		t.Errorf("%d are remembered", got)
	}
	at.pass(29 * time.Minute) // the burst of busy is there again after 30
	r.take("other")
	if got := len(r.limiters); got != 1002 {
		t.Errorf("after 29 minutes %d are remembered", got)
	}
	at.pass(time.Minute)
	r.take("other")
	if got := len(r.limiters); got != 1 {
		t.Errorf("after 30 minutes %d are remembered", got)
	}
}

// TestAccountAsksTooOften refuses an account that asks too often, before anything is read for it, and nobody else.
func TestAccountAsksTooOften(t *testing.T) {
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
		t.Errorf("a second and a half are two whole ones (-want +got):\n%s", diff)
	}
	own := w.review.User.Username
	w.review.User.Username = "system:serviceaccount:customers:default"
	if diff := cmp.Diff(unknownCaller, w.ask(nil)); diff != "" {
		t.Errorf("another account (-want +got):\n%s", diff)
	}
	w.review.User.Username = own
	w.clock.pass(1500 * time.Millisecond)
	if got := w.ask(nil); got.Status != http.StatusOK {
		t.Errorf("after the time: %+v", got)
	}
	if w.asked != 1 {
		t.Errorf("Maskinporten was asked %d times", w.asked)
	}
}

// TestGarbageIsNoFlood bounds what the API server is asked about tokens of nobody, and lets others in meanwhile.
func TestGarbageIsNoFlood(t *testing.T) {
	from := func(address, token string) func(r *http.Request) {
		return func(r *http.Request) {
			r.RemoteAddr = address + ":1234"
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
	t.Run("of-one-pod", func(t *testing.T) {
		w := makeWorld(t, func(o *objects) { o.pod.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.1"}, {IP: "10.0.0.2"}} })
		for i := range 200 {
			want := nobody
			if i >= defaultAddressBurst {
				want = limited("5")
			}
			if diff := cmp.Diff(want, w.ask(from("10.0.0.1", "garbage"))); diff != "" {
				t.Fatalf("%d (-want +got):\n%s", i, diff)
			}
		}
		if w.reviews != defaultAddressBurst {
			t.Errorf("the API server was asked %d times", w.reviews)
		}
		if got := w.ask(from("10.0.0.2", shown)); got.Status != http.StatusOK {
			t.Errorf("another pod meanwhile: %+v", got)
		}
		if diff := cmp.Diff(limited("5"), w.ask(from("10.0.0.1", shown))); diff != "" {
			t.Errorf("the same pod with a good token (-want +got):\n%s", diff)
		}
		w.clock.pass(5 * time.Second)
		if got := w.ask(from("10.0.0.1", shown)); got.Status != http.StatusOK {
			t.Errorf("the same pod when its time has come: %+v", got)
		}
	})
	t.Run("of-many-pods", func(t *testing.T) {
		w := makeWorld(t, nil)
		for i := range 200 {
			want := nobody
			if i >= defaultFailureBurst {
				want = limited("1")
			}
			if diff := cmp.Diff(want, w.ask(from(fmt.Sprintf("10.0.1.%d", i), "garbage"))); diff != "" {
				t.Fatalf("%d (-want +got):\n%s", i, diff)
			}
		}
		if w.reviews != defaultFailureBurst {
			t.Errorf("the API server was asked %d times", w.reviews)
		}
	})
	t.Run("of-an-account", func(t *testing.T) {
		w := makeWorld(t, func(o *objects) { o.pod.Status.Phase = corev1.PodPending })
		for range 200 {
			w.ask(from("10.0.0.1", shown))
		}
		if want := defaultAccountBurst + defaultAddressBurst; w.reviews != want {
			t.Errorf("the API server was asked %d times, want %d", w.reviews, want)
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

package enhetsregisteret_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/enhetsregisteret"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	simregister "github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	patience = time.Minute
	// between is longer than the time after which a look-up is sent again.
	between = 6 * time.Minute

	registerURL = "http://register.example/enhetsregisteret/api"
)

// inProcess serves requests without a network, so that a test can have its own clock.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// lookups returns Lookups, and a channel of the customers that they enqueue.
func (r *register) lookups() (*enhetsregisteret.Lookups, <-chan string) {
	woken := make(chan string, 10_000)
	return &enhetsregisteret.Lookups{
		Log:   logr.Discard(),
		Calls: outbound.Caller{Transport: inProcess{r.Handler()}, Timeout: 5 * time.Second, Now: time.Now},
		Wake:  func(customer types.NamespacedName) { woken <- customer.Name },
	}, woken
}

func (r *register) requests() int { return len(r.recorder.Report().RecentCalls) }

func (r *register) setOutage(t *testing.T, f wire.Faults) {
	t.Helper()
	if err := r.SetOutage(f); err != nil {
		t.Fatal(err)
	}
}

func customer(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "customers", Name: name}
}

// advance moves the clock of a bubble.
func advance(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // In a bubble, no time passes.
}

// bubble runs a test with its own clock and a register that has the organization tiger.
func bubble(t *testing.T, test func(t *testing.T, r *register)) {
	t.Helper()
	r := newRegister(t, simregister.Unit{Number: tiger.String(), Name: "TIGER AS"})
	synctest.Test(t, func(t *testing.T) {
		test(t, r)
		r.setOutage(t, wire.Faults{})
		advance(time.Hour) // until all look-ups have ended
	})
}

// TestLookups starts a look-up once, and returns its result once.
func TestLookups(t *testing.T) {
	bubble(t, func(t *testing.T, r *register) {
		l, woken := r.lookups()
		if _, _, ok := l.Collect(customer("a"), 0); ok {
			t.Error("a result of nothing")
		}
		for range 3 {
			l.Begin(t.Context(), customer("a"), registerURL, supplier, tiger)
		}
		if u, err, ok := l.Collect(customer("a"), patience); !ok || err != nil || u.Name != "TIGER AS" {
			t.Errorf("got %+v, %v, %t", u, err, ok)
		}
		if _, _, ok := l.Collect(customer("a"), 0); ok {
			t.Error("the result came twice")
		}
		if n := r.requests(); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
		l.Begin(t.Context(), customer("stranger"), registerURL, supplier, stranger)
		if _, err, ok := l.Collect(customer("stranger"), patience); !ok || !errors.Is(err, enhetsregisteret.ErrNotFound) {
			t.Errorf("got %v, %t", err, ok)
		}
		l.Begin(t.Context(), customer("gone"), registerURL, supplier, tiger)
		l.Await(customer("gone"))
		l.Forget(customer("gone"))
		synctest.Wait()
		if _, _, ok := l.Collect(customer("gone"), 0); ok || len(woken) > 0 {
			t.Errorf("a result of a customer that was forgotten: %t, %d wake-ups", ok, len(woken))
		}
	})
}

// TestLateLookups verifies that a result that comes after the reconcile has stopped waiting enqueues its customer, and
// no other.
func TestLateLookups(t *testing.T) {
	const latency = 3 * time.Second
	cases := map[string]struct {
		reason  string
		outage  wire.Faults     // at first
		begun   int             // other look-ups that begin before
		awaited bool            // whether the customer waits for its result
		within  time.Duration   // when the result arrives
		wakes   map[string]bool // the customers that are enqueued
	}{
		"slow": {
			reason: "a register that is slow delays no status, and its result is not lost",
			outage: wire.Faults{Latency: wire.Duration(latency)}, awaited: true, within: latency + time.Second,
			wakes: map[string]bool{"late": true},
		},
		"reconciled soon": {
			reason: "who is reconciled soon in any case is not woken",
			outage: wire.Faults{Latency: wire.Duration(latency)}, within: latency + time.Second,
			wakes: map[string]bool{},
		},
		"limited": {
			reason: "20 look-ups begin a second, and the others wait for their turn",
			begun:  100, awaited: true, within: 6 * time.Second, wakes: map[string]bool{"late": true},
		},
		"failed": {
			reason: "a look-up that failed is sent again without a reconcile",
			outage: wire.Faults{Outage: wire.OutageBadGateway}, awaited: true, within: between,
			wakes: map[string]bool{"late": true},
		},
		"paused": {
			reason: "so is one that was not sent because the register fails",
			outage: wire.Faults{Outage: wire.OutageBadGateway}, begun: 30, awaited: true, within: 2 * between,
			wakes: map[string]bool{"late": true},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *register) {
				r.setOutage(t, c.outage)
				l, woken := r.lookups()
				for i := range c.begun {
					l.Begin(t.Context(), customer(strconv.Itoa(i)), registerURL, supplier, tiger)
				}
				synctest.Wait()
				l.Begin(t.Context(), customer("late"), registerURL, supplier, tiger)
				if _, _, ok := l.Collect(customer("late"), 300*time.Millisecond); ok {
					t.Fatal("the result was there at once")
				}
				if c.awaited {
					l.Await(customer("late"))
				}
				if c.outage.Outage != "" {
					r.setOutage(t, wire.Faults{})
				}
				advance(c.within)
				got := map[string]bool{}
				for len(woken) > 0 {
					got[<-woken] = true
				}
				if len(got) != len(c.wakes) || got["late"] != c.wakes["late"] {
					t.Errorf("%s: woken are %v, want %v", c.reason, got, c.wakes)
				}
				if u, err, ok := l.Collect(customer("late"), 0); !ok || err != nil || u.Name != "TIGER AS" {
					t.Errorf("%s: got %+v, %v, %t", c.reason, u, err, ok)
				}
			})
		})
	}
}

// TestAwaitFinds verifies that a customer is enqueued whose result came between its reconcile and Await.
func TestAwaitFinds(t *testing.T) {
	bubble(t, func(t *testing.T, r *register) {
		l, woken := r.lookups()
		l.Await(customer("a")) // nothing to wait for
		l.Begin(t.Context(), customer("a"), registerURL, supplier, tiger)
		synctest.Wait()
		l.Await(customer("a"))
		if len(woken) != 1 {
			t.Errorf("%d wake-ups, want 1", len(woken))
		}
	})
}

// TestFailedLookup verifies that a failed look-up is repeated when its customer is reconciled, for instance on request.
func TestFailedLookup(t *testing.T) {
	bubble(t, func(t *testing.T, r *register) {
		r.setOutage(t, wire.Faults{Outage: wire.OutageBadGateway})
		l, _ := r.lookups()
		l.Begin(t.Context(), customer("a"), registerURL, supplier, tiger)
		if _, _, ok := l.Collect(customer("a"), time.Second); ok {
			t.Error("a result in an outage")
		}
		r.setOutage(t, wire.Faults{})
		l.Begin(t.Context(), customer("a"), registerURL, supplier, tiger)
		if _, err, ok := l.Collect(customer("a"), time.Second); !ok || err != nil {
			t.Errorf("got %v, %t", err, ok)
		}
		sent := r.requests()
		advance(2 * between)
		if n := r.requests(); n != sent {
			t.Errorf("%d requests after the result", n-sent)
		}
	})
}

// TestBadLookupsDelayNobody looks up forty customers again and again, of which half fail. The others must not be
// paused. If the failed responses have a Retry-After, only their customers wait.
func TestBadLookupsDelayNobody(t *testing.T) {
	cases := map[string]struct {
		reason string
		header string
		sent   int // requests for one that fails, in an hour
	}{
		"failing":     {reason: "sent again every five minutes", sent: 12},
		"Retry-After": {reason: "sent again at its time", header: "1800", sent: 2},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			good := newRegister(t, simregister.Unit{Number: tiger.String(), Name: "TIGER AS"}).Handler()
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				sent := map[string]int{}
				handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, tiger.String()) {
						good.ServeHTTP(w, r)
						return
					}
					mu.Lock()
					defer mu.Unlock()
					sent[r.URL.Path]++
					w.Header().Set("Retry-After", tc.header)
					w.WriteHeader(http.StatusServiceUnavailable)
				})
				l := &enhetsregisteret.Lookups{
					Log:   logr.Discard(),
					Calls: outbound.Caller{Transport: inProcess{handler}, Timeout: 5 * time.Second, Now: time.Now},
				}
				for i := range 40 {
					number := []orgnumber.Number{tiger, stranger}[i%2]
					l.Begin(t.Context(), customer(strconv.Itoa(i)), registerURL, supplier, number)
					synctest.Wait()
				}
				for minute := range 59 {
					advance(time.Minute - 2*time.Second)
					l.Begin(t.Context(), customer("new"), registerURL, supplier, tiger)
					advance(2 * time.Second)
					if _, err, ok := l.Collect(customer("new"), 0); !ok || err != nil {
						t.Fatalf("%s: minute %d: a good one got %v, %t", tc.reason, minute, err, ok)
					}
				}
				for path, n := range sent {
					if n != 20*tc.sent {
						t.Errorf("%s: %d requests for %s, want %d for each of twenty", tc.reason, n, path, tc.sent)
					}
				}
				for i := range 40 {
					l.Forget(customer(strconv.Itoa(i)))
				}
				advance(2 * time.Hour) // until nothing waits
			})
		})
	}
}

// TestLookupsPause verifies that after five failures only one request per pause is sent, however many customers wait. A
// missing organization is not a failure.
func TestLookupsPause(t *testing.T) {
	bubble(t, func(t *testing.T, r *register) {
		l, _ := r.lookups()
		for i := range 7 {
			l.Begin(t.Context(), customer(strconv.Itoa(i)), registerURL, supplier, stranger)
			if _, err, _ := l.Collect(customer(strconv.Itoa(i)), patience); !errors.Is(err, enhetsregisteret.ErrNotFound) {
				t.Fatal(err)
			}
		}
		r.setOutage(t, wire.Faults{Outage: wire.OutageBadGateway})
		r.recorder.Reset()
		for i := range 1000 {
			l.Begin(t.Context(), customer(strconv.Itoa(i)), registerURL, supplier, tiger)
			synctest.Wait()
		}
		if n := r.requests(); n != 5 {
			t.Errorf("%d requests, want 5", n)
		}
		advance(time.Hour)
		if n := r.requests(); n < 5+5 || n > 5+12 {
			t.Errorf("%d requests within an hour, want one per pause", n)
		}
		r.setOutage(t, wire.Faults{})
		advance(between + 3*time.Minute)
		for i := range 1000 {
			if _, _, ok := l.Collect(customer(strconv.Itoa(i)), 0); !ok {
				t.Fatalf("customer %d has no result after the outage", i)
			}
		}
	})
}

// TestLookupsAreLimited verifies that at most 20 requests a second are sent.
func TestLookupsAreLimited(t *testing.T) {
	bubble(t, func(t *testing.T, r *register) {
		l, _ := r.lookups()
		for i := range 1000 {
			l.Begin(t.Context(), customer(strconv.Itoa(i)), registerURL, supplier, tiger)
		}
		advance(10 * time.Second)
		if n := r.requests(); n < 200 || n > 221 {
			t.Errorf("%d requests within 10 s, want about 200", n)
		}
	})
}

package scale

import (
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/sample"
)

// TestSteadyDay runs 500 customers for a day. Each has one request, one write and one reconcile per interval. The
// interval differs per customer by at most a tenth, and is constant. The Supplier has one proof and one write.
func TestSteadyDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, steadyDay)
}

func steadyDay(t *testing.T) {
	const customers = 500
	w := newWorld(t)
	keys := w.addGranted(v1alpha1.SyncDisabled, sample.Numbers(customers)...)
	w.run(10 * time.Minute)
	w.expectAll("after the start", v1alpha1.ConditionReady, "True Delegated", keys...)
	first, last := w.due(keys)
	w.forget()
	began := time.Now()
	w.run(24 * time.Hour)

	c := w.counted()
	t.Logf("%d customers, interval %s, a day: %s", customers, interval, c)
	t.Logf("first due after %s to %s", first.Sub(began), last.Sub(began))
	if c.requests != c.customerWrites || c.requests+c.supplierWrites != c.reconciles || c.proofs != c.supplierWrites ||
		c.otherWrites+c.events != 0 {
		t.Errorf("want one request and one write per reconcile: %s", c)
	}
	if c.proofs != 4 && c.proofs != 3 {
		t.Errorf("%d proofs in four intervals", c.proofs)
	}
	if n := w.received(); n != c.requests+c.proofs {
		t.Errorf("the simulator received %d, want %d", n, c.requests+c.proofs)
	}
	w.expectOneAnInterval(keys, began)
}

// due returns when the first and the last customer were verified.
func (w *world) due(keys []client.ObjectKey) (first, last time.Time) {
	w.t.Helper()
	for _, key := range keys {
		at := w.customer(key).Status.Services[0].Authorization.LastVerifiedTime.Add(interval)
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	return first, last
}

// expectOneAnInterval verifies that each customer was verified and written at its own interval.
func (w *world) expectOneAnInterval(keys []client.ObjectKey, began time.Time) {
	w.t.Helper()
	verified, written := map[string][]time.Time{}, map[string]int{}
	requests, _ := w.requests.sent()
	for _, r := range requests {
		verified["c"+r.consumer] = append(verified["c"+r.consumer], r.at)
	}
	for _, one := range w.api.of("CustomerIntegration") {
		written[one.key.Name]++
	}
	for _, key := range keys {
		times := verified[key.Name]
		if len(times) < 3 || len(times) != written[key.Name] {
			w.t.Fatalf("%s: %d requests and %d writes", key, len(times), written[key.Name])
		}
		own := times[1].Sub(times[0])
		if own < interval*9/10-time.Second || own > interval*11/10+time.Second {
			w.t.Errorf("%s: next request after %s", key, own)
		}
		for i := 2; i < len(times); i++ {
			if d := times[i].Sub(times[i-1]); (d - own).Abs() > time.Second {
				w.t.Errorf("%s: next requests after %s and %s", key, own, d)
			}
		}
		if left := began.Add(24 * time.Hour).Sub(times[len(times)-1]); left > own {
			w.t.Errorf("%s: no request during the last %s", key, left)
		}
	}
}

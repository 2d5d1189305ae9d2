package scale

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/test/sample"
)

const tenThousand = 10_000

// TestTenThousandAtOnce restarts a manager whose 10,000 customers are all due. They are verified within the limit, with
// at most three reconciles each. A customer that is created meanwhile is verified next. A function replaces
// Maskinporten.
func TestTenThousandAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, tenThousandAtOnce)
}

func tenThousandAtOnce(t *testing.T) {
	numbers := sample.Numbers(tenThousand + 1)
	w := newWorldAsking(t, granting, requestsPerSecond(1000))
	keys := w.addCustomers(v1alpha1.SyncDisabled, numbers[:tenThousand]...)
	w.run(time.Minute)
	if n := len(w.requests.all); n != tenThousand+1 {
		t.Fatalf("%d requests at the start", n)
	}
	s := w.current()
	requestsPerSecond(perSecond)(s)
	w.must(w.api.Update(context.Background(), s))
	<-time.After(8 * time.Hour)

	w.forget()
	began := time.Now()
	w.restart()
	w.run(10 * time.Second)
	w.expectNext(numbers[tenThousand])
	needed := tenThousand / perSecond * time.Second
	w.run(needed + 10*time.Second - time.Since(began))
	w.expectWithinLimit(keys, began, needed)
}

// granting returns a token for every request.
func granting(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
	return &maskinporten.Token{}, nil
}

func requestsPerSecond(n int32) func(*v1alpha1.Supplier) {
	return func(s *v1alpha1.Supplier) { s.Spec.Verification.RequestsPerSecond = n }
}

// expectNext adds a customer and verifies that it is verified before the others.
func (w *world) expectNext(number string) {
	w.t.Helper()
	before, _ := w.requests.sent()
	created := time.Now()
	w.addCustomers(v1alpha1.SyncDisabled, number)
	w.run(time.Second)
	after, _ := w.requests.sent()
	place := slices.IndexFunc(after[len(before):], func(r tokenRequest) bool { return r.consumer == number }) + 1
	if place == 0 {
		w.t.Fatal("no request for the new customer within a second")
	}
	waited := after[len(before)+place-1].at.Sub(created)
	w.t.Logf("a new customer beside %d due ones: request number %d, after %s", tenThousand-len(before), place, waited)
	if place != 1 || waited != 0 {
		w.t.Errorf("the new customer had request number %d, after %s", place, waited)
	}
}

// expectWithinLimit verifies that there was one request per customer, at the rate of the limit.
func (w *world) expectWithinLimit(keys []client.ObjectKey, began time.Time, needed time.Duration) {
	w.t.Helper()
	requests, own := w.requests.sent()
	verified := map[string]int{}
	for _, r := range requests {
		verified[r.consumer]++
	}
	times := timesOf(requests)
	took := slices.MaxFunc(times, time.Time.Compare).Sub(began)
	second, minute, reconciles := most(times, time.Second), most(times, time.Minute), 0
	for _, key := range keys {
		reconciles += w.reconciles[key]
	}
	w.t.Logf("%d customers due at once: verified within %s, at most %d in a second, %d in a minute; %.2f reconciles per "+
		"customer; %d proofs, %d writes",
		len(keys), took, second, minute, float64(reconciles)/float64(len(keys)), own, len(w.api.of("CustomerIntegration")))
	if len(verified) != tenThousand+1 || len(requests) != len(verified) {
		w.t.Errorf("%d customers verified by %d requests", len(verified), len(requests))
	}
	if second > 2*perSecond || minute > 61*perSecond {
		w.t.Errorf("%d requests in a second, %d in a minute", second, minute)
	}
	if took > needed+5*time.Second {
		w.t.Errorf("verified within %s, want at least %s", took, needed)
	}
	if reconciles > 3*tenThousand {
		w.t.Errorf("%d reconciles", reconciles)
	}
}

// BenchmarkTenThousandDue reconciles 10,000 due customers, most of whom are deferred.
func BenchmarkTenThousandDue(b *testing.B) {
	w := newWorldAsking(b, granting)
	w.addCustomers(v1alpha1.SyncDisabled, sample.Numbers(tenThousand)...)
	for _, key := range w.keys { // the first status writes
		w.reconcile(key)
	}
	reconciles := 0
	for b.Loop() {
		for _, key := range w.keys {
			w.reconcile(key)
		}
		reconciles += len(w.keys)
	}
	b.ReportMetric(float64(reconciles)/b.Elapsed().Seconds(), "reconciles/s")
}

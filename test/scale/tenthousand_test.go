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
	"github.com/4human/integration-operator/test/fixture"
)

const tenThousand = 10_000

// TestTenThousandAtOnce lets a manager come back after a night in which nobody was looked at: 10,000 customers are due at
// once. They are asked for no faster than Maskinporten may be asked, each comes no more than three times, and a customer
// who is new meanwhile is asked for next. A function stands in Maskinporten's place.
func TestTenThousandAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, tenThousandAtOnce)
}

func tenThousandAtOnce(t *testing.T) {
	numbers := fixture.Numbers(tenThousand + 1)
	w := newWorldAsking(t, granting, requestsPerSecond(1000))
	keys := w.addCustomers(v1alpha1.SyncDisabled, numbers[:tenThousand]...)
	w.run(time.Minute)
	if n := len(w.asked.all); n != tenThousand+1 {
		t.Fatalf("%d questions at the start", n)
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

// granting gives everybody a token.
func granting(context.Context, maskinporten.Request) (*maskinporten.Token, error) {
	return &maskinporten.Token{}, nil
}

func requestsPerSecond(n int32) func(*v1alpha1.Supplier) {
	return func(s *v1alpha1.Supplier) { s.Spec.Verification.RequestsPerSecond = n }
}

// expectNext adds a customer and sees that it is asked for before any other.
func (w *world) expectNext(number string) {
	w.t.Helper()
	before, _ := w.asked.questions()
	created := time.Now()
	w.addCustomers(v1alpha1.SyncDisabled, number)
	w.run(time.Second)
	after, _ := w.asked.questions()
	place := slices.IndexFunc(after[len(before):], func(q question) bool { return q.consumer == number }) + 1
	if place == 0 {
		w.t.Fatal("the new customer was not asked for within a second")
	}
	waited := after[len(before)+place-1].at.Sub(created)
	w.t.Logf("a new customer beside %d due ones: asked for at place %d, after %s", tenThousand-len(before), place, waited)
	if place != 1 || waited != 0 {
		w.t.Errorf("the new customer was asked for at place %d, after %s", place, waited)
	}
}

// expectWithinLimit sees that all customers were asked for once, as fast as Maskinporten may be asked and no faster.
func (w *world) expectWithinLimit(keys []client.ObjectKey, began time.Time, needed time.Duration) {
	w.t.Helper()
	questions, own := w.asked.questions()
	asked := map[string]int{}
	for _, q := range questions {
		asked[q.consumer]++
	}
	times := timesOf(questions)
	took := slices.MaxFunc(times, time.Time.Compare).Sub(began)
	second, minute, passes := most(times, time.Second), most(times, time.Minute), 0
	for _, key := range keys {
		passes += w.passes[key]
	}
	w.t.Logf("%d customers due at once: asked for within %s, %d in a second at most, %d in a minute; %.2f passes a customer; %d proofs, %d writes",
		len(keys), took, second, minute, float64(passes)/float64(len(keys)), own, len(w.api.of("CustomerIntegration")))
	if len(asked) != tenThousand+1 || len(questions) != len(asked) {
		w.t.Errorf("%d customers asked for by %d questions", len(asked), len(questions))
	}
	if second > 2*perSecond || minute > 61*perSecond {
		w.t.Errorf("%d questions in a second, %d in a minute", second, minute)
	}
	if took > needed+5*time.Second {
		w.t.Errorf("it took %s, %s are needed", took, needed)
	}
	if passes > 3*tenThousand {
		w.t.Errorf("%d passes", passes)
	}
}

// BenchmarkTenThousandDue makes passes over 10,000 customers who are all due, of whom nearly all are told to come again.
func BenchmarkTenThousandDue(b *testing.B) {
	w := newWorldAsking(b, granting)
	w.addCustomers(v1alpha1.SyncDisabled, fixture.Numbers(tenThousand)...)
	for _, key := range w.keys { // what is written once, before anything is known
		w.pass(key)
	}
	passes := 0
	for b.Loop() {
		for _, key := range w.keys {
			w.pass(key)
		}
		passes += len(w.keys)
	}
	b.ReportMetric(float64(passes)/b.Elapsed().Seconds(), "passes/s")
}

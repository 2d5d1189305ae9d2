package scale

import (
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/sample"
)

const (
	outageInterval = 10 * time.Minute
	outageGrace    = 2 * time.Hour
	outageLength   = 24 * outageInterval
	perSecond      = 20
)

// TestLongOutage takes Maskinporten down for 24 intervals. Only the Supplier's proof is requested. Customers are
// written once, after the grace period. Their jobs run on. Afterwards all are verified again, within the limit.
func TestLongOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, longOutage)
}

func longOutage(t *testing.T) {
	const customers = 500
	w := newWorld(t, everyInterval(outageInterval), func(s *v1alpha1.Supplier) {
		s.Spec.Verification.OutageGracePeriod = &metav1.Duration{Duration: outageGrace}
		s.Spec.Verification.RequestsPerSecond = perSecond
	})
	keys := w.addGranted(v1alpha1.SyncEnabled, sample.Numbers(customers)...)
	w.run(5 * time.Minute)
	w.expectAll("before", v1alpha1.ConditionReady, "True Delegated", keys...)

	w.forget()
	w.setFaults(simulator.Faults{Faults: simmaskinporten.Faults{
		AnswerFaults:  simmaskinporten.AnswerFaults{Outage: simwire.OutageServiceUnavailable},
		EveryEndpoint: true,
	}})
	began := time.Now()
	w.run(outageGrace*9/10 - outageInterval*11/10) // the shortest grace period, after the oldest verification
	w.expectHeld(began, keys)
	w.run(outageLength - time.Since(began))
	w.expectWrittenOnce(began, keys)
	w.expectHeld(began, keys)
	w.expectFlowing(keys)

	w.forget()
	w.setFaults(simulator.Faults{})
	w.run(5 * time.Minute)
	w.expectRecovered(keys)
}

// expectHeld verifies that hardly any request but the Supplier's was sent.
func (w *world) expectHeld(began time.Time, keys []client.ObjectKey) {
	w.t.Helper()
	c := w.counted()
	shortest := 54 * time.Second // a minute less a tenth: retryAfter
	bound := int(time.Since(began)/shortest) + 2
	w.t.Logf("%s of outage, %d customers: %s; want at most %d proofs; the simulator received %d", time.Since(began),
		len(keys), c, bound, w.received())
	if c.proofs > bound || c.requests > workers {
		w.t.Errorf("%d proofs and %d requests for customers, want at most %d and %d", c.proofs, c.requests, bound, workers)
	}
	if n := w.received(); n > c.proofs+c.requests {
		w.t.Errorf("the simulator received %d requests, and %d were sent", n, c.proofs+c.requests)
	}
	if time.Since(began) < outageGrace && c.customerWrites+c.otherWrites > 0 {
		w.t.Errorf("within the grace period: %s", c)
	}
}

// expectWrittenOnce verifies that each customer was written once, after its grace period, and not all at once.
func (w *world) expectWrittenOnce(began time.Time, keys []client.ObjectKey) {
	w.t.Helper()
	const mostInAMinute = 60
	times, written := []time.Time{}, map[client.ObjectKey]int{}
	for _, one := range w.api.of("CustomerIntegration") {
		times = append(times, one.at)
		written[one.key]++
	}
	for _, key := range keys {
		if written[key] != 1 {
			w.t.Errorf("%s: %d writes", key, written[key])
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	if len(times) == 0 {
		w.t.Fatal("no customer was written")
	}
	w.t.Logf("%d customers written %s to %s after the outage began, at most %d within a minute",
		len(times), times[0].Sub(began), times[len(times)-1].Sub(began), most(times, time.Minute))
	if n := most(times, time.Minute); n > mostInAMinute {
		w.t.Errorf("%d writes within a minute, want at most %d", n, mostInAMinute)
	}
	w.expectAll("during the outage", v1alpha1.ConditionReady, "Unknown AuthorityUnavailable", keys...)
}

// expectFlowing verifies that sync is allowed for every customer, and that no CronJob is suspended.
func (w *world) expectFlowing(keys []client.ObjectKey) {
	w.t.Helper()
	var cronJobs batchv1.CronJobList
	w.must(w.api.List(context.Background(), &cronJobs))
	if len(cronJobs.Items) != len(keys) {
		w.t.Errorf("%d CronJobs of %d customers", len(cronJobs.Items), len(keys))
	}
	for i := range cronJobs.Items {
		if s := cronJobs.Items[i].Spec.Suspend; s != nil && *s {
			w.t.Errorf("CronJob %s is suspended", cronJobs.Items[i].Name)
		}
	}
	for _, key := range keys {
		if may, why := entitlement.MaySync(w.current(), w.customer(key), nil, v1alpha1.ServiceFollowUpPlans); !may {
			w.t.Errorf("%s: sync is not allowed: %s", key, why)
		}
	}
}

// expectRecovered verifies that all customers are verified again, within the limit.
func (w *world) expectRecovered(keys []client.ObjectKey) {
	w.t.Helper()
	w.expectAll("after the outage", v1alpha1.ConditionReady, "True Delegated", keys...)
	w.expectFlowing(keys)
	requests, own := w.requests.sent()
	verified := map[string]int{}
	for _, r := range requests {
		verified[r.consumer]++
	}
	if len(verified) != len(keys) || slices.Max(slices.Collect(maps.Values(verified))) > 1 {
		w.t.Errorf("%d of %d customers verified by %d requests", len(verified), len(keys), len(requests))
	}
	times := timesOf(requests)
	last := slices.MaxFunc(times, time.Time.Compare).Sub(slices.MinFunc(times, time.Time.Compare))
	second, ten := most(times, time.Second), most(times, 10*time.Second)
	w.t.Logf("after the outage: %d requests within %s and %d proofs; at most %d in a second, %d in ten; %s",
		len(requests), last, own, second, ten, w.counted())
	if second > 2*perSecond || ten > 11*perSecond { // the bucket, once, and its refill
		w.t.Errorf("%d requests in a second, %d in ten", second, ten)
	}
}

package verification

import (
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

// overdue returns the metric of the oldest overdue verification.
func (l *loop) overdue() time.Duration {
	l.t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(customerintegration.NewCustomerCollector(l.client, time.UTC, l.clock.Now, logr.Discard()))
	families, err := registry.Gather()
	l.must(err)
	for _, f := range families {
		if f.GetName() == metrics.OldestOverdueCheck.Name {
			return time.Duration(f.GetMetric()[0].GetGauge().GetValue() * float64(time.Second))
		}
	}
	l.t.Fatal("there is no " + metrics.OldestOverdueCheck.Name)
	return 0
}

// alertAfter is how long a verification may be due before ChecksLate fires.
const alertAfter = 30 * time.Minute

// TestRejectedCustomer has Maskinporten reject one of four customers with access for two days. It keeps its access,
// the other customers show that the rejection is its own, and so its verification is never late: it reports the
// rejection itself once the grace period is over, also to a new leader, until Maskinporten returns a token.
func TestRejectedCustomer(t *testing.T) {
	t.Parallel()
	const interval, days = time.Hour, 2
	l, keys := newPlansLoop(t, interval, 4)
	bad := keys[2]
	l.must(l.simulator.SetFaults(customersOnly(numbers(4)[2:3], simmaskinporten.AnswerFaults{RefuseWith: "MP-011"})))
	for range days * 24 {
		l.run(interval)
		if state := l.access(bad, v1alpha1.ServiceFollowUpPlans).State; state != v1alpha1.AuthorizationGranted {
			t.Fatalf("access is %s at %s", state, l.clock.Now())
		}
		l.supplierSaysNow(v1alpha1.ConditionMaskinportenReachable, "True Reachable")
		if late := l.overdue(); late > alertAfter {
			t.Fatalf("a verification is %s late, %s", late, l.clock.Now())
		}
	}
	l.says(bad, v1alpha1.ConditionReady, "False RequestRejected")
	rejected := l.access(bad, v1alpha1.ServiceFollowUpPlans).LastRejectedTime
	if rejected == nil || l.clock.Now().Sub(rejected.Time) > 2*interval {
		t.Errorf("last rejected at %s, now %s", rejected, l.clock.Now())
	}

	l.restart(keys...)
	l.run(time.Minute)
	l.says(bad, v1alpha1.ConditionReady, "False RequestRejected")
	l.must(l.simulator.SetFaults(simulator.Faults{}))
	l.run(2 * interval)
	l.says(bad, v1alpha1.ConditionReady, "True Delegated")
	if got := l.access(bad, v1alpha1.ServiceFollowUpPlans).LastRejectedTime; got != nil {
		t.Errorf("verified again, and last rejected at %s", got)
	}
}

// TestRejectionOfAllIsLate has Maskinporten reject all customers, or the only one, for twelve hours. That may be about
// us, so no customer reports it, and their verifications are late.
func TestRejectionOfAllIsLate(t *testing.T) {
	t.Parallel()
	for name, customers := range map[string]int{"all": 4, "the only one": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const interval = time.Hour
			l, keys := newPlansLoop(t, interval, customers)
			l.must(l.simulator.SetFaults(customersOnly(numbers(customers), simmaskinporten.AnswerFaults{RefuseWith: "MP-011"})))
			for range 12 {
				l.run(interval)
			}
			if late := l.overdue(); late < 10*interval {
				t.Errorf("a verification is %s late", late)
			}
			for _, key := range keys {
				l.reportsNoRejection(key)
			}
		})
	}
}

// TestRejectionOfOneThenOfAll has Maskinporten reject one customer with access for three hours, then all for twelve.
// The one is late from then on, too: what it was rejected for before says nothing about the later rejections.
func TestRejectionOfOneThenOfAll(t *testing.T) {
	t.Parallel()
	const interval = time.Hour
	l, keys := newPlansLoop(t, interval, 4)
	reject := func(customers []string) {
		l.must(l.simulator.SetFaults(customersOnly(customers, simmaskinporten.AnswerFaults{RefuseWith: "MP-011"})))
	}
	reject(numbers(4)[:1])
	for range 3 {
		l.run(interval)
	}
	lastAlone := l.access(keys[0], v1alpha1.ServiceFollowUpPlans).LastRejectedTime
	if lastAlone == nil {
		t.Fatal("the rejection of one customer is not reported")
	}
	reject(numbers(4))
	began := l.clock.Now()
	for range 12 {
		l.run(interval)
	}
	last := l.access(keys[0], v1alpha1.ServiceFollowUpPlans).LastRejectedTime
	if last == nil || last.Time.After(began) {
		t.Errorf("last rejected at %s, all are rejected since %s", last, began)
	}
	for _, key := range keys[1:] { // they are late as well
		l.must(l.client.Delete(t.Context(), &v1alpha1.CustomerIntegration{
			ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
		}))
	}
	if late := l.overdue(); late < 10*interval {
		t.Errorf("its verification is %s late", late)
	}
}

func (l *loop) reportsNoRejection(key client.ObjectKey) {
	l.t.Helper()
	access := l.access(key, v1alpha1.ServiceFollowUpPlans)
	if access.LastRejectedTime != nil || access.Reason == v1alpha1.ReasonRequestRejected {
		l.t.Errorf("%s: %s, last rejected at %s", key, access.Reason, access.LastRejectedTime)
	}
}

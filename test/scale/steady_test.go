package scale

import (
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/fixture"
)

// TestSteadyDay lets a day of 500 customers go by: each question is one write, each customer has one a interval, and the
// Supplier one proof and one write.
func TestSteadyDay(t *testing.T) { synctest.Test(t, steadyDay) }

func steadyDay(t *testing.T) {
	const customers, intervals = 500, 4
	w := newWorld(t)
	keys := w.addGranted(integrationsv1alpha1.SyncDisabled, fixture.Numbers(customers)...)
	w.run(10 * time.Minute)
	w.expectAll("after the start", integrationsv1alpha1.ConditionReady, "True Delegated", keys...)
	w.forget()
	began := time.Now()
	w.run(intervals * interval)
	w.t.Logf("%s of %d customers, interval %s, so far: %s", time.Since(began), customers, interval, w.counted())
}

func _(client.ObjectKey) {}

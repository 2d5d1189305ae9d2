package scale

import (
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/sample"
)

// TestImplausibleWithdrawals lets ten and eleven of 200 customers withdraw access within an hour. Eleven are an alarm,
// which is one event and ends after the hour. The customers' states are not affected.
func TestImplausibleWithdrawals(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason    string
		withdrawn int
		alarm     string
		events    int // of the Supplier
	}{
		"ten": {reason: "5 % is plausible", withdrawn: 10, alarm: "False FewWithdrawals"},
		"eleven": {
			reason: "more than 5 % and more than 10 is implausible", withdrawn: 11, alarm: "True ManyWithdrawals",
			events: 1,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, keys := withdrawing(t, c.withdrawn)
				if got := w.alarm(); got != c.alarm {
					t.Errorf("%s: %s, want %s", c.reason, got, c.alarm)
				}
				if got := w.events.reasons(supplierName); total(got) != c.events || got["ManyWithdrawals"] != c.events {
					t.Errorf("%s: events %v", c.reason, got)
				}
				w.run(time.Hour)
				if got := w.alarm(); got != "False FewWithdrawals" {
					t.Errorf("after the hour: %s", got)
				}
				if got := w.events.reasons(supplierName); got["ManyWithdrawals"] != c.events || got["FewWithdrawals"] != c.events {
					t.Errorf("after the hour: events %v", got)
				}
				w.expectAll("after the hour", v1alpha1.ConditionReady, "False DelegationWithdrawn", keys[:c.withdrawn]...)
				w.expectAll("the others'", v1alpha1.ConditionReady, "True Delegated", keys[c.withdrawn:]...)
				events := w.events.reasons(supplierName)
				t.Logf("%d of %d: %s; events of the Supplier %v", c.withdrawn, len(keys), w.counted(), events)
			})
		})
	}
}

// withdrawing returns 200 customers of whom some have withdrawn access within half an hour.
func withdrawing(t testing.TB, withdrawn int) (*world, []client.ObjectKey) {
	t.Helper()
	w := newWorld(t, everyInterval(30*time.Minute))
	numbers := sample.Numbers(200)
	keys := w.addGranted(v1alpha1.SyncDisabled, numbers...)
	w.run(10 * time.Minute)
	w.forget()
	for _, number := range numbers[:withdrawn] {
		w.withdraw(number)
	}
	w.run(34 * time.Minute)
	return w, keys
}

func (w *world) alarm() string {
	w.t.Helper()
	return sample.StatusOf(w.current().Status.Conditions, v1alpha1.ConditionWithdrawalsImplausible)
}

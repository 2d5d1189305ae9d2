package scale

import (
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/fixture"
)

// TestImplausibleWithdrawals lets ten and eleven of 200 customers withdraw within the hour. Eleven are an alarm: it is told
// once, ends by itself when the hour is over, and each verdict stands.
func TestImplausibleWithdrawals(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		reason    string
		withdrawn int
		alarm     string
		events    int // of the Supplier
	}{
		"ten":    {"5 % are no alarm", 10, "False FewWithdrawals", 0},
		"eleven": {"more than 5 %, and more than 10, are one", 11, "True ManyWithdrawals", 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, keys := withdrawing(t, c.withdrawn)
				if got := w.alarm(); got != c.alarm {
					t.Errorf("%s: %s, want %s", c.reason, got, c.alarm)
				}
				if got := w.told.reasons(supplierName); total(got) != c.events || got["ManyWithdrawals"] != c.events {
					t.Errorf("%s: events %v", c.reason, got)
				}
				w.run(time.Hour)
				if got := w.alarm(); got != "False FewWithdrawals" {
					t.Errorf("the hour is over: %s", got)
				}
				if got := w.told.reasons(supplierName); got["ManyWithdrawals"] != c.events || got["FewWithdrawals"] != c.events {
					t.Errorf("the hour is over: events %v", got)
				}
				w.expectAll("the verdicts stand", v1alpha1.ConditionReady, "False DelegationWithdrawn", keys[:c.withdrawn]...)
				w.expectAll("the others'", v1alpha1.ConditionReady, "True Delegated", keys[c.withdrawn:]...)
				t.Logf("%d of %d: %s; events of the Supplier %v", c.withdrawn, len(keys), w.counted(), w.told.reasons(supplierName))
			})
		})
	}
}

// withdrawing makes 200 customers of whom so many have withdrawn, half an hour ago at most.
func withdrawing(t testing.TB, withdrawn int) (*world, []client.ObjectKey) {
	t.Helper()
	w := newWorld(t, everyInterval(30*time.Minute))
	numbers := fixture.Numbers(200)
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
	return fixture.Says(w.current().Status.Conditions, v1alpha1.ConditionWithdrawalsImplausible)
}

package scale

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/test/sample"
)

// TestFlapping lets ten customers grant and withdraw access every ten minutes for four hours. Each transition is one
// event and one write.
func TestFlapping(t *testing.T) {
	t.Parallel()
	synctest.Test(t, flapping)
}

func flapping(t *testing.T) {
	const customers, transitions = 10, 24
	w := newWorld(t, everyInterval(3*time.Minute))
	numbers := sample.Numbers(customers)
	keys := w.addGranted(v1alpha1.SyncDisabled, numbers...)
	w.run(5 * time.Minute)
	w.forget()
	for i := range transitions {
		for _, number := range numbers {
			if i%2 == 0 {
				w.withdraw(number)
			} else {
				w.delegate(number)
			}
		}
		w.run(10 * time.Minute)
		want := map[bool]string{true: "False DelegationWithdrawn", false: "True Delegated"}[i%2 == 0]
		w.expectAll("ten minutes later", v1alpha1.ConditionReady, want, keys...)
	}
	c := w.counted()
	t.Logf("%d customers, %d transitions of each: %s", customers, transitions, c)
	for _, key := range keys {
		got := w.events.reasons(key.Name)
		if got["DelegationWithdrawn"] != transitions/2 || got["Delegated"] != transitions/2 || total(got) != transitions {
			t.Errorf("%s: events %v, want one per transition", key, got)
		}
	}
	if c.customerWrites != c.requests {
		t.Errorf("%d requests and %d writes, want one write per request", c.requests, c.customerWrites)
	}
}

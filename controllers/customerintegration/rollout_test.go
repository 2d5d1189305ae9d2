package customerintegration

import (
	"strconv"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"

	"github.com/4human/integration-operator/internal/fixture"
)

// TestRollout verifies that of ten thousand customers at once each gets its own slot, and is reconciled once more.
func TestRollout(t *testing.T) {
	const customers = 10000
	var r rollout
	var last time.Duration
	perSecond := map[int]int{}
	for i := range customers {
		key := types.NamespacedName{Name: strconv.Itoa(i)}
		wait := r.wait(key, fixture.Noon)
		if i < rolloutBurst && wait != 0 {
			t.Fatalf("%d waits for %s, want none of the first %d to wait", i, wait, rolloutBurst)
		}
		perSecond[int(wait/time.Second)]++
		last = max(last, wait)
		if wait == 0 {
			continue
		}
		if again := r.wait(key, fixture.Noon.Add(wait/2)); again != wait-wait/2 {
			t.Fatalf("%d comes too early and waits for %s, want %s", i, again, wait-wait/2)
		}
		if again := r.wait(key, fixture.Noon.Add(wait)); again != 0 {
			t.Fatalf("%d waits once more, for %s", i, again)
		}
	}
	if want := (customers - rolloutBurst) * time.Second / rolloutRate; last.Round(time.Second) != want.Round(time.Second) {
		t.Errorf("the last one waits for %s, want %s", last, want)
	}
	for second, n := range perSecond {
		if n > rolloutBurst+rolloutRate {
			t.Errorf("%d in second %d", n, second)
		}
	}
}

// TestRolloutIsSpread uses up the burst of replaced CronJobs: the next customer is reconciled again in its slot. Stops
// and resumptions do not wait.
func TestRolloutIsSpread(t *testing.T) {
	replaced := makeCustomer().granted(0).inPlace().with(started).with(func(s *scope) { s.supplier.Spec.Name = "4HUMAN" })
	stopped := makeCustomer().granted(0).inPlace().with(started).with(withdrawn)
	resumed := makeCustomer().granted(0).inPlace().with(started).
		with(edit(func(c *batchv1.CronJob) { c.Spec.Suspend = new(true) }))
	for name, c := range map[string]struct {
		reason string
		pass   customerBuilder
		wait   time.Duration
		calls  int
	}{
		"replaced": {reason: "nothing depends on the moment", pass: replaced, wait: time.Second / rolloutRate, calls: 0},
		"stopped":  {reason: "access was taken back", pass: stopped, wait: 0, calls: 2},
		"resumed":  {reason: "access was given", pass: resumed, wait: 0, calls: 2},
	} {
		t.Run(name, func(t *testing.T) {
			server := fixture.Server(t, thereOf(c.pass.s)...)
			r := &Reconciler{Client: server, Live: server, Events: events.NewFakeRecorder(10), Now: fixture.NowIsNoon}
			for i := range rolloutBurst {
				r.rollout.wait(types.NamespacedName{Name: strconv.Itoa(i)}, fixture.Noon)
			}
			_, wait, err := r.apply(t.Context(), c.pass.s.verdict())
			if err != nil || wait != c.wait || len(server.Calls) != c.calls {
				t.Errorf("%s: it comes again after %s, want %s; calls %v, %v", c.reason, wait, c.wait, server.Calls, err)
			}
		})
	}
}

// TestRolloutForgets verifies that the slot of a deleted customer is dropped.
func TestRolloutForgets(t *testing.T) {
	var r rollout
	for i := range rolloutBurst + 1 {
		r.wait(types.NamespacedName{Name: strconv.Itoa(i)}, fixture.Noon)
	}
	if len(r.slots) != 1 {
		t.Fatalf("%d turns", len(r.slots))
	}
	r.forget(types.NamespacedName{Name: strconv.Itoa(rolloutBurst)})
	if len(r.slots) != 0 {
		t.Errorf("%d turns are left", len(r.slots))
	}
}

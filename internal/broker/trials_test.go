package broker

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// withRejections sets the Supplier's condition RejectionsImplausible.
func withRejections(status metav1.ConditionStatus, reason string) func(*objects) {
	return func(o *objects) {
		o.supplier.Status.Conditions = []metav1.Condition{{
			Type: v1alpha1.ConditionRejectionsImplausible, Status: status, Reason: reason,
			LastTransitionTime: metav1.NewTime(noon),
		}}
	}
}

// TestOfferingStopped requests a token for plans while NAV rejects those of many customers. The refusal is temporary,
// and after a delay one run may try.
func TestOfferingStopped(t *testing.T) {
	w := makeWorld(t, withRejections(metav1.ConditionTrue, v1alpha1.ReasonManyRejections))
	if diff := cmp.Diff(wantUnavailable("ManyRejections"), w.ask(nil)); diff != "" {
		t.Errorf("before the delay (-want +got):\n%s", diff)
	}
	w.clock.pass(trialDelay)
	for range 2 {
		if got := w.ask(nil); got.Status != http.StatusOK {
			t.Errorf("a run that tries: %+v", got)
		}
	}
}

// TestOfferingContinues requests tokens that are not withheld.
func TestOfferingContinues(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*objects)
	}{
		"well": {
			reason: "NAV accepts plans",
			change: withRejections(metav1.ConditionFalse, v1alpha1.ReasonFewRejections),
		},
		"unknown": {reason: "the Supplier has no such condition"},
		"sick-notes": {
			reason: "other services are not affected",
			change: func(o *objects) { systemUser(o); withRejections(metav1.ConditionTrue, "ManyRejections")(o) },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := makeWorld(t, c.change).ask(nil); got.Status != http.StatusOK {
				t.Errorf("%s: %s: %+v", name, c.reason, got)
			}
		})
	}
}

// TestTrials verifies which pods are admitted after offering stopped.
func TestTrials(t *testing.T) {
	type ask struct {
		after     time.Duration
		supplier  types.UID
		pod       types.UID
		stopped   time.Duration // after noon
		admitted  bool
		remembers int
	}
	cases := map[string]struct {
		reason string
		asks   []ask
	}{
		"early": {reason: "no trial before the delay", asks: []ask{{after: trialDelay - time.Second, pod: "1"}}},
		"first-come": {reason: "one more run a minute, and admitted runs stay admitted", asks: []ask{
			{after: trialDelay, pod: "1", admitted: true, remembers: 1},
			{after: trialDelay, pod: "2", remembers: 1},
			{after: trialDelay + trialEvery, pod: "1", admitted: true, remembers: 1},
			{after: trialDelay + trialEvery, pod: "2", admitted: true, remembers: 2},
			{after: trialDelay + trialEvery, pod: "3", remembers: 2},
		}},
		"another-supplier": {reason: "each Supplier has its own trials", asks: []ask{
			{after: trialDelay, pod: "1", admitted: true, remembers: 1},
			{after: trialDelay, supplier: "other", pod: "2", admitted: true, remembers: 2},
		}},
		"stopped-again": {reason: "a run that was admitted before must wait again", asks: []ask{
			{after: trialDelay, pod: "1", admitted: true, remembers: 1},
			{after: trialDelay + 2*time.Minute, pod: "1", stopped: trialDelay + time.Minute, remembers: 1},
		}},
		"forgotten": {reason: "a trial ends after trialTime", asks: []ask{
			{after: trialDelay, pod: "1", admitted: true, remembers: 1},
			{after: trialDelay + trialTime, pod: "2", admitted: true, remembers: 1},
			{after: trialDelay + trialTime, pod: "1", remembers: 1},
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			now := noon
			trials := newTrials(func() time.Time { return now })
			for i, a := range c.asks {
				now = noon.Add(a.after)
				if got := trials.admit(a.supplier, a.pod, noon.Add(a.stopped)); got != a.admitted ||
					len(trials.runs) != a.remembers {
					t.Errorf("%s: %d: %t, want %t; %d remembered, want %d", c.reason, i, got, a.admitted, len(trials.runs),
						a.remembers)
				}
			}
		})
	}
}

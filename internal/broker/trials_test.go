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

// rejections sets the Supplier's condition RejectionsImplausible.
func rejections(status metav1.ConditionStatus, reason string) func(*objects) {
	return func(o *objects) {
		o.supplier.Status.Conditions = []metav1.Condition{{
			Type: v1alpha1.ConditionRejectionsImplausible, Status: status, Reason: reason, LastTransitionTime: metav1.NewTime(noon),
		}}
	}
}

// TestOfferingStopped asks for a token for plans while NAV refuses those of many customers: that is no refusal of the
// customer, and after a while a run may try.
func TestOfferingStopped(t *testing.T) {
	w := makeWorld(t, rejections(metav1.ConditionTrue, v1alpha1.ReasonManyRejections))
	if diff := cmp.Diff(outage("ManyRejections"), w.ask(nil)); diff != "" {
		t.Errorf("at once (-want +got):\n%s", diff)
	}
	w.clock.pass(trialDelay)
	for range 2 {
		if got := w.ask(nil); got.Status != http.StatusOK {
			t.Errorf("a run that tries: %+v", got)
		}
	}
}

// TestOfferingGoesOn asks for tokens that are not held back.
func TestOfferingGoesOn(t *testing.T) {
	cases := map[string]struct {
		reason string
		change func(*objects)
	}{
		"well":       {"NAV takes plans", rejections(metav1.ConditionFalse, v1alpha1.ReasonFewRejections)},
		"unknown":    {"a Supplier of an older version", nil},
		"sick-notes": {"other services are not concerned", func(o *objects) { systemUser(o); rejections(metav1.ConditionTrue, "ManyRejections")(o) }},
	}
	for name, c := range cases {
		if got := makeWorld(t, c.change).ask(nil); got.Status != http.StatusOK {
			t.Errorf("%s: %s: %+v", name, c.reason, got)
		}
	}
}

// TestTrials asks for several pods, each some time after offering was stopped.
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
		"early": {"NAV is left alone at first", []ask{{after: trialDelay - time.Second, pod: "1"}}},
		"first-come": {"one run a minute, and it goes on", []ask{
			{after: trialDelay, pod: "1", admitted: true, remembers: 1},
			{after: trialDelay, pod: "2", remembers: 1},
			{after: trialDelay + trialEvery, pod: "1", admitted: true, remembers: 1},
			{after: trialDelay + trialEvery, pod: "2", admitted: true, remembers: 2},
			{after: trialDelay + trialEvery, pod: "3", remembers: 2},
		}},
		"another-supplier": {"each Supplier has its own NAV", []ask{
			{after: trialDelay, pod: "1", admitted: true, remembers: 1},
			{after: trialDelay, supplier: "other", pod: "2", admitted: true, remembers: 2},
		}},
		"stopped-again": {"what tried the last time waits again", []ask{
			{after: trialDelay, pod: "1", admitted: true, remembers: 1},
			{after: trialDelay + 2*time.Minute, pod: "1", stopped: trialDelay + time.Minute, remembers: 1},
		}},
		"forgotten": {"a run does not last longer", []ask{
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
				if got := trials.admit(a.supplier, a.pod, noon.Add(a.stopped)); got != a.admitted || len(trials.runs) != a.remembers {
					t.Errorf("%s: %d: %t, want %t; %d remembered, want %d", c.reason, i, got, a.admitted, len(trials.runs), a.remembers)
				}
			}
		})
	}
}

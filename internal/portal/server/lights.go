package server

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/portal/page"
	"github.com/4human/integration-operator/internal/rollout"
)

// lightsOf returns the lights of a Supplier. Package rollout decides which services the Supplier needs and how long its
// key lasts; reasons and times are those of the conditions.
func lightsOf(s *v1alpha1.Supplier, now time.Time) []page.Light {
	signals := rollout.Lights([]v1alpha1.Supplier{*s}, now)[0]
	lights := []page.Light{readyLight(s)}
	for _, one := range []struct {
		kind      page.LightKind
		signal    rollout.Signal
		condition string
	}{
		{page.LightMaskinporten, signals.Maskinporten, v1alpha1.ConditionMaskinportenReachable},
		{page.LightAltinn, signals.Altinn, v1alpha1.ConditionAltinnReachable},
		{page.LightNAV, signals.NAV, v1alpha1.ConditionNAVReachable},
		{page.LightKey, signals.Key, v1alpha1.ConditionKeyExpiring},
	} {
		if one.signal != rollout.Off {
			lights = append(lights, lightOf(s, one.kind, one.signal, one.condition))
		}
	}
	addDays(lights, signals)
	return lights
}

// lightOf returns the light of a signal.
func lightOf(s *v1alpha1.Supplier, kind page.LightKind, signal rollout.Signal, condition string) page.Light {
	l := page.Light{Supplier: s.Name, Kind: kind, State: lightStates[signal]}
	if kind == page.LightKey && signal == rollout.Red {
		l.State = page.LightWarning
	}
	if c := meta.FindStatusCondition(s.Status.Conditions, condition); c != nil {
		l.Reason, l.Since = c.Reason, c.LastTransitionTime.Time
	}
	return l
}

var lightStates = map[rollout.Signal]page.LightState{
	rollout.Green: page.LightOK, rollout.Red: page.LightDown, rollout.Grey: page.LightUnknown,
}

// addDays adds the days that the key has left. A key without any has ended.
func addDays(lights []page.Light, signals rollout.Light) {
	key := &lights[len(lights)-1]
	if signals.KeyEnd.IsZero() || key.Kind != page.LightKey {
		return
	}
	days := signals.KeyDays
	key.Days = &days
	if days <= 0 {
		key.State = page.LightDown
	}
}

// readyLight returns the light of the Supplier itself.
func readyLight(s *v1alpha1.Supplier) page.Light {
	l := page.Light{Supplier: s.Name, Kind: page.LightSupplier, State: page.LightUnknown}
	ready := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionReady)
	if ready == nil {
		return l
	}
	l.Reason, l.Since = ready.Reason, ready.LastTransitionTime.Time
	switch ready.Status {
	case metav1.ConditionTrue:
		l.State = page.LightOK
	case metav1.ConditionFalse:
		l.State = page.LightDown
	case metav1.ConditionUnknown:
	}
	return l
}

package rollout

import (
	"math"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/keylife"
	"github.com/4human/integration-operator/internal/services"
)

// Signal is whether a service outside responds.
type Signal string

const (
	// Green means that it responds.
	Green Signal = "Green"
	// Red means that it does not.
	Red Signal = "Red"
	// Grey means that it is not known.
	Grey Signal = "Grey"
	// Off means that the Supplier does not need it.
	Off Signal = "Off"
)

// Light is what a Supplier depends on.
type Light struct {
	// Supplier is the name of the Supplier, and Title the supplier's name.
	Supplier, Title           string
	Maskinporten, Altinn, NAV Signal
	// Key is Red if the key or certificate expires within 30 days or has expired, Grey if its end is unknown.
	Key Signal
	// KeyEnd is when the key expires, zero if that is unknown. KeyDays is the whole days until then, negative after it.
	KeyEnd  time.Time
	KeyDays int
}

// Lights describes what each Supplier depends on.
func Lights(suppliers []v1alpha1.Supplier, now time.Time) []Light {
	all := make([]Light, 0, len(suppliers))
	for i := range suppliers {
		all = append(all, lightOf(&suppliers[i], now))
	}
	return all
}

func lightOf(s *v1alpha1.Supplier, now time.Time) Light {
	l := Light{
		Supplier: s.Name, Title: s.Spec.Name,
		Maskinporten: signalOf(s, v1alpha1.ConditionMaskinportenReachable),
		Altinn:       signalOf(s, v1alpha1.ConditionAltinnReachable),
		NAV:          signalOf(s, v1alpha1.ConditionNAVReachable),
		Key:          Grey,
	}
	if !needsSystemUser(s) {
		l.Altinn = Off
	}
	l.addKey(s, now)
	return l
}

// signalOf returns the signal of a condition that is True if all is well.
func signalOf(s *v1alpha1.Supplier, conditionType string) Signal {
	switch c := meta.FindStatusCondition(s.Status.Conditions, conditionType); {
	case c == nil || c.Status == metav1.ConditionUnknown:
		return Grey
	case c.Status == metav1.ConditionTrue:
		return Green
	default:
		return Red
	}
}

func needsSystemUser(s *v1alpha1.Supplier) bool {
	return slices.ContainsFunc(services.Offered(s), services.Service.NeedsSystemUser)
}

// addKey adds the end of a registered key, by the rule that KeyExpiring has, and what KeyExpiring reports. Of an
// enterprise certificate only KeyExpiring is known.
func (l *Light) addKey(s *v1alpha1.Supplier, now time.Time) {
	switch c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionKeyExpiring); {
	case c == nil || c.Status == metav1.ConditionUnknown:
	case c.Status == metav1.ConditionTrue:
		l.Key = Red
	default:
		l.Key = Green
	}
	end, err := keylife.End(s)
	if err != nil || end.IsZero() {
		return
	}
	l.KeyEnd, l.KeyDays = end, int(math.Floor(end.Sub(now).Hours()/24))
	l.Key = Green
	if !now.Before(end.Add(-keylife.Warning)) {
		l.Key = Red
	}
}

package controllers

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// keyLife is how long a key lives at Maskinporten from its registration (docs.digdir.no, Maskinporten: a registered key
	// has to be renewed once a year).
	keyLife = 365 * 24 * time.Hour
	// keyWarning is how long before its end is warned of it.
	keyWarning = 30 * 24 * time.Hour
)

// keyEnd gives when the key's year is over, the zero time if it is not said when it was registered. The day is one of UTC:
// Maskinporten knows the hour, and we do not. The error says that there is no such day.
func keyEnd(s *integrationsv1alpha1.Supplier) (time.Time, error) {
	day := s.Spec.Maskinporten.KeyRegisteredAt
	if day == "" {
		return time.Time{}, nil
	}
	registered, err := time.ParseInLocation(time.DateOnly, day, time.UTC)
	if err != nil {
		return time.Time{}, fmt.Errorf("spec.maskinporten.keyRegisteredAt: there is no day %s", day)
	}
	return registered.Add(keyLife), nil
}

// keyExpiring gives the condition of that name, nil if it is not said when the key was registered. Pure.
func keyExpiring(s *integrationsv1alpha1.Supplier, now time.Time) *finding {
	end, err := keyEnd(s)
	if err != nil {
		return &finding{
			metav1.ConditionUnknown, integrationsv1alpha1.ReasonConfigurationInvalid,
			fmt.Sprintf("There is no day %s: correct spec.maskinporten.keyRegisteredAt, or nobody is warned before the key's year is over.",
				s.Spec.Maskinporten.KeyRegisteredAt),
		}
	}
	last := end.Format(time.DateOnly)
	switch {
	case end.IsZero():
		return nil
	case !now.Before(end):
		return &finding{
			metav1.ConditionTrue, integrationsv1alpha1.ReasonKeyExpiresSoon,
			fmt.Sprintf("By spec.maskinporten.keyRegisteredAt, the key's year at Maskinporten was over on %s: register a new key at %s, put it in Secret %s, "+
				"and write the day into keyRegisteredAt. If the key has been registered anew already, write that day.",
				last, selfService(s), s.Spec.Maskinporten.KeySecretRef.Name),
		}
	case !now.Before(end.Add(-keyWarning)):
		return &finding{
			metav1.ConditionTrue, integrationsv1alpha1.ReasonKeyExpiresSoon,
			fmt.Sprintf("The key's year at Maskinporten is over on %s: register a new key at %s before that day, put it in Secret %s, "+
				"and write the day into spec.maskinporten.keyRegisteredAt.",
				last, selfService(s), s.Spec.Maskinporten.KeySecretRef.Name),
		}
	default:
		return &finding{metav1.ConditionFalse, integrationsv1alpha1.ReasonKeyValid, fmt.Sprintf("The key's year at Maskinporten lasts until %s.", last)}
	}
}

// keyFlip gives when KeyExpiring will say something else, the zero time if only a change of the spec can bring that about.
func keyFlip(s *integrationsv1alpha1.Supplier, now time.Time) time.Time {
	end, err := keyEnd(s)
	if err != nil || end.IsZero() {
		return time.Time{}
	}
	for _, t := range []time.Time{end.Add(-keyWarning), end} {
		if t.After(now) {
			return t
		}
	}
	return time.Time{}
}

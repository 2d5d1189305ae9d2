package supplier

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
)

const (
	// keyLife is how long a key lives at Maskinporten from its registration (docs.digdir.no, Maskinporten: a registered key
	// has to be renewed once a year).
	keyLife = 365 * 24 * time.Hour
	// keyWarning is how long before its end, or a certificate's, is warned of it.
	keyWarning = 30 * 24 * time.Hour
)

// keyEnd gives when the key's year is over, the zero time if it is not said when it was registered. The day is one of UTC:
// Maskinporten knows the hour, and we do not. The error says that there is no such day.
func keyEnd(s *v1alpha1.Supplier) (time.Time, error) {
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

// certificateEnd gives when the certificate that grants name is over, the zero time if they name a registered key.
func certificateEnd(s *scope) time.Time {
	if s.guard == nil {
		return time.Time{} // what is wrong with it is told already
	}
	return s.guard.CertificateExpires()
}

// keyExpiring gives the condition of that name, nil if it is not known how long what signs our grants is accepted. Pure.
func keyExpiring(s *scope) *condition.State {
	if end := certificateEnd(s); !end.IsZero() {
		return certificateExpiring(s, end)
	}
	end, err := keyEnd(s.supplier)
	if err != nil {
		return &condition.State{
			Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonConfigurationInvalid,
			Message: fmt.Sprintf("There is no day %s: correct spec.maskinporten.keyRegisteredAt, or nobody is warned before the key's year is over.",
				s.supplier.Spec.Maskinporten.KeyRegisteredAt),
		}
	}
	if end.IsZero() {
		return nil
	}
	last, site, secret := end.Format(time.DateOnly), selfService(s.supplier), s.supplier.Spec.Maskinporten.KeySecretRef.Name
	switch {
	case !s.now.Before(end):
		return &condition.State{
			Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonKeyExpiresSoon,
			Message: fmt.Sprintf("By spec.maskinporten.keyRegisteredAt, the key's year at Maskinporten was over on %s: register a new key at %s, put it in Secret %s, "+
				"and write the day into keyRegisteredAt. If the key has been registered anew already, write that day.", last, site, secret),
		}
	case !s.now.Before(end.Add(-keyWarning)):
		return &condition.State{
			Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonKeyExpiresSoon,
			Message: fmt.Sprintf("The key's year at Maskinporten is over on %s: register a new key at %s before that day, put it in Secret %s, "+
				"and write the day into spec.maskinporten.keyRegisteredAt.", last, site, secret),
		}
	default:
		return &condition.State{Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonKeyValid, Message: fmt.Sprintf("The key's year at Maskinporten lasts until %s.", last)}
	}
}

// certificateExpiring is keyExpiring of a certificate.
func certificateExpiring(s *scope, end time.Time) *condition.State {
	last, secret := end.UTC().Format(time.DateOnly), s.supplier.Spec.Maskinporten.CertificateSecretRef.Name
	const replace = "order a new one for the same organization, and put its chain and its key in their Secrets."
	switch {
	case !s.now.Before(end):
		return &condition.State{
			Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonKeyExpiresSoon,
			Message: fmt.Sprintf("The enterprise certificate in Secret %s expired on %s: %s", secret, last, replace),
		}
	case !s.now.Before(end.Add(-keyWarning)):
		return &condition.State{
			Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonKeyExpiresSoon,
			Message: fmt.Sprintf("The enterprise certificate in Secret %s expires on %s: before that day, %s", secret, last, replace),
		}
	default:
		return &condition.State{
			Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonKeyValid,
			Message: fmt.Sprintf("The enterprise certificate in Secret %s is valid until %s.", secret, last),
		}
	}
}

// keyFlip gives when KeyExpiring will say something else, the zero time if only a change of the spec or a Secret can bring
// that about.
func keyFlip(s *scope) time.Time {
	end := certificateEnd(s)
	if end.IsZero() {
		end, _ = keyEnd(s.supplier) // a day that is none has no end
	}
	if end.IsZero() {
		return time.Time{}
	}
	for _, t := range []time.Time{end.Add(-keyWarning), end} {
		if t.After(s.now) {
			return t
		}
	}
	return time.Time{}
}

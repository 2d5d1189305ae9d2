package supplier

import (
	"fmt"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/keylife"
)

// certificateEnd returns when the certificate that grants name expires, the zero time if they name a registered key.
func certificateEnd(s *facts) time.Time {
	if s.guard == nil {
		return time.Time{} // Ready reports its fault
	}
	return s.guard.certificateExpires
}

// keyCondition returns the condition of that name, nil if the end of what signs our grants is unknown.
func keyCondition(s *facts) *condition.State {
	m := s.supplier.Spec.Maskinporten
	if end := certificateEnd(s); !end.IsZero() {
		return expiryCondition(s.now, end,
			fmt.Sprintf("The enterprise certificate in Secret %s", m.CertificateSecretRef.Name),
			"Order a new one for the same organization, and put its chain and key into their Secrets.")
	}
	end, err := keylife.End(s.supplier)
	if err != nil {
		return new(condition.Unknown(v1alpha1.ReasonConfigurationInvalid, fmt.Sprintf(
			"There is no day %s. Correct spec.maskinporten.keyRegisteredAt to be warned before the key expires.",
			m.KeyRegisteredAt)))
	}
	if end.IsZero() {
		return nil
	}
	const subject = "By spec.maskinporten.keyRegisteredAt, the key"
	if !s.now.Before(end) { // Ready says what to do if Maskinporten refuses it
		return expiryCondition(s.now, end, subject, "If Ready is True, correct that day.")
	}
	return expiryCondition(s.now, end, subject, fmt.Sprintf(
		"Register a new key at %s, put it into Secret %s and update keyRegisteredAt.",
		selfService(s.supplier), m.KeySecretRef.Name))
}

// expiryCondition returns KeyExpiring of a key or certificate that ends at a time.
func expiryCondition(now, end time.Time, subject, action string) *condition.State {
	last := end.UTC().Format(time.DateOnly)
	switch {
	case !now.Before(end):
		return new(condition.True(v1alpha1.ReasonKeyExpired, fmt.Sprintf("%s expired on %s. %s", subject, last, action)))
	case !now.Before(end.Add(-keylife.Warning)):
		return new(condition.True(v1alpha1.ReasonKeyExpiresSoon, fmt.Sprintf("%s expires on %s. %s", subject, last, action)))
	default:
		return new(condition.False(v1alpha1.ReasonKeyValid, fmt.Sprintf("%s is valid until %s.", subject, last)))
	}
}

// credentialEnd returns when the certificate or key expires, the zero time if that is unknown.
func credentialEnd(s *facts) time.Time {
	if end := certificateEnd(s); !end.IsZero() {
		return end.UTC()
	}
	end, _ := keylife.End(s.supplier) // a day that does not exist has no end
	return end
}

// keyFlip returns when KeyExpiring changes, the zero time if only a change of the spec or a Secret can change it.
func keyFlip(s *facts) time.Time {
	end := credentialEnd(s)
	if end.IsZero() {
		return time.Time{}
	}
	for _, t := range []time.Time{end.Add(-keylife.Warning), end} {
		if t.After(s.now) {
			return t
		}
	}
	return time.Time{}
}

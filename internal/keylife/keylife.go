// Package keylife has how long Maskinporten accepts the supplier's registered key.
package keylife

import (
	"fmt"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// life is how long Maskinporten accepts a key from its registration (docs.digdir.no, Maskinporten: a registered key
	// has to be renewed once a year).
	life = 365 * 24 * time.Hour
	// Warning is how long before the end of a key or certificate the supplier is warned.
	Warning = 30 * 24 * time.Hour
)

// End returns when the Supplier's registered key expires, the zero time if keyRegisteredAt is empty or the Supplier
// signs with an enterprise certificate. The day is taken as UTC: Maskinporten knows the hour, the operator does not. It
// returns an error if the day does not exist.
func End(s *v1alpha1.Supplier) (time.Time, error) {
	day := s.Spec.Maskinporten.KeyRegisteredAt
	if day == "" || s.Spec.Maskinporten.CertificateSecretRef.Name != "" {
		return time.Time{}, nil
	}
	registered, err := time.ParseInLocation(time.DateOnly, day, time.UTC)
	if err != nil {
		return time.Time{}, fmt.Errorf("spec.maskinporten.keyRegisteredAt: there is no day %s", day)
	}
	return registered.Add(life), nil
}

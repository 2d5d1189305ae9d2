package syncjob

import (
	"context"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/runsettings"
	"github.com/4human/integration-operator/internal/services"
)

// Broker is how the pods of jobs reach the token broker, and how it recognizes them.
type Broker struct {
	// URL is where pods request tokens.
	URL string
	// Certificate is the certificate of the authority that signs the broker's, in PEM.
	Certificate []byte
	// Seal seals the pods that the broker issues tokens to.
	Seal podseal.Key
}

// FindBroker returns the current token broker. Each reconcile calls it, so it reads from a cache.
type FindBroker func(ctx context.Context) (Broker, error)

// settingsOf returns the settings of a Supplier's runs.
func settingsOf(s *v1alpha1.Supplier, broker Broker) *runsettings.Settings {
	return &runsettings.Settings{
		TokenBroker: runsettings.TokenBroker{URL: broker.URL, CA: string(broker.Certificate)},
		NAV:         runsettings.NAV{FollowUpPlans: services.NAVFollowUpPlans(s), SickPay: services.NAVSickPay(s)},
		HRM:         runsettings.HRM{AllowedAddresses: s.Spec.HRM.AllowedAddresses},
		Supplier:    runsettings.Supplier{Name: s.Spec.Name},
	}
}

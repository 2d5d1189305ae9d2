package syncjob

import (
	"context"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/runsettings"
	"github.com/4human/integration-operator/internal/services"
)

// Broker is what the pods of jobs must know of the token broker, and how it recognizes them.
type Broker struct {
	// URL is where pods request tokens.
	URL string
	// Certificate is that of the authority by which pods know the broker, in PEM.
	Certificate []byte
	// Seal seals the pods that the broker gives tokens to.
	Seal podseal.Key
}

// FindBroker returns the token broker as it is now. It is called in each reconcile, so it reads from a cache.
type FindBroker func(ctx context.Context) (Broker, error)

// SettingsOf returns what a run trusts and what does not depend on the customer.
func SettingsOf(s *v1alpha1.Supplier, broker Broker) *runsettings.Settings {
	return &runsettings.Settings{
		TokenBroker: runsettings.TokenBroker{URL: broker.URL, CA: string(broker.Certificate)},
		NAV:         runsettings.NAV{FollowUpPlans: services.NAVFollowUpPlans(s), SickPay: services.NAVSickPay(s)},
		HRM:         runsettings.HRM{AllowedAddresses: s.Spec.HRM.AllowedAddresses},
		Supplier:    runsettings.Supplier{Name: s.Spec.Name},
	}
}

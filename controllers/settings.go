package controllers

import (
	"context"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
)

// TokenBroker is what the pods of jobs must know of the token broker, and how it recognizes them.
type TokenBroker struct {
	// URL is where pods request tokens.
	URL string
	// Certificate is that of the authority by which pods know the broker, in PEM.
	Certificate []byte
	// Seal seals the pods that the broker gives tokens to.
	Seal podseal.Key
}

// FindTokenBroker returns the token broker as it is now. It is called in each reconcile, so it reads from a cache.
type FindTokenBroker func(ctx context.Context) (TokenBroker, error)

// settingsOf returns what a run trusts and what does not depend on the customer.
func settingsOf(s *v1alpha1.Supplier, broker TokenBroker) *syncjob.Settings {
	return &syncjob.Settings{
		TokenBroker: syncjob.TokenBroker{URL: broker.URL, CA: string(broker.Certificate)},
		NAV:         syncjob.NAV{FollowUpPlans: services.NAVFollowUpPlans(s), SickPay: services.NAVSickPay(s)},
		HRM:         syncjob.HRM{AllowedAddresses: s.Spec.HRM.AllowedAddresses},
		Supplier:    syncjob.Supplier{Name: s.Spec.Name},
	}
}

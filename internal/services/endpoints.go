package services

import (
	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
)

// Base URLs of NAV's API for follow-up plans (github.com/navikt/lps-oppfolgingsplan-mottak, README).
const (
	navFollowUpPlansProduction = "https://lps-oppfolgingsplan-mottak.nav.no"
	navFollowUpPlansTest       = "https://lps-oppfolgingsplan-mottak.ekstern.dev.nav.no"
)

// NAVFollowUpPlans gives the base URL of NAV's API for follow-up plans, without a slash at its end, as a Supplier's
// environment or its override has it.
func NAVFollowUpPlans(s *integrationsv1alpha1.Supplier) string {
	switch {
	case s.Spec.Environment == integrationsv1alpha1.EnvironmentProduction:
		return navFollowUpPlansProduction
	case s.Spec.Endpoints.NAVFollowUpPlans != "":
		return s.Spec.Endpoints.NAVFollowUpPlans
	default:
		return navFollowUpPlansTest
	}
}

// Base URLs of Altinn's platform (docs.altinn.studio).
const (
	altinnProduction = "https://platform.altinn.no"
	altinnTest       = "https://platform.tt02.altinn.no"
)

// Altinn gives the base URL of Altinn's platform, without a slash at its end, as a Supplier's environment or its override
// has it.
func Altinn(s *integrationsv1alpha1.Supplier) string {
	switch {
	case s.Spec.Environment == integrationsv1alpha1.EnvironmentProduction:
		return altinnProduction
	case s.Spec.Endpoints.Altinn != "":
		return s.Spec.Endpoints.Altinn
	default:
		return altinnTest
	}
}

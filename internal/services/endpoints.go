package services

import (
	"cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Base URLs of NAV's API for follow-up plans (github.com/navikt/lps-oppfolgingsplan-mottak, README).
const (
	navFollowUpPlansProduction = "https://lps-oppfolgingsplan-mottak.nav.no"
	navFollowUpPlansTest       = "https://lps-oppfolgingsplan-mottak.ekstern.dev.nav.no"
)

// NAVFollowUpPlans gives the base URL of NAV's API for follow-up plans, without a slash at its end, as a Supplier's
// environment or its override has it.
func NAVFollowUpPlans(s *v1alpha1.Supplier) string {
	return baseURL(s, s.Spec.Endpoints.NAVFollowUpPlans, navFollowUpPlansProduction, navFollowUpPlansTest)
}

// Base URLs of NAV's API for sick notes and applications for sick pay (github.com/navikt/sykepenger-im-lps-api, .nais).
const (
	navSickPayProduction = "https://sykepenger-api.nav.no"
	navSickPayTest       = "https://sykepenger-api.ekstern.dev.nav.no"
)

// NAVSickPay gives the base URL of NAV's API for sick notes and applications for sick pay, without a slash at its end, as a
// Supplier's environment or its override has it.
func NAVSickPay(s *v1alpha1.Supplier) string {
	return baseURL(s, s.Spec.Endpoints.NAVSickPay, navSickPayProduction, navSickPayTest)
}

// Base URLs of Altinn's platform (docs.altinn.studio).
const (
	altinnProduction = "https://platform.altinn.no"
	altinnTest       = "https://platform.tt02.altinn.no"
)

// Altinn gives the base URL of Altinn's platform, without a slash at its end, as a Supplier's environment or its override
// has it.
func Altinn(s *v1alpha1.Supplier) string {
	return baseURL(s, s.Spec.Endpoints.Altinn, altinnProduction, altinnTest)
}

// baseURL is production's in production, where nothing overrides it, and else what a Supplier has in place of the test
// environment's.
func baseURL(s *v1alpha1.Supplier, override, production, test string) string {
	if s.Spec.Environment == v1alpha1.EnvironmentProduction {
		return production
	}
	return cmp.Or(override, test)
}

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

// NAVFollowUpPlans returns the base URL of NAV's API for follow-up plans, without a trailing slash, by the Supplier's
// environment or override.
func NAVFollowUpPlans(s *v1alpha1.Supplier) string {
	return baseURL(s, s.Spec.Endpoints.NAVFollowUpPlans, navFollowUpPlansProduction, navFollowUpPlansTest)
}

// Base URLs of NAV's API for sick notes and applications for sick pay (github.com/navikt/sykepenger-im-lps-api, .nais).
const (
	navSickPayProduction = "https://sykepenger-api.nav.no"
	navSickPayTest       = "https://sykepenger-api.ekstern.dev.nav.no"
)

// NAVSickPay returns the base URL of NAV's API for sick notes and applications for sick pay, without a trailing slash,
// by the Supplier's environment or override.
func NAVSickPay(s *v1alpha1.Supplier) string {
	return baseURL(s, s.Spec.Endpoints.NAVSickPay, navSickPayProduction, navSickPayTest)
}

// NAV returns the base URL of NAV's API for a service.
func NAV(s *v1alpha1.Supplier, name v1alpha1.ServiceName) string {
	if name == v1alpha1.ServiceFollowUpPlans {
		return NAVFollowUpPlans(s)
	}
	return NAVSickPay(s)
}

// Base URLs of Altinn's platform (docs.altinn.studio).
const (
	altinnProduction = "https://platform.altinn.no"
	altinnTest       = "https://platform.tt02.altinn.no"
)

// Altinn returns the base URL of Altinn's platform, without a trailing slash, by the Supplier's environment or
// override.
func Altinn(s *v1alpha1.Supplier) string {
	return baseURL(s, s.Spec.Endpoints.Altinn, altinnProduction, altinnTest)
}

// registerURL is the base URL of Enhetsregisteret, which has one environment (data.brreg.no).
const registerURL = "https://data.brreg.no/enhetsregisteret/api"

// Register returns the base URL of Enhetsregisteret, and whether the Supplier's customers are looked up there. By
// default those of the Production environment are: the register does not have the organizations of Test.
func Register(s *v1alpha1.Supplier) (base string, enabled bool) {
	mode := s.Spec.Register
	if mode == "" && s.Spec.Environment == v1alpha1.EnvironmentProduction {
		mode = v1alpha1.RegisterEnabled
	}
	return baseURL(s, s.Spec.Endpoints.Register, registerURL, registerURL),
		mode == v1alpha1.RegisterEnabled
}

// baseURL returns the URL of production for the Production environment, which ignores overrides, or else the override,
// or else the URL of test.
func baseURL(s *v1alpha1.Supplier, override, production, test string) string {
	if s.Spec.Environment == v1alpha1.EnvironmentProduction {
		return production
	}
	return cmp.Or(override, test)
}

package services

import (
	"cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// navAPI is an API of NAV.
type navAPI struct {
	// Base URLs, without a trailing slash.
	production, test string
	// override returns the Supplier's.
	override func(*v1alpha1.Endpoints) string
}

// navAPIs are NAV's APIs, by the names of their fields in spec.endpoints.
var navAPIs = map[string]navAPI{
	// github.com/navikt/lps-oppfolgingsplan-mottak, README.
	"navFollowUpPlans": {
		production: "https://lps-oppfolgingsplan-mottak.nav.no",
		test:       "https://lps-oppfolgingsplan-mottak.ekstern.dev.nav.no",
		override:   func(e *v1alpha1.Endpoints) string { return e.NAVFollowUpPlans },
	},
	// github.com/navikt/sykepenger-im-lps-api, .nais.
	"navSickPay": {
		production: "https://sykepenger-api.nav.no",
		test:       "https://sykepenger-api.ekstern.dev.nav.no",
		override:   func(e *v1alpha1.Endpoints) string { return e.NAVSickPay },
	},
	// github.com/navikt/syfo-dokumentporten, nais.
	"navLetters": {
		production: "https://syfo-dokumentporten.nav.no",
		test:       "https://syfo-dokumentporten.ekstern.dev.nav.no",
		override:   func(e *v1alpha1.Endpoints) string { return e.NAVLetters },
	},
	// github.com/navikt/sokos-oppgjorsrapporter, .nais. Its OpenAPI document has .ekstern.nav.no.
	"navSettlementReports": {
		production: "https://sokos-oppgjorsrapporter.nav.no",
		test:       "https://sokos-oppgjorsrapporter.ekstern.dev.nav.no",
		override:   func(e *v1alpha1.Endpoints) string { return e.NAVSettlementReports },
	},
}

// APIURL returns the base URL of NAV's API for the service, without a trailing slash, by the Supplier's environment or
// override. It is "" for a custom service, whose job knows its own API.
func (s Service) APIURL(of *v1alpha1.Supplier) string {
	api, ok := navAPIs[s.api]
	if !ok {
		return ""
	}
	return baseURL(of, api.override(&of.Spec.Endpoints), api.production, api.test)
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

// Enhetsregisteret returns the base URL of Enhetsregisteret, and whether the Supplier's customers are looked up there.
// By default those of the Production environment are: the register does not have the organizations of Test.
func Enhetsregisteret(s *v1alpha1.Supplier) (base string, enabled bool) {
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

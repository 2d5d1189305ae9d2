package services

import (
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/outbound"
)

// TestNAV verifies the base URLs against NAV's READMEs and configurations.
func TestNAV(t *testing.T) {
	const simulator = "http://nav.simulator.svc"
	apis := map[string]struct {
		service          v1alpha1.ServiceName
		override         func(*v1alpha1.Endpoints) *string
		production, test string
	}{
		"follow-up plans": {
			service:    plans,
			override:   func(e *v1alpha1.Endpoints) *string { return &e.NAVFollowUpPlans },
			production: "https://lps-oppfolgingsplan-mottak.nav.no",
			test:       "https://lps-oppfolgingsplan-mottak.ekstern.dev.nav.no",
		},
		"sick pay": {
			service:    sickNotes,
			override:   func(e *v1alpha1.Endpoints) *string { return &e.NAVSickPay },
			production: "https://sykepenger-api.nav.no",
			test:       "https://sykepenger-api.ekstern.dev.nav.no",
		},
	}
	for api, a := range apis {
		t.Run(api, func(t *testing.T) {
			cases := map[string]struct {
				reason      string
				environment v1alpha1.Environment
				override    string
				want        string
			}{
				"production": {
					reason: "the production environment", environment: v1alpha1.EnvironmentProduction,
					want: a.production,
				},
				"production-override": {
					reason: "overrides do not apply to production", environment: v1alpha1.EnvironmentProduction,
					override: simulator, want: a.production,
				},
				"test": {reason: "NAV's own test environment", environment: v1alpha1.EnvironmentTest, want: a.test},
				"test-override": {
					reason: "a simulator", environment: v1alpha1.EnvironmentTest, override: simulator,
					want: simulator,
				},
				"none": {reason: "the default is the test environment", want: a.test},
			}
			for name, c := range cases {
				t.Run(name, func(t *testing.T) {
					s := &v1alpha1.Supplier{}
					s.Spec.Endpoints = v1alpha1.Endpoints{ // another endpoint's override
						Maskinporten: "http://other.simulator.svc/", Altinn: "http://other.simulator.svc",
						NAVFollowUpPlans: "http://other.simulator.svc", NAVSickPay: "http://other.simulator.svc",
					}
					s.Spec.Environment, *a.override(&s.Spec.Endpoints) = c.environment, c.override
					service, _ := Of(s, a.service)
					got := service.APIURL(s)
					if got != c.want {
						t.Errorf("%s, %s: %s, want %s: %s", api, name, got, c.want, c.reason)
					}
					if u, err := outbound.ParseBase(got); err != nil || u.Path != "" {
						t.Errorf("%s, %s: %s is no base URL: %v", api, name, got, err)
					}
				})
			}
		})
	}
}

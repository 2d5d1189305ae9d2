package services

import (
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/outbound"
)

// TestNAV has the base URLs as NAV's READMEs and configurations have them.
func TestNAV(t *testing.T) {
	const simulator = "http://nav.simulator.svc"
	apis := map[string]struct {
		of               func(*v1alpha1.Supplier) string
		override         func(*v1alpha1.Endpoints) *string
		production, test string
	}{
		"follow-up plans": {
			NAVFollowUpPlans, func(e *v1alpha1.Endpoints) *string { return &e.NAVFollowUpPlans },
			"https://lps-oppfolgingsplan-mottak.nav.no", "https://lps-oppfolgingsplan-mottak.ekstern.dev.nav.no",
		},
		"sick pay": {
			NAVSickPay, func(e *v1alpha1.Endpoints) *string { return &e.NAVSickPay },
			"https://sykepenger-api.nav.no", "https://sykepenger-api.ekstern.dev.nav.no",
		},
	}
	for api, a := range apis {
		cases := map[string]struct {
			reason      string
			environment v1alpha1.Environment
			override    string
			want        string
		}{
			"production":          {"the real one", v1alpha1.EnvironmentProduction, "", a.production},
			"production-override": {"nobody may send real data elsewhere, whatever the API server let pass", v1alpha1.EnvironmentProduction, simulator, a.production},
			"test":                {"NAV's own test environment", v1alpha1.EnvironmentTest, "", a.test},
			"test-override":       {"a simulator", v1alpha1.EnvironmentTest, simulator, simulator},
			"none":                {"real data is only for who says Production", "", "", a.test},
		}
		for name, c := range cases {
			s := &v1alpha1.Supplier{}
			s.Spec.Endpoints = v1alpha1.Endpoints{ // an override of another endpoint changes nothing
				Maskinporten: "http://other.simulator.svc/", Altinn: "http://other.simulator.svc",
				NAVFollowUpPlans: "http://other.simulator.svc", NAVSickPay: "http://other.simulator.svc",
			}
			s.Spec.Environment, *a.override(&s.Spec.Endpoints) = c.environment, c.override
			got := a.of(s)
			if got != c.want {
				t.Errorf("%s, %s: %s, want %s: %s", api, name, got, c.want, c.reason)
			}
			if u, err := outbound.ParseBase(got); err != nil || u.Path != "" {
				t.Errorf("%s, %s: a path is added to %s: %v", api, name, got, err)
			}
		}
	}
}

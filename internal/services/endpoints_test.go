package services

import (
	"testing"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/outbound"
)

// TestNAVFollowUpPlans has the base URLs as NAV's README has them.
func TestNAVFollowUpPlans(t *testing.T) {
	const (
		production = "https://lps-oppfolgingsplan-mottak.nav.no"
		test       = "https://lps-oppfolgingsplan-mottak.ekstern.dev.nav.no"
		simulator  = "http://nav.simulator.svc"
	)
	cases := map[string]struct {
		reason      string
		environment integrationsv1alpha1.Environment
		override    string
		want        string
	}{
		"production":          {"the real one", integrationsv1alpha1.EnvironmentProduction, "", production},
		"production-override": {"nobody may send real plans elsewhere, whatever the API server let pass", integrationsv1alpha1.EnvironmentProduction, simulator, production},
		"test":                {"NAV's own test environment", integrationsv1alpha1.EnvironmentTest, "", test},
		"test-override":       {"a simulator", integrationsv1alpha1.EnvironmentTest, simulator, simulator},
		"none":                {"real plans are only for who says Production", "", "", test},
	}
	for name, c := range cases {
		s := &integrationsv1alpha1.Supplier{}
		s.Spec.Environment, s.Spec.Endpoints.NAVFollowUpPlans = c.environment, c.override
		s.Spec.Endpoints.Maskinporten = "http://simulator.simulator.svc/" // an override of another endpoint changes nothing
		got := NAVFollowUpPlans(s)
		if got != c.want {
			t.Errorf("%s: %s, want %s: %s", name, got, c.want, c.reason)
		}
		if u, err := outbound.ParseBase(got); err != nil || u.Path != "" {
			t.Errorf("%s: a path is added to %s: %v", name, got, err)
		}
	}
}

package authority

import (
	"context"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// TestAgentsScopeHoldsBack has Maskinporten refuse the scope that access through an agent needs: customers without an
// agent are verified.
func TestAgentsScopeHoldsBack(t *testing.T) {
	g := makeGuard(t, standStill, Limits{}, func(_ context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
		if r.Scope == altinn.ScopeParties {
			return nil, &maskinporten.Error{Class: maskinporten.ClassScopeNotRegistered}
		}
		return &maskinporten.Token{}, nil
	})
	g.Prove(t.Context(), "a test", ownScopes(scope, altinn.ScopeParties)...)
	cases := map[string]struct {
		reason  string
		service v1alpha1.ServiceName
		agent   bool
		want    bool
	}{
		"through an agent": {reason: "it needs the scope", service: v1alpha1.ServiceSickNotes, agent: true, want: true},
		"itself":           {reason: "its own system user needs it not", service: v1alpha1.ServiceSickNotes},
		"API delegation": {
			reason: "an agent never gives it", service: v1alpha1.ServiceFollowUpPlans, agent: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			service, _ := services.Declared(tc.service, nil)
			if got := IsHeldBack(g, service, tc.agent); got != tc.want {
				t.Errorf("%s: held back %t", tc.reason, got)
			}
		})
	}
}

package plugin

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/language"
)

// TestTitlesOfOwnServices reads what the commands that wait for the operator print about a service that the Supplier
// declares.
func TestTitlesOfOwnServices(t *testing.T) {
	const value = "2026-11-24T12:15:00Z"
	type output func(t *testing.T, v *verification, c *v1alpha1.CustomerIntegration) string
	verify := func(t *testing.T, v *verification, c *v1alpha1.CustomerIntegration) string {
		t.Helper()
		return v.judge(t.Context(), c).text
	}
	cases := map[string]struct {
		reason, state string
		offered       v1alpha1.OfferedService
		output        output
		want, not     string
	}{
		"verify": {
			reason: "the result has the title", state: "custom-delegation-withdrawn", offered: fixture.NetRegistration(),
			output: verify, want: "Reporting to NRL: ", not: "NetRegistration",
		},
		"verify, another Supplier": {
			reason: "no title is known", state: "custom-delegation-withdrawn", offered: fixture.Settlements(),
			output: verify, want: "NetRegistration: ",
		},
		"sync": {
			reason: "each run has the title", state: "custom-delegation-withdrawn", offered: fixture.NetRegistration(),
			output: func(t *testing.T, v *verification, c *v1alpha1.CustomerIntegration) string {
				t.Helper()
				return (&requestedRuns{verification: v}).judge(t.Context(), c).text
			},
			want: "Reporting to NRL: no run (", not: "NetRegistration",
		},
		"ask": {
			reason: "the refusal to ask has the title", state: "system-user-approved", offered: fixture.Settlements(),
			output: func(t *testing.T, v *verification, c *v1alpha1.CustomerIntegration) string {
				t.Helper()
				c.Spec.Services[0].Name, c.Status.Services[0].Name = "Settlements", "Settlements"
				view := v.suppliers.view(t.Context(), c)
				return mayAskAgain(c, &view, language.English, now()).Error()
			},
			want: "settlement reports: the customer has given access.", not: "Settlements:",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, s := golden[v1alpha1.CustomerIntegration](t, "customer-"+tc.state), supplier(t)
			s.Spec.Services = []v1alpha1.OfferedService{tc.offered}
			c.Status.LastHandledReconcileAt = value
			v := newSession(t, cluster(t, c, s)).program.newVerification(cluster(t, c, s), value, language.English)
			got := tc.output(t, v, c)
			if !strings.Contains(got, tc.want) || tc.not != "" && strings.Contains(got, tc.not) {
				t.Errorf("%s: %q, want %q and not %q", tc.reason, got, tc.want, tc.not)
			}
		})
	}
}

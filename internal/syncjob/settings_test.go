package syncjob

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runsettings"
)

// TestSettingsOf verifies the settings of the runs of a Supplier's customers.
func TestSettingsOf(t *testing.T) {
	broker := runsettings.TokenBroker{URL: makeBroker().URL, CA: string(makeBroker().Certificate)}
	cases := map[string]struct {
		reason string
		change func(*v1alpha1.SupplierSpec)
		want   runsettings.Settings
	}{
		"production": {
			reason: "NAV's own addresses", change: func(*v1alpha1.SupplierSpec) {},
			want: runsettings.Settings{
				TokenBroker: broker, Supplier: runsettings.Supplier{Name: "4HUMAN HRM AS"},
				NAV: runsettings.NAV{
					FollowUpPlans: "https://lps-oppfolgingsplan-mottak.nav.no",
					SickPay:       "https://sykepenger-api.nav.no",
				},
			},
		},
		"test": {
			reason: "those of its test environment",
			change: func(s *v1alpha1.SupplierSpec) { s.Environment = v1alpha1.EnvironmentTest },
			want: runsettings.Settings{
				TokenBroker: broker, Supplier: runsettings.Supplier{Name: "4HUMAN HRM AS"},
				NAV: runsettings.NAV{
					FollowUpPlans: "https://lps-oppfolgingsplan-mottak.ekstern.dev.nav.no",
					SickPay:       "https://sykepenger-api.ekstern.dev.nav.no",
				},
			},
		},
		"simulator": {
			reason: "what the Supplier says",
			change: func(s *v1alpha1.SupplierSpec) {
				s.Environment, s.Name = v1alpha1.EnvironmentTest, "Simulated AS"
				s.Endpoints.NAVFollowUpPlans, s.Endpoints.NAVSickPay = "http://nav.simulator.svc",
					"http://nav-sick-pay.simulator.svc"
				s.HRM.AllowedAddresses = []string{"10.20.0.0/16", "fd00::/8"}
				s.HRM.NAT64Prefixes = []string{"64:ff9b:1::/96"}
			},
			want: runsettings.Settings{
				TokenBroker: broker, Supplier: runsettings.Supplier{Name: "Simulated AS"},
				NAV: runsettings.NAV{FollowUpPlans: "http://nav.simulator.svc", SickPay: "http://nav-sick-pay.simulator.svc"},
				HRM: runsettings.HRM{
					AllowedAddresses: []string{"10.20.0.0/16", "fd00::/8"}, NAT64Prefixes: []string{"64:ff9b:1::/96"},
				},
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := fixture.Supplier()
			c.change(&s.Spec)
			if diff := cmp.Diff(&c.want, settingsOf(s, makeBroker())); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

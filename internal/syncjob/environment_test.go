package syncjob

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/pkg/worker"
)

// environmentOf returns the environment of a service's pods, as Kubernetes stores it.
func environmentOf(t *testing.T, s *scope, name v1alpha1.ServiceName) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, v := range cronJobOf(t, s, name).Spec.JobTemplate.Spec.Template.Spec.Containers[0].Env {
		if v.ValueFrom != nil {
			t.Errorf("%s has a source", v.Name)
		}
		all[v.Name] = v.Value
	}
	return all
}

// TestEnvironmentIsLiteral verifies that Kubernetes replaces no part of a variable: "$$" becomes "$", and "$(NAME)" a
// variable's value.
func TestEnvironmentIsLiteral(t *testing.T) {
	b := makeCustomer().with(func(s *scope) { s.customer.Spec.HRM.Endpoint += "/$(KUBERNETES_SERVICE_HOST)" })
	got := environmentOf(t, b.s, fixture.FollowUpPlans)[worker.VariableHRMURL]
	if want := "https://tiger.hrm.4human.example/integration/$$(KUBERNETES_SERVICE_HOST)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for text, want := range map[string]string{
		"https://tiger.example/a": "https://tiger.example/a", "$(HOME)": "$$(HOME)", "$$": "$$$$", "a$": "a$$", "": "",
	} {
		if got := literal(text); got != want {
			t.Errorf("literal(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestEnvironment has the environment of a run, and reads it as a worker does.
func TestEnvironment(t *testing.T) {
	type service = v1alpha1.CustomerService
	cases := map[string]struct {
		reason    string
		wanted    service
		units     []string
		startDate string
	}{
		"plain": {reason: "the defaults are the worker's", wanted: service{Name: fixture.SickNotes}},
		"units": {
			reason: "in order, so that a set that is written otherwise touches no CronJob",
			wanted: service{Name: fixture.SickNotes, Units: []v1alpha1.OrganizationNumber{"315587336", "315339138"}},
			units:  []string{"315339138", "315587336"},
		},
		"start": {
			reason: "from then on", wanted: service{Name: fixture.SickNotes, StartDate: "2026-06-15"}, startDate: "2026-06-15",
		},
		"other": {
			reason: "what is said of one service is not said of another",
			wanted: service{
				Name: v1alpha1.ServiceSickPayApplications, StartDate: "2026-06-15",
				Units: []v1alpha1.OrganizationNumber{"315587336"},
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := makeCustomer().services(fixture.FollowUpPlans, fixture.SickNotes).with(func(s *scope) {
				s.customer.Spec.Services = slices.DeleteFunc(s.customer.Spec.Services,
					func(listed service) bool { return listed.Name == c.wanted.Name })
				s.customer.Spec.Services = append(s.customer.Spec.Services, c.wanted)
			})
			written := slices.Clone(c.wanted.Units)
			all := environmentOf(t, b.s, fixture.SickNotes)
			got, err := worker.ReadEnvironment(func(name string) string { return all[name] })
			if err != nil {
				t.Fatal(err)
			}
			want := worker.Environment{
				Service: "SickNotes", OrganizationNumber: "310330701", Units: c.units, StartDate: c.startDate,
				HRMURL:      "https://tiger.hrm.4human.example/integration",
				TokenBroker: worker.TokenBroker{URL: fixture.BrokerURL, CA: fixture.BrokerCertificate},
				Settings: worker.Settings{
					APIURL: "https://sykepenger-api.nav.no", Supplier: worker.Supplier{Name: "4HUMAN HRM AS"},
				},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if diff := cmp.Diff(written, c.wanted.Units); diff != "" {
				t.Errorf("the spec was changed:\n%s", diff)
			}
		})
	}
}

// TestSettings verifies the settings of the runs of a Supplier's customers.
func TestSettings(t *testing.T) {
	cases := map[string]struct {
		reason  string
		service v1alpha1.ServiceName
		change  func(*v1alpha1.SupplierSpec)
		want    worker.Settings
	}{
		"production": {
			reason: "NAV's own address", service: fixture.FollowUpPlans, change: func(*v1alpha1.SupplierSpec) {},
			want: worker.Settings{
				APIURL: "https://lps-oppfolgingsplan-mottak.nav.no", Supplier: worker.Supplier{Name: "4HUMAN HRM AS"},
			},
		},
		"test": {
			reason: "that of its test environment", service: fixture.SickNotes,
			change: func(s *v1alpha1.SupplierSpec) { s.Environment = v1alpha1.EnvironmentTest },
			want: worker.Settings{
				APIURL: "https://sykepenger-api.ekstern.dev.nav.no", Supplier: worker.Supplier{Name: "4HUMAN HRM AS"},
			},
		},
		"simulator": {
			reason: "what the Supplier says", service: fixture.FollowUpPlans,
			change: func(s *v1alpha1.SupplierSpec) {
				s.Environment, s.Name = v1alpha1.EnvironmentTest, "Simulated AS"
				s.Endpoints.NAVFollowUpPlans, s.Endpoints.NAVSickPay = "http://nav.simulator.svc", "http://other.simulator.svc"
				s.HRM.AllowedAddresses = []string{"10.20.0.0/16", "fd00::/8"}
				s.HRM.NAT64Prefixes = []string{"64:ff9b:1::/96"}
			},
			want: worker.Settings{
				APIURL: "http://nav.simulator.svc", Supplier: worker.Supplier{Name: "Simulated AS"},
				HRM: worker.HRM{
					AllowedAddresses: []string{"10.20.0.0/16", "fd00::/8"}, NAT64Prefixes: []string{"64:ff9b:1::/96"},
				},
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := fixture.Supplier()
			c.change(&s.Spec)
			if diff := cmp.Diff(c.want, Desired{Supplier: s, Service: c.service}.settings()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// testEnvironment is the environment of follow-up plans of makeCustomer, as Kubernetes stores it.
func testEnvironment() []corev1.EnvVar {
	return []corev1.EnvVar{
		{Name: "INTEGRATION_CONTRACT", Value: "1"},
		{Name: "INTEGRATION_SERVICE", Value: "FollowUpPlans"},
		{Name: "INTEGRATION_ORGANIZATION_NUMBER", Value: "310330701"},
		{Name: "INTEGRATION_HRM_URL", Value: "https://tiger.hrm.4human.example/integration"},
		{Name: "INTEGRATION_TOKEN_BROKER_URL", Value: "https://token-broker.integration-operator-system.svc/token"},
		{Name: "INTEGRATION_TOKEN_BROKER_CA", Value: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
		{
			Name: "INTEGRATION_SETTINGS",
			Value: `{"apiURL":"https://lps-oppfolgingsplan-mottak.nav.no","hrm":{},` +
				`"supplier":{"name":"4HUMAN HRM AS"}}`,
		},
	}
}

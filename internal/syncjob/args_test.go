package syncjob

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestArgsAreLiteral verifies that Kubernetes replaces no part of an argument.
func TestArgsAreLiteral(t *testing.T) {
	b := makeCustomer().with(func(s *scope) { s.customer.Spec.HRM.Endpoint += "/$(KUBERNETES_SERVICE_HOST)" })
	got := cronJobOf(t, b.s, fixture.FollowUpPlans).Spec.JobTemplate.Spec.Template.Spec.Containers[0].Args[2]
	if want := "--hrm-url=https://tiger.hrm.4human.example/integration/$$(KUBERNETES_SERVICE_HOST)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestArgs has the arguments of a run.
func TestArgs(t *testing.T) {
	type service = v1alpha1.CustomerService
	cases := map[string]struct {
		reason string
		wanted service
		want   []string
	}{
		"plain": {reason: "the defaults are the worker's", wanted: service{Name: fixture.SickNotes}, want: nil},
		"units": {
			reason: "in order, so that a set that is written otherwise touches no CronJob",
			wanted: service{Name: fixture.SickNotes, Units: []v1alpha1.OrganizationNumber{"315587336", "315339138"}},
			want:   []string{"--units=315339138,315587336"},
		},
		"start": {
			reason: "from then on",
			wanted: service{Name: fixture.SickNotes, StartDate: "2026-06-15"}, want: []string{"--start-date=2026-06-15"},
		},
		"both": {
			reason: "each as it is",
			wanted: service{
				Name: fixture.SickNotes, StartDate: "2026-06-15", Units: []v1alpha1.OrganizationNumber{"315587336"},
			},
			want: []string{"--units=315587336", "--start-date=2026-06-15"},
		},
		"other": {
			reason: "what is said of one service is not said of another",
			wanted: service{
				Name: v1alpha1.ServiceSickPayApplications, StartDate: "2026-06-15", Units: []v1alpha1.OrganizationNumber{
					"315587336",
				},
			},
			want: nil,
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
			want := append([]string{
				"--service=SickNotes", "--organization-number=310330701", "--hrm-url=https://tiger.hrm.4human.example/integration",
				testSettings,
			}, c.want...)
			if diff := cmp.Diff(want, cronJobOf(t, b.s,
				fixture.SickNotes).Spec.JobTemplate.Spec.Template.Spec.Containers[0].Args); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			if diff := cmp.Diff(written, c.wanted.Units); diff != "" {
				t.Errorf("the spec was changed:\n%s", diff)
			}
		})
	}
}

package guide_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
)

// supplier returns 4human, which offers all services.
func supplier() *v1alpha1.Supplier {
	s := &v1alpha1.Supplier{}
	s.Spec.Name, s.Spec.OrganizationNumber = "4HUMAN HRM AS", "897757222"
	s.Spec.Environment = v1alpha1.EnvironmentTest
	s.Spec.Contact = v1alpha1.Contact{Email: "support@4human.example"}
	s.Spec.Services = []v1alpha1.OfferedService{
		{Name: v1alpha1.ServiceFollowUpPlans},
		{Name: v1alpha1.ServiceSickNotes},
		{Name: v1alpha1.ServiceSickPayApplications},
	}
	return s
}

// customer returns the tiger with services in the given states, in the order of the names.
func customer(known ...v1alpha1.CustomerServiceStatus) *v1alpha1.CustomerIntegration {
	c := &v1alpha1.CustomerIntegration{}
	c.Spec.OrganizationNumber = "310330701"
	c.Status.Organization = &v1alpha1.Organization{Name: "DYNAMISK ALTETENDE TIGER AS"}
	for _, k := range known {
		c.Spec.Services = append(c.Spec.Services, v1alpha1.CustomerService{Name: k.Name})
	}
	c.Status.Services = known
	return c
}

// access returns a service in a state.
func access(name v1alpha1.ServiceName, a v1alpha1.Authorization) v1alpha1.CustomerServiceStatus {
	return v1alpha1.CustomerServiceStatus{Name: name, Authorization: a}
}

// wanted returns a Subject of the tiger in Test.
func wanted(change func(*guide.Subject)) guide.Subject {
	s := guide.Subject{
		Language:    language.English,
		Customer:    guide.Party{Name: "DYNAMISK ALTETENDE TIGER AS", Number: "310330701"},
		Supplier:    guide.Party{Name: "4HUMAN HRM AS", Number: "897757222"},
		Contact:     v1alpha1.Contact{Email: "support@4human.example"},
		Environment: v1alpha1.EnvironmentTest,
		Services:    []v1alpha1.ServiceName{v1alpha1.ServiceFollowUpPlans},
		Access:      v1alpha1.AccessAPIDelegation,
		State:       v1alpha1.AuthorizationNotGranted,
	}
	change(&s)
	return s
}

func TestSubjectsOf(t *testing.T) {
	const (
		plans, notes = v1alpha1.ServiceFollowUpPlans, v1alpha1.ServiceSickNotes
		applications = v1alpha1.ServiceSickPayApplications
		link         = "https://am.ui.tt02.altinn.no/accessmanagement/ui/systemuser/changerequest?id=1"
	)
	bothServices := []v1alpha1.ServiceName{notes, applications}
	systemUser := func(change func(*guide.Subject)) guide.Subject {
		return wanted(func(s *guide.Subject) {
			s.Access, s.Services = v1alpha1.AccessSystemUser, bothServices
			change(s)
		})
	}
	same := func(*guide.Subject) {}
	granted := v1alpha1.Authorization{State: v1alpha1.AuthorizationGranted}
	notGranted := v1alpha1.Authorization{State: v1alpha1.AuthorizationNotGranted}
	for name, c := range map[string]struct {
		reason   string
		customer *v1alpha1.CustomerIntegration
		supplier *v1alpha1.Supplier
		want     []guide.Subject
	}{
		"API": {
			reason: "one guide for one delegation", customer: customer(access(plans, notGranted)), supplier: supplier(),
			want: []guide.Subject{wanted(same)},
		},
		"not verified yet": {
			reason: "a new customer has no status",
			customer: func() *v1alpha1.CustomerIntegration {
				c := customer(access(plans, notGranted))
				c.Status = v1alpha1.CustomerIntegrationStatus{}
				return c
			}(),
			supplier: supplier(),
			want: []guide.Subject{wanted(func(s *guide.Subject) {
				s.State, s.Customer.Name = v1alpha1.AuthorizationUnknown, ""
			})},
		},
		"both kinds": {
			reason:   "one guide for all services with a system user, where the first of them is listed",
			customer: customer(access(notes, granted), access(plans, granted), access(applications, granted)),
			supplier: supplier(),
			want: []guide.Subject{
				systemUser(func(s *guide.Subject) { s.State = v1alpha1.AuthorizationGranted }),
				wanted(func(s *guide.Subject) { s.State = v1alpha1.AuthorizationGranted }),
			},
		},
		"change of rights": {
			reason: "the service that the customer has to act on decides",
			customer: customer(access(notes, granted), access(applications, v1alpha1.Authorization{
				State: v1alpha1.AuthorizationAwaitingApproval, ConfirmURL: link, RequestKind: v1alpha1.AccessRequestChange,
				Escalated: true, HasAgentSystemUser: true,
			})),
			supplier: supplier(),
			want: []guide.Subject{systemUser(func(s *guide.Subject) {
				s.State, s.ConfirmURL, s.Change = v1alpha1.AuthorizationAwaitingApproval, link, true
				s.Escalated, s.HasAgentSystemUser = true, true
			})},
		},
		"withdrawn before granted": {
			reason: "one missing access needs an act",
			customer: customer(access(notes, v1alpha1.Authorization{State: v1alpha1.AuthorizationWithdrawn}),
				access(applications, granted)),
			supplier: supplier(),
			want:     []guide.Subject{systemUser(func(s *guide.Subject) { s.State = v1alpha1.AuthorizationWithdrawn })},
		},
		"access packages": {
			reason: "the request asks for them too", customer: customer(access(notes, notGranted)),
			supplier: func() *v1alpha1.Supplier {
				s := supplier()
				s.Spec.SystemUser.AccessPackages = []v1alpha1.AccessPackage{"urn:altinn:accesspackage:sykefravaer"}
				return s
			}(),
			want: []guide.Subject{systemUser(func(s *guide.Subject) {
				s.Services, s.AsksForPackages = bothServices[:1], true
			})},
		},
		"not offered": {
			reason: "the customer cannot grant what the Supplier does not offer",
			customer: customer(access(plans, notGranted), access(notes, notGranted),
				access("IncomeReports", notGranted)),
			supplier: func() *v1alpha1.Supplier {
				s := supplier()
				s.Spec.Services = []v1alpha1.OfferedService{{Name: plans}, {Name: "IncomeReports"}}
				return s
			}(),
			want: []guide.Subject{wanted(same)},
		},
		"sub-unit": {
			reason: "only its main unit can grant access",
			customer: func() *v1alpha1.CustomerIntegration {
				c := customer(access(plans, notGranted))
				c.Status.Organization.Kind = v1alpha1.OrganizationSubUnit
				return c
			}(),
			supplier: supplier(),
		},
		"unknown Supplier": {
			reason: "the guide must name whom to grant access", customer: customer(access(plans, notGranted)),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := guide.SubjectsOf(c.customer, c.supplier, language.English)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			for _, s := range got {
				render(t, s)
			}
		})
	}
}

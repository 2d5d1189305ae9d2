package guide_test

import (
	"sync"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/guide"
	"github.com/4human/integration-operator/internal/language"
)

const confirmURL = "https://am.ui.altinn.no/accessmanagement/ui/systemuser/request" +
	"?id=5d1ad1f2-9e5e-4cf3-9c0a-8a4c7b1f4b21&DONTCHOOSEREPORTEE=true"

const pageURL = "https://portal.4human.example/g/3q2-7wX0yEr5kqV9oJx1c2ZsT4mHn8bQvLuGd6fKiPA"

var loadOnce = sync.OnceValues(func() (*guide.Guides, error) { return guide.Load(nil) })

// builtIn returns the built-in guides.
func builtIn(t testing.TB) *guide.Guides {
	t.Helper()
	g, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// render renders a guide.
func render(t testing.TB, s guide.Subject) *guide.Guide {
	t.Helper()
	g, err := builtIn(t).Render(s)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// tiger returns the tiger's API delegation to 4human, not granted.
func tiger() guide.Subject {
	return guide.Subject{
		Language:    language.Norwegian,
		Customer:    guide.Party{Name: "DYNAMISK ALTETENDE TIGER AS", Number: "310330701"},
		Supplier:    guide.Party{Name: "4HUMAN HRM AS", Number: "897757222"},
		Contact:     v1alpha1.Contact{Name: "4human Support", Email: "support@4human.example", Phone: "+47 22 00 00 00"},
		Environment: v1alpha1.EnvironmentProduction,
		Services:    []v1alpha1.ServiceName{v1alpha1.ServiceFollowUpPlans},
		Access:      v1alpha1.AccessAPIDelegation,
		State:       v1alpha1.AuthorizationNotGranted,
	}
}

// tigerSystemUser returns the tiger's system user of 4human, with an open request.
func tigerSystemUser() guide.Subject {
	s := tiger()
	s.Services = []v1alpha1.ServiceName{v1alpha1.ServiceSickNotes, v1alpha1.ServiceSickPayApplications}
	s.Access = v1alpha1.AccessSystemUser
	s.State = v1alpha1.AuthorizationAwaitingApproval
	s.ConfirmURL = confirmURL
	return s
}

// tigerThroughAgent returns the tiger's access through its agent, with an open request.
func tigerThroughAgent() guide.Subject {
	s := tigerSystemUser()
	s.Access, s.Agent.Number = guide.AccessThroughAgent, "313876144"
	s.Packages = []string{"urn:altinn:accesspackage:sykefravaer"}
	return s
}

// with returns a changed Subject.
func with(s guide.Subject, change func(*guide.Subject)) guide.Subject {
	change(&s)
	return s
}

// closed returns a Subject without an open request.
func closed(s guide.Subject, state v1alpha1.AuthorizationState) guide.Subject {
	s.State, s.ConfirmURL = state, ""
	return s
}

// samples returns a Subject for each kind of guide, in Norwegian and Production.
func samples() map[string]guide.Subject {
	api, systemUser, agent := tiger(), tigerSystemUser(), tigerThroughAgent()
	return map[string]guide.Subject{
		"agent":                agent,
		"agent-client":         closed(agent, v1alpha1.AuthorizationNotGranted),
		"agent-granted":        closed(agent, v1alpha1.AuthorizationGranted),
		"agent-approved":       closed(agent, v1alpha1.AuthorizationAwaitingApproval),
		"agent-rejected":       closed(agent, v1alpha1.AuthorizationRejected),
		"agent-gone":           closed(agent, v1alpha1.AuthorizationWithdrawn),
		"agent-waiting":        closed(agent, v1alpha1.AuthorizationUnknown),
		"agent-page":           with(agent, func(s *guide.Subject) { s.PageURL, s.Escalated = pageURL, true }),
		"api":                  api,
		"api-granted":          closed(api, v1alpha1.AuthorizationGranted),
		"api-withdrawn":        closed(api, v1alpha1.AuthorizationWithdrawn),
		"api-page":             with(api, func(s *guide.Subject) { s.PageURL = pageURL }),
		"api-nameless":         with(api, func(s *guide.Subject) { s.Customer.Name, s.Contact = "", v1alpha1.Contact{} }),
		"system-user":          systemUser,
		"system-user-granted":  closed(systemUser, v1alpha1.AuthorizationGranted),
		"system-user-approved": closed(systemUser, v1alpha1.AuthorizationAwaitingApproval),
		"system-user-rejected": closed(systemUser, v1alpha1.AuthorizationRejected),
		"system-user-gone":     closed(systemUser, v1alpha1.AuthorizationWithdrawn),
		"system-user-waiting":  closed(systemUser, v1alpha1.AuthorizationNotGranted),
		"system-user-one": with(systemUser, func(s *guide.Subject) {
			s.Services, s.PageURL = s.Services[:1], pageURL
		}),
		"system-user-change": with(systemUser, func(s *guide.Subject) {
			s.Change, s.Escalated, s.HasAgentSystemUser, s.AsksForPackages = true, true, true, true
		}),
	}
}

// everySample returns the samples in all languages and environments.
func everySample() map[string]guide.Subject {
	all := map[string]guide.Subject{}
	for name, s := range samples() {
		for _, s.Language = range language.All() {
			for _, s.Environment = range []v1alpha1.Environment{v1alpha1.EnvironmentProduction, v1alpha1.EnvironmentTest} {
				suffix := ""
				if s.Environment == v1alpha1.EnvironmentTest {
					suffix = "-test"
				}
				all[name+suffix+"."+string(s.Language)] = s
			}
		}
	}
	return all
}

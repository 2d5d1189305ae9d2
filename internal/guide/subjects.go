package guide

import (
	"cmp"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/services"
)

// SubjectsOf returns what a customer's guides are about, in the order of its services: one for each API delegation, and
// one for all services with a system user. It leaves out services that the Supplier does not offer and services of a
// later version. It returns none if the Supplier is unknown (nil), or if the organization is a sub-unit, which cannot
// grant access.
func SubjectsOf(
	c *v1alpha1.CustomerIntegration, s *v1alpha1.Supplier, lang language.Language,
) []Subject {
	if s == nil || c.Status.Organization != nil && c.Status.Organization.Kind == v1alpha1.OrganizationSubUnit {
		return nil
	}
	var subjects []Subject
	systemUser := -1
	for _, listed := range c.Spec.Services {
		service, ok := services.Of(s, listed.Name)
		if !ok || !entitlement.OffersTo(s, c, listed.Name) {
			continue
		}
		if service.NeedsSystemUser() && systemUser >= 0 {
			subjects[systemUser].add(c, service)
			continue
		}
		if service.NeedsSystemUser() {
			systemUser = len(subjects)
		}
		kind := service.Kind
		if service.NeedsSystemUser() && c.Agent() != "" {
			kind = AccessThroughAgent
		}
		subject := newSubject(c, s, kind, lang)
		subject.add(c, service)
		subjects = append(subjects, subject)
	}
	return subjects
}

func newSubject(
	c *v1alpha1.CustomerIntegration, s *v1alpha1.Supplier, kind v1alpha1.AccessKind, lang language.Language,
) Subject {
	customer := Party{Number: string(c.Spec.OrganizationNumber)}
	if c.Status.Organization != nil {
		customer.Name = c.Status.Organization.Name
	}
	subject := Subject{
		Language:    lang,
		Customer:    customer,
		Supplier:    Party{Name: s.Spec.Name, Number: string(s.Spec.OrganizationNumber)},
		Contact:     s.Spec.Contact,
		Environment: s.Spec.Environment,
		Access:      kind,

		AsksForPackages: kind == v1alpha1.AccessSystemUser && len(s.Spec.SystemUser.AccessPackages) > 0,
	}
	if kind == AccessThroughAgent {
		subject.Agent.Number, subject.Packages = c.Agent(), services.AgentPackages(s)
	}
	return subject
}

// urgency orders states: of several services, the guide is about the one that the customer has to act on.
var urgency = []v1alpha1.AuthorizationState{
	v1alpha1.AuthorizationAwaitingApproval, v1alpha1.AuthorizationRejected, v1alpha1.AuthorizationWithdrawn,
	v1alpha1.AuthorizationNotGranted, v1alpha1.AuthorizationUnknown, v1alpha1.AuthorizationGranted,
}

// add adds a service, and the state of its access if that is more urgent.
func (s *Subject) add(c *v1alpha1.CustomerIntegration, service services.Service) {
	s.Services = append(s.Services, service.Name)
	if service.Custom != nil && s.Custom == nil {
		s.Custom = map[v1alpha1.ServiceName]*v1alpha1.CustomService{}
	}
	if service.Custom != nil {
		s.Custom[service.Name] = service.Custom
	}
	s.AsksForPackages = s.AsksForPackages || len(service.AccessPackages) > 0
	a := c.Status.Service(service.Name).Authorization
	a.State = cmp.Or(a.State, v1alpha1.AuthorizationUnknown) // if the operator has not verified it yet
	if s.State == "" || slices.Index(urgency, a.State) < slices.Index(urgency, s.State) {
		s.State = a.State
	}
	if a.ConfirmURL != "" {
		s.ConfirmURL = a.ConfirmURL
		s.Change = a.RequestKind == v1alpha1.AccessRequestChange
		s.Escalated = a.Escalated
	}
	s.HasAgentSystemUser = s.HasAgentSystemUser || a.HasAgentSystemUser
}

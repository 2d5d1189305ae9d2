// Package guide renders the instructions by which one customer grants access to one service: the steps in Altinn, with
// the customer's and the supplier's names and numbers in them. The steps are data (flows/), because Altinn changes its
// pages.
package guide

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/language"
	"github.com/4human/integration-operator/internal/services"
)

// AccessThroughAgent is a system user that acts for the customer and that its agent has. It has guides of its own,
// because customer and agent both have something to do.
const AccessThroughAgent v1alpha1.AccessKind = "AgentSystemUser"

// Party is an organization.
type Party struct {
	// Name is the registered name, "" if it is not known.
	Name   string
	Number string
}

// Subject is what one guide is about.
type Subject struct {
	Language language.Language
	Customer Party
	Supplier Party
	// Agent is the customer's agent, of AccessThroughAgent. Its name is not known.
	Agent   Party
	Contact v1alpha1.Contact
	// Environment decides which Altinn the guide names.
	Environment v1alpha1.Environment
	// Services are the customer's listed services of the guide's kind of access: one for an API delegation, all of them
	// for a system user, because one link is for all.
	Services []v1alpha1.ServiceName
	// Custom are the Supplier's declarations of those that are not built in.
	Custom map[v1alpha1.ServiceName]*v1alpha1.CustomService
	Access v1alpha1.AccessKind
	// State is the state of the access: of several services, the one that the customer has to act on.
	State v1alpha1.AuthorizationState
	// ConfirmURL is where the customer approves a system user, "" if no request is open.
	ConfirmURL string
	// Change reports whether the open request adds rights to the customer's system user.
	Change bool
	// Escalated reports whether a user of the customer forwarded the open request to the access managers.
	Escalated bool
	// HasAgentSystemUser reports whether the customer has an agent system user, for its clients only.
	HasAgentSystemUser bool
	// Packages are the URNs of the access packages that the agent needs of the customer, of AccessThroughAgent.
	Packages []string
	// AsksForPackages reports whether requests for system users ask for access packages too.
	AsksForPackages bool
	// PageURL is the customer's own page in the portal, "" if it has none. SubjectsOf does not set it.
	PageURL string
}

// service returns a service of the guide.
func (s *Subject) service(name v1alpha1.ServiceName) services.Service {
	service, _ := services.Declared(name, s.Custom[name])
	return service
}

// isNAVs reports whether all services of the guide are NAV's.
func (s *Subject) isNAVs() bool { return len(s.Custom) == 0 }

// Granted reports whether the customer has granted the access. The guide then describes how to withdraw it.
func (s *Subject) Granted() bool { return s.State == v1alpha1.AuthorizationGranted }

// Package services has the properties of each service: the access that it needs, its scope, and its endpoints.
package services

import (
	"fmt"
	"maps"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// ScopeFollowUpPlans is the Maskinporten scope of NAV's API for follow-up plans
// (github.com/navikt/lps-oppfolgingsplan-mottak, README). It is open to all organizations: a request without
// consumer_org returns a token for the supplier itself.
const ScopeFollowUpPlans = "nav:oppfolgingsplan/lps.write"

// scopeSickPay is the scope of NAV's API for sick notes and applications for sick pay
// (github.com/navikt/sykepenger-im-lps-api).
const scopeSickPay = "nav:helseytelser/sykepenger"

// Service has the properties of a service.
type Service struct {
	Kind  v1alpha1.AccessKind
	Scope string
	// Title is the service's name in Altinn for API delegations, or the name of the data, in Norwegian, for system users.
	Title string
	// Resource is the id of the Altinn resource to which a system user needs the right (github.com/navikt/lps-klient,
	// AltinnService). It is "" for API delegations.
	Resource string
}

var all = map[v1alpha1.ServiceName]Service{
	v1alpha1.ServiceFollowUpPlans: {
		Kind:  v1alpha1.AccessAPIDelegation,
		Scope: ScopeFollowUpPlans,
		Title: "Innsending av oppfølgingsplaner til NAV via leverandør",
	},
	v1alpha1.ServiceSickNotes: {
		Kind:     v1alpha1.AccessSystemUser,
		Scope:    scopeSickPay,
		Title:    "sykmeldinger",
		Resource: "nav_sykepenger_sykmelding",
	},
	v1alpha1.ServiceSickPayApplications: {
		Kind:     v1alpha1.AccessSystemUser,
		Scope:    scopeSickPay,
		Title:    "sykepengesøknader",
		Resource: "nav_sykepenger_soeknad",
	},
}

// Of returns the properties of a service, or the zero Service for an unknown name.
func Of(name v1alpha1.ServiceName) Service { return all[name] }

// Names returns the names of the services, sorted.
func Names() []v1alpha1.ServiceName { return slices.Sorted(maps.Keys(all)) }

// Offers reports whether the Supplier offers a service.
func Offers(s *v1alpha1.Supplier, name v1alpha1.ServiceName) bool {
	for _, o := range s.Spec.Services {
		if o.Name == name {
			return true
		}
	}
	return false
}

// ProofScopes returns the scopes that verify the supplier's credentials: those of the offered services, each once.
// NAV's are open to all organizations and Altinn's are granted to vendors, so a refusal concerns the supplier.
func ProofScopes(s *v1alpha1.Supplier) []string {
	var scopes []string
	for _, o := range s.Spec.Services {
		for _, scope := range Scopes(o.Name) {
			if !slices.Contains(scopes, scope) {
				scopes = append(scopes, scope)
			}
		}
	}
	if slices.Contains(scopes, altinn.ScopeRegister) && OffersAgents(s) {
		scopes = append(scopes, altinn.ScopeParties)
	}
	if len(scopes) == 0 { // only services of a later version, or none
		return []string{ScopeFollowUpPlans}
	}
	return scopes
}

// Scopes returns the scopes that a service needs: its own, and Altinn's for system users.
func Scopes(name v1alpha1.ServiceName) []string {
	switch s := Of(name); s.Kind {
	case v1alpha1.AccessAPIDelegation:
		return []string{s.Scope}
	case v1alpha1.AccessSystemUser:
		return []string{s.Scope, altinn.ScopeWrite, altinn.ScopeRead, altinn.ScopeRegister}
	default:
		return nil
	}
}

// SupplierTitle returns the supplier's name for customers.
func SupplierTitle(s *v1alpha1.Supplier) string {
	return fmt.Sprintf("%s (%s)", s.Spec.Name, s.Spec.OrganizationNumber)
}

// OffersAgents reports whether a Supplier lets customers give access by system user through an agent: it is enabled, and
// there are access packages to request of the agent.
func OffersAgents(s *v1alpha1.Supplier) bool {
	return s.Spec.SystemUser.Agents == v1alpha1.AgentsEnabled && len(s.Spec.SystemUser.AccessPackages) > 0
}

// LacksSystem reports whether a service needs a system user although the Supplier has no system.
func LacksSystem(s *v1alpha1.Supplier, name v1alpha1.ServiceName) bool {
	return Of(name).Kind == v1alpha1.AccessSystemUser && s.Spec.SystemUser.SystemID == ""
}

// Package services has the properties of services: the access that each needs, its schedule, endpoint and words. The
// built-in services are this package's YAML files; a Supplier declares the others, in the same form.
package services

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/language"
)

// Service has the properties of a service.
type Service struct {
	Name  v1alpha1.ServiceName
	Kind  v1alpha1.AccessKind
	Scope string
	// Title is the service's name in Altinn for API delegations, or the name of the data, in Norwegian, for system users.
	Title string
	// Resources are the ids of the resources in Altinn to which a system user needs the right, and AccessPackages the URNs
	// of the access packages that it needs. Both are empty for API delegations.
	Resources      []string
	AccessPackages []string
	// Schedule is the schedule of jobs, unless the customer has its own.
	Schedule string
	// SendsPlans reports whether the jobs send follow-up plans to NAV. Those of other built-in services fetch documents.
	SendsPlans bool
	// Custom is the Supplier's declaration. It is nil for built-in services.
	Custom *v1alpha1.CustomService

	api   string // of NAV, the name of its field in spec.endpoints; "" for custom services
	words map[language.Language]Words
}

// Of returns a service by its name: the Supplier's own, or else the built-in one, even if the Supplier does not offer
// it. It reports false for any other name. A nil Supplier has no services of its own.
func Of(s *v1alpha1.Supplier, name v1alpha1.ServiceName) (Service, bool) {
	offered := find(s, name)
	if offered == nil {
		return Declared(name, nil)
	}
	service, ok := Declared(name, offered.Custom)
	if offered.Schedule != "" {
		service.Schedule = string(offered.Schedule)
	}
	return service, ok
}

// Declared returns the service that a Supplier has declared by a name, or the built-in one if it has declared none. It
// reports false if there is neither.
func Declared(name v1alpha1.ServiceName, custom *v1alpha1.CustomService) (Service, bool) {
	if custom != nil {
		service := ofDeclaration(name, custom)
		service.Custom = custom
		return service, true
	}
	if known, ok := builtIn[name]; ok {
		return known.service, true
	}
	return Service{Name: name}, false
}

// Offered returns the services that a Supplier offers, in its order, without those of a later version.
func Offered(s *v1alpha1.Supplier) []Service {
	all := make([]Service, 0, len(s.Spec.Services))
	for i := range s.Spec.Services {
		if service, ok := Of(s, s.Spec.Services[i].Name); ok {
			all = append(all, service)
		}
	}
	return all
}

// Offers reports whether the Supplier offers a service.
func Offers(s *v1alpha1.Supplier, name v1alpha1.ServiceName) bool { return find(s, name) != nil }

// find returns a Supplier's offer of a service, nil if there is none.
func find(s *v1alpha1.Supplier, name v1alpha1.ServiceName) *v1alpha1.OfferedService {
	if s == nil {
		return nil
	}
	for i := range s.Spec.Services {
		if s.Spec.Services[i].Name == name {
			return &s.Spec.Services[i]
		}
	}
	return nil
}

// ofDeclaration returns the properties that built-in and custom services have in common.
func ofDeclaration(name v1alpha1.ServiceName, d *v1alpha1.CustomService) Service {
	s := Service{Name: name, Title: string(d.Title), Schedule: string(d.Schedule)}
	if d.Access.APIDelegation.Scope != "" {
		s.Kind, s.Scope = v1alpha1.AccessAPIDelegation, string(d.Access.APIDelegation.Scope)
		return s
	}
	user := &d.Access.SystemUser
	s.Kind, s.Scope = v1alpha1.AccessSystemUser, string(user.Scope)
	s.Resources, s.AccessPackages = texts(user.Resources), texts(user.AccessPackages)
	return s
}

// texts converts a list of named strings.
func texts[T ~string](all []T) []string {
	if len(all) == 0 {
		return nil
	}
	plain := make([]string, 0, len(all))
	for _, t := range all {
		plain = append(plain, string(t))
	}
	return plain
}

// AccessID identifies the access that a custom service needs, in the status of its customers: the scope, and a hash of
// the rights that a system user needs. It is "" for built-in services, whose access does not change.
func (s Service) AccessID() string {
	switch {
	case s.Custom == nil:
		return ""
	case !s.NeedsSystemUser():
		return s.Scope
	}
	sum := sha256.Sum256([]byte(strings.Join(s.Rights(), "\n")))
	return s.Scope + " " + hex.EncodeToString(sum[:4])
}

// Rights are what a system user needs: ids of resources and URNs of access packages, sorted.
func (s Service) Rights() []string {
	return slices.Sorted(slices.Values(slices.Concat(s.Resources, s.AccessPackages)))
}

// HeldByCustomers reports whether customers must be granted the scope, not the supplier: the service delegates an API
// that the supplier itself may not use. NAV's is open to all.
func (s Service) HeldByCustomers() bool { return s.Custom != nil && !s.NeedsSystemUser() }

// UsesHRM reports whether the jobs use the customer's HRM system: their pods get its address and credentials.
func (s Service) UsesHRM() bool {
	return s.Custom == nil || s.Custom.Job.Secret != v1alpha1.JobSecretNone
}

// NeedsSystemUser reports whether customers grant access by a system user.
func (s Service) NeedsSystemUser() bool { return s.Kind == v1alpha1.AccessSystemUser }

// LacksSystem reports whether the service needs a system user although the Supplier has no system.
func (s Service) LacksSystem(of *v1alpha1.Supplier) bool {
	return s.NeedsSystemUser() && of.Spec.SystemUser.SystemID == ""
}

// Scopes returns the scopes that the service needs: its own, and Altinn's for system users.
func (s Service) Scopes() []string {
	switch s.Kind {
	case v1alpha1.AccessAPIDelegation:
		return []string{s.Scope}
	case v1alpha1.AccessSystemUser:
		return []string{s.Scope, altinn.ScopeWrite, altinn.ScopeRead, altinn.ScopeRegister}
	default:
		return nil
	}
}

// AccessPackages returns the access packages that a Supplier requests for every system user.
func AccessPackages(s *v1alpha1.Supplier) []string { return texts(s.Spec.SystemUser.AccessPackages) }

// AgentPackages returns the access packages that a Supplier requests of agents: its own, and those of the services that
// it offers, sorted. They are the same for all customers, who share an agent's system user.
func AgentPackages(s *v1alpha1.Supplier) []string {
	all := AccessPackages(s)
	for _, service := range Offered(s) {
		all = append(all, service.AccessPackages...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// LacksAgents reports whether customers cannot grant access to the service through an agent: the Supplier has not
// enabled it, or has no access package that could include the rights that the service needs.
func (s Service) LacksAgents(of *v1alpha1.Supplier) bool {
	return s.NeedsSystemUser() && (of.Spec.SystemUser.Agents != v1alpha1.AgentsEnabled ||
		len(s.AccessPackages) == 0 && len(AccessPackages(of)) == 0)
}

// HasAgents reports whether a Supplier lets agents grant access to a service that it offers.
func HasAgents(s *v1alpha1.Supplier) bool {
	return s.Spec.SystemUser.Agents == v1alpha1.AgentsEnabled && slices.ContainsFunc(Offered(s), Service.NeedsSystemUser)
}

// SupplierTitle returns the supplier's name for customers.
func SupplierTitle(s *v1alpha1.Supplier) string {
	return s.Spec.Name + " (" + string(s.Spec.OrganizationNumber) + ")"
}

// ProofScope is a scope that verifies the supplier's credentials.
type ProofScope struct {
	Scope string
	// HeldByCustomers reports that customers hold the scope. Then a refusal to grant it to the supplier is no fault.
	HeldByCustomers bool
	// Declared reports that only custom services need the scope. Then the fault may be the declaration's, not that of the
	// credentials.
	Declared bool
}

// ProofScopes returns the scopes that verify the supplier's credentials: those of the offered services, each once, and
// those that only declared services need last.
// NAV's are open to all organizations, and those of system users are granted to vendors, so a refusal concerns the
// supplier. Those of other delegated APIs may be granted to customers alone.
func ProofScopes(s *v1alpha1.Supplier) []ProofScope {
	var all []ProofScope
	for _, service := range Offered(s) {
		held := service.HeldByCustomers()
		for _, scope := range service.Scopes() {
			declared := service.Custom != nil && scope == service.Scope
			i := slices.IndexFunc(all, func(p ProofScope) bool { return p.Scope == scope })
			if i < 0 {
				all = append(all, ProofScope{scope, held, declared})
				continue
			}
			all[i].HeldByCustomers = all[i].HeldByCustomers && held
			all[i].Declared = all[i].Declared && declared
		}
	}
	if HasAgents(s) {
		all = append(all, ProofScope{Scope: altinn.ScopeParties})
	}
	if len(all) == 0 { // only services of a later version, or none
		return []ProofScope{{Scope: openScope()}}
	}
	slices.SortStableFunc(all, func(a, b ProofScope) int { return cmp.Compare(rank(a), rank(b)) })
	return all
}

// rank returns the position of a scope in a proof.
func rank(p ProofScope) int {
	if p.Declared {
		return 1
	}
	return 0
}

// openScope returns a scope that every organization has: that of a built-in service with an API delegation.
func openScope() string {
	for _, name := range Names() {
		if service := builtIn[name].service; service.Kind == v1alpha1.AccessAPIDelegation {
			return service.Scope
		}
	}
	return ""
}

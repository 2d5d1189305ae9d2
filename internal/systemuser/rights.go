package systemuser

import (
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/services"
)

// A right is the id of a resource or the URN of an access package. Altinn has them in two lists.

// resources returns the resources to request: none of an agent, whose system user has access packages only.
func (n *negotiation) resources() []string {
	if n.byAgent() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(n.wanted.AllRights), altinn.IsPackage)
}

// packages returns the access packages to request: the Supplier's, then those of the services.
func (n *negotiation) packages() []string {
	all := slices.Clone(n.wanted.AccessPackages)
	for _, right := range n.wanted.AllRights {
		if altinn.IsPackage(right) && !slices.Contains(all, right) {
			all = append(all, right)
		}
	}
	return all
}

// rightsIn returns the rights in a request.
func rightsIn(r altinn.Request) []string { return slices.Concat(r.Rights, r.AccessPackages) }

// RightsOf returns the rights that the listed services need whose access is a system user, for Wanted.AllRights. Unless
// a person prompts it, it omits services that the customer rejected or withdrew: a request for another service must not
// include them.
func RightsOf(listed []services.Service, all []v1alpha1.CustomerServiceStatus, prompted bool) []string {
	refused := map[v1alpha1.ServiceName]bool{}
	for i := range all {
		a := &all[i].Authorization
		refused[all[i].Name] = !prompted &&
			(a.State == v1alpha1.AuthorizationRejected || a.State == v1alpha1.AuthorizationWithdrawn)
	}
	var rights []string
	for i := range listed {
		if s := &listed[i]; s.NeedsSystemUser() && !refused[s.Name] {
			rights = append(rights, s.Rights()...)
		}
	}
	return rights
}

package customerintegration

import (
	"context"
	"fmt"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
)

// lookForDuplicates reads, from the cache, who else of the customer's organization is older. Nearly always nobody is.
func (r *Reconciler) lookForDuplicates(ctx context.Context, s *scope) error {
	all, err := r.SameOrganization(ctx, s.customer.Spec.OrganizationNumber)
	if err != nil {
		return err
	}
	s.contenders = nil
	for i := range all {
		if !entitlement.Older(&all[i], s.customer) {
			continue
		}
		other := entitlement.Contender{Customer: &all[i], Supplier: s.supplier}
		if all[i].SupplierName() != s.customer.SupplierName() {
			if other.Supplier, err = r.supplier(ctx, all[i].SupplierName()); err != nil {
				return err
			}
		}
		s.contenders = append(s.contenders, other)
	}
	return nil
}

// duplicateOf gives the older CustomerIntegration for which a service's data flows, empty if there is none. Pure.
func duplicateOf(s *scope, name v1alpha1.ServiceName) v1alpha1.CustomerReference {
	return entitlement.DuplicateOf(s.supplier, s.customer, name, s.contenders)
}

// isDuplicate reports whether there is one.
func isDuplicate(s *scope, name v1alpha1.ServiceName) bool {
	return duplicateOf(s, name) != v1alpha1.CustomerReference{}
}

// duplicateMessage reports of which object a service is a duplicate, and what to do.
func duplicateMessage(s *scope, known v1alpha1.CustomerServiceStatus) string {
	return fmt.Sprintf("%s/%s is older and has this service for %s too. Delete one of the two, or remove the service from one's spec.services.",
		known.DuplicateOf.Namespace, known.DuplicateOf.Name, s.customer.Spec.OrganizationNumber)
}

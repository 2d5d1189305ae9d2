package controllers

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
)

// indexOrganization is the cache's index of CustomerIntegrations by organization number.
const indexOrganization = "organization"

// indexSupplier is the cache's index of CustomerIntegrations by the name of their Supplier.
const indexSupplier = "supplier"

// supplierNameOf returns what a CustomerIntegration is found by in that index.
func supplierNameOf(o client.Object) []string {
	c, ok := o.(*v1alpha1.CustomerIntegration)
	if !ok {
		return nil
	}
	return []string{c.SupplierName()}
}

// organizationOf gives what a CustomerIntegration is found by in that index.
func organizationOf(o client.Object) []string {
	c, ok := o.(*v1alpha1.CustomerIntegration)
	if !ok {
		return nil
	}
	return []string{string(c.Spec.OrganizationNumber)}
}

// FindOrganization gives the CustomerIntegrations of one organization number, in whatever namespace and of whatever Supplier.
type FindOrganization func(ctx context.Context, number v1alpha1.OrganizationNumber) ([]v1alpha1.CustomerIntegration, error)

// FindByOrganization finds them in a cache that has the index of Setup.
func FindByOrganization(reader client.Reader) FindOrganization {
	return func(ctx context.Context, number v1alpha1.OrganizationNumber) ([]v1alpha1.CustomerIntegration, error) {
		var list v1alpha1.CustomerIntegrationList
		if err := reader.List(ctx, &list, client.MatchingFields{indexOrganization: string(number)}); err != nil {
			return nil, fmt.Errorf("finding customers of one organization: %w", err)
		}
		return list.Items, nil
	}
}

// lookForDuplicates reads, from the cache, who else of the customer's organization is older. Nearly always nobody is.
func (r *CustomerIntegrationReconciler) lookForDuplicates(ctx context.Context, s *customerScope) error {
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
func duplicateOf(s *customerScope, name v1alpha1.ServiceName) v1alpha1.CustomerReference {
	return entitlement.DuplicateOf(s.supplier, s.customer, name, s.contenders)
}

// isDuplicate reports whether there is one.
func isDuplicate(s *customerScope, name v1alpha1.ServiceName) bool {
	return duplicateOf(s, name) != v1alpha1.CustomerReference{}
}

// duplicateMessage says of whom a service is a duplicate, and who does what next.
func duplicateMessage(s *customerScope, known v1alpha1.CustomerServiceStatus) string {
	return fmt.Sprintf("%s/%s is older and lists this service for the same organization %s, so nothing is asked and nothing flows here. Delete one of the two, or remove the service from one's spec.services. When the older one goes or no longer lists it, this one takes over by itself.",
		known.DuplicateOf.Namespace, known.DuplicateOf.Name, s.customer.Spec.OrganizationNumber)
}

// Package customerlist finds CustomerIntegrations in the cache: those of a Supplier, and those of an organization.
package customerlist

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// IndexOrganization is the cache's index of CustomerIntegrations by organization number.
const IndexOrganization = "organization"

// IndexSupplier is the cache's index of CustomerIntegrations by the name of their Supplier.
const IndexSupplier = "supplier"

// BySupplier returns the key of a CustomerIntegration in IndexSupplier.
func BySupplier(o client.Object) []string {
	c, ok := o.(*v1alpha1.CustomerIntegration)
	if !ok {
		return nil
	}
	return []string{c.SupplierName()}
}

// ByOrganization returns the key of a CustomerIntegration in IndexOrganization.
func ByOrganization(o client.Object) []string {
	c, ok := o.(*v1alpha1.CustomerIntegration)
	if !ok {
		return nil
	}
	return []string{string(c.Spec.OrganizationNumber)}
}

// OfOrganization returns the CustomerIntegrations of an organization number in all namespaces and of all Suppliers.
type OfOrganization func(ctx context.Context, number v1alpha1.OrganizationNumber) ([]v1alpha1.CustomerIntegration,
	error)

// IndexedByOrganization returns an OfOrganization that reads a cache with IndexOrganization.
func IndexedByOrganization(reader client.Reader) OfOrganization {
	return func(ctx context.Context, number v1alpha1.OrganizationNumber) ([]v1alpha1.CustomerIntegration, error) {
		var list v1alpha1.CustomerIntegrationList
		if err := reader.List(ctx, &list, client.MatchingFields{IndexOrganization: string(number)}); err != nil {
			return nil, fmt.Errorf("finding customers of one organization: %w", err)
		}
		return list.Items, nil
	}
}

// OfSupplier returns the CustomerIntegrations of a Supplier. They may be the cache's own objects and must not be
// changed.
type OfSupplier func(ctx context.Context, supplier string) ([]v1alpha1.CustomerIntegration, error)

// IndexedBySupplier returns an OfSupplier that reads a cache with IndexSupplier, without copies: ten thousand customers
// take milliseconds.
func IndexedBySupplier(reader client.Reader) OfSupplier {
	return func(ctx context.Context, supplier string) ([]v1alpha1.CustomerIntegration, error) {
		var list v1alpha1.CustomerIntegrationList
		if err := reader.List(ctx, &list, client.MatchingFields{IndexSupplier: supplier},
			client.UnsafeDisableDeepCopy); err != nil {
			return nil, fmt.Errorf("listing the customers of Supplier %s: %w", supplier, err)
		}
		return list.Items, nil
	}
}

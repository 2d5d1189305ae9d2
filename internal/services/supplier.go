package services

import (
	"fmt"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// SupplierTitle names the supplier as the customer knows it.
func SupplierTitle(s *v1alpha1.Supplier) string {
	return fmt.Sprintf("%s (%s)", s.Spec.Name, s.Spec.OrganizationNumber)
}

// WithoutSystem reports whether a service's access is a system user, and the Supplier does not say of which system.
func WithoutSystem(s *v1alpha1.Supplier, name v1alpha1.ServiceName) bool {
	return Of(name).Kind == v1alpha1.AccessSystemUser && s.Spec.SystemUser.SystemID == ""
}

package services

import (
	"fmt"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// SupplierTitle returns the supplier's name for customers.
func SupplierTitle(s *v1alpha1.Supplier) string {
	return fmt.Sprintf("%s (%s)", s.Spec.Name, s.Spec.OrganizationNumber)
}

// LacksSystem reports whether a service needs a system user although the Supplier has no system.
func LacksSystem(s *v1alpha1.Supplier, name v1alpha1.ServiceName) bool {
	return Of(name).Kind == v1alpha1.AccessSystemUser && s.Spec.SystemUser.SystemID == ""
}

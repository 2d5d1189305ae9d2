// Package entitlement decides, from a Supplier and a CustomerIntegration, whether a customer is verified and whether it
// may sync. The controllers and the token broker share its decisions. It uses no clock, no API server and no
// Maskinporten.
package entitlement

import (
	"fmt"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Block is why a customer is neither verified nor synced. The last verified state of its services stays.
type Block struct {
	Reason  string
	Message string
}

// policies return a Block, or nil. The first Block wins.
var policies = []func(*v1alpha1.Supplier, *v1alpha1.CustomerIntegration) *Block{
	customerSuspension,
	missingSupplier,
	disallowedNamespace,
	supplierSuspension,
	ownOrganization,
}

// BlockOf returns what blocks the customer, or nil. The Supplier is nil if it does not exist.
func BlockOf(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *Block {
	for _, policy := range policies {
		if b := policy(s, c); b != nil {
			return b
		}
	}
	return nil
}

func customerSuspension(_ *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *Block {
	if !c.Spec.Suspend {
		return nil
	}
	return &Block{v1alpha1.ReasonSuspended, "spec.suspend is true: access is not verified and no jobs run."}
}

func missingSupplier(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *Block {
	if s != nil {
		return nil
	}
	return &Block{v1alpha1.ReasonSupplierNotFound, fmt.Sprintf(
		"Supplier/%s does not exist. Create it; spec.supplierRef is immutable.", c.SupplierName())}
}

func disallowedNamespace(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *Block {
	if slices.Contains(s.Spec.AllowedNamespaces, c.Namespace) {
		return nil
	}
	return &Block{v1alpha1.ReasonSupplierNotAllowed, fmt.Sprintf(
		"Supplier/%s does not allow namespace %s. Add it to the Supplier's spec.allowedNamespaces.", s.Name, c.Namespace)}
}

func supplierSuspension(s *v1alpha1.Supplier, _ *v1alpha1.CustomerIntegration) *Block {
	if !s.Spec.Suspend {
		return nil
	}
	return &Block{v1alpha1.ReasonSuspended, SuspensionMessage(s.Name)}
}

// SuspensionMessage is the message of a suspended Supplier, on it and on its customers.
func SuspensionMessage(supplier string) string {
	return fmt.Sprintf("Supplier/%s is suspended (spec.suspend): access is not verified and no jobs run.", supplier)
}

func ownOrganization(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *Block {
	if c.Spec.OrganizationNumber != s.Spec.OrganizationNumber {
		return nil
	}
	return &Block{v1alpha1.ReasonOrganizationIsSupplier, fmt.Sprintf(
		"%s is the supplier's own organization number, which is immutable. Create the object again with the customer's.",
		s.Spec.OrganizationNumber)}
}

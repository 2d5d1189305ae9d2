// Package entitlement decides, from what is written in a Supplier and a CustomerIntegration, whether a customer may be
// asked for and whether data may flow. The controllers and the token broker decide by it alike. It knows no clock, no
// API server and no Maskinporten.
package entitlement

import (
	"fmt"
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Block is a cause for which a customer is not asked for at all, and nothing flows. What was known of its services
// stays.
type Block struct {
	// Reason is the reason of the customer's conditions.
	Reason string
	// Message says what is wrong and who does what next.
	Message string
}

// policies is the chain of functions that may block a customer; the first that speaks wins.
var policies = []func(*v1alpha1.Supplier, *v1alpha1.CustomerIntegration) *Block{
	suspended,
	supplierNotFound,
	supplierNotAllowed,
	supplierSuspended,
	organizationIsSupplier,
}

// BlockOf gives what blocks the customer, nil if nothing does. The Supplier is nil if it does not exist.
func BlockOf(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *Block {
	for _, policy := range policies {
		if b := policy(s, c); b != nil {
			return b
		}
	}
	return nil
}

func suspended(_ *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *Block {
	if !c.Spec.Suspend {
		return nil
	}
	return &Block{v1alpha1.ReasonSuspended, "spec.suspend is true: access is not verified and no jobs run."}
}

func supplierNotFound(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *Block {
	if s != nil {
		return nil
	}
	return &Block{v1alpha1.ReasonSupplierNotFound, fmt.Sprintf(
		"Supplier/%s does not exist. Create it; spec.supplierRef is immutable.", c.SupplierName())}
}

func supplierNotAllowed(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *Block {
	if slices.Contains(s.Spec.AllowedNamespaces, c.Namespace) {
		return nil
	}
	return &Block{v1alpha1.ReasonSupplierNotAllowed, fmt.Sprintf(
		"Supplier/%s does not allow namespace %s. Add it to the Supplier's spec.allowedNamespaces.", s.Name, c.Namespace)}
}

func supplierSuspended(s *v1alpha1.Supplier, _ *v1alpha1.CustomerIntegration) *Block {
	if !s.Spec.Suspend {
		return nil
	}
	return &Block{v1alpha1.ReasonSuspended, SupplierSuspended(s.Name)}
}

// SupplierSuspended is the message of a suspended Supplier, on it and on its customers.
func SupplierSuspended(supplier string) string {
	return fmt.Sprintf("Supplier/%s is suspended (spec.suspend): access is not verified and no jobs run.", supplier)
}

func organizationIsSupplier(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration) *Block {
	if c.Spec.OrganizationNumber != s.Spec.OrganizationNumber {
		return nil
	}
	return &Block{v1alpha1.ReasonOrganizationIsSupplier, fmt.Sprintf(
		"%s is the supplier's own organization number, which is immutable. Create the object again with the customer's.",
		s.Spec.OrganizationNumber)}
}

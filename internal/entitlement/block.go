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

// policies return a Block, or nil. The first Block wins. The last argument is the emergency stop of the Supplier.
var policies = []func(*v1alpha1.Supplier, *v1alpha1.CustomerIntegration, *Block) *Block{
	customerSuspension,
	missingSupplier,
	disallowedNamespace,
	supplierHalt,
	ownOrganization,
}

// BlockOf returns what blocks the customer, or nil. The Supplier is nil if it does not exist, and stop is nil unless
// the emergency stop applies to it.
func BlockOf(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, stop *Block) *Block {
	for _, policy := range policies {
		if b := policy(s, c, stop); b != nil {
			return b
		}
	}
	return nil
}

// HaltOf returns what blocks all customers of a Supplier, or nil: its emergency stop, which git cannot end, or its
// suspension.
func HaltOf(s *v1alpha1.Supplier, stop *Block) *Block {
	if stop != nil || !s.Spec.Suspend {
		return stop
	}
	return &Block{v1alpha1.ReasonSuspended, fmt.Sprintf(
		"Supplier/%s is suspended (spec.suspend): access is not verified and no jobs run.", s.Name)}
}

func customerSuspension(_ *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, _ *Block) *Block {
	if !c.Spec.Suspend {
		return nil
	}
	return &Block{v1alpha1.ReasonSuspended, "spec.suspend is true: access is not verified and no jobs run."}
}

func missingSupplier(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, _ *Block) *Block {
	if s != nil {
		return nil
	}
	return &Block{v1alpha1.ReasonSupplierNotFound, fmt.Sprintf(
		"Supplier/%s does not exist. Create it; spec.supplierRef is immutable.", c.SupplierName())}
}

func disallowedNamespace(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, _ *Block) *Block {
	if slices.Contains(s.Spec.AllowedNamespaces, c.Namespace) {
		return nil
	}
	return &Block{v1alpha1.ReasonSupplierNotAllowed, fmt.Sprintf(
		"Supplier/%s does not allow namespace %s. Add it to the Supplier's spec.allowedNamespaces.", s.Name, c.Namespace)}
}

func supplierHalt(s *v1alpha1.Supplier, _ *v1alpha1.CustomerIntegration, stop *Block) *Block {
	return HaltOf(s, stop)
}

func ownOrganization(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, _ *Block) *Block {
	if c.Spec.OrganizationNumber != s.Spec.OrganizationNumber {
		return nil
	}
	return &Block{v1alpha1.ReasonOrganizationIsSupplier, fmt.Sprintf(
		"%s is the supplier's own organization number, which is immutable. Create the object again with the customer's.",
		s.Spec.OrganizationNumber)}
}

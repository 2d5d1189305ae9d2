package entitlement

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/services"
)

// Contender is a CustomerIntegration that has the same organization number as another.
type Contender struct {
	Customer *v1alpha1.CustomerIntegration
	// Supplier is the Supplier of Customer, nil if it does not exist.
	Supplier *v1alpha1.Supplier
}

// DuplicateOf returns the CustomerIntegration that syncs a service in place of this one: the oldest of the contenders
// that list the service in the same environment and are older than this one. It is empty if there is none. This one may
// be among the contenders.
func DuplicateOf(
	s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName, contenders []Contender,
) v1alpha1.CustomerReference {
	oldest := c
	for _, other := range contenders {
		if IsOlder(other.Customer, oldest) && contends(s, c, name, other) {
			oldest = other.Customer
		}
	}
	if oldest == c {
		return v1alpha1.CustomerReference{}
	}
	return v1alpha1.CustomerReference{Namespace: oldest.Namespace, Name: oldest.Name}
}

// IsOlder reports whether one CustomerIntegration is older than another. The API server stores whole seconds; of two of
// the same second the one with the smaller UID counts as older.
func IsOlder(one, other *v1alpha1.CustomerIntegration) bool {
	if one.CreationTimestamp.Equal(&other.CreationTimestamp) {
		return one.UID < other.UID
	}
	return one.CreationTimestamp.Before(&other.CreationTimestamp)
}

// contends reports whether a contender could sync a service of the same organization, too. One that is suspended, or
// only verified, could: that may change at any time, and must not start its duplicate. One in a namespace that its
// Supplier does not allow could not, so that it cannot block another customer.
func contends(
	s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName, other Contender,
) bool {
	if s == nil || other.Supplier == nil || !other.Customer.DeletionTimestamp.IsZero() {
		return false
	}
	if other.Customer.Spec.OrganizationNumber != c.Spec.OrganizationNumber || !lists(other.Customer, name) {
		return false
	}
	if disallowedNamespace(other.Supplier, other.Customer, nil) != nil ||
		ownOrganization(other.Supplier, other.Customer, nil) != nil {
		return false
	}
	ours, _ := authority.Issuer(s)
	theirs, _ := authority.Issuer(other.Supplier)
	return ours == theirs && OffersTo(other.Supplier, other.Customer, name) && areSame(s, other.Supplier, name)
}

// areSame reports whether a name means the same service to two Suppliers: each declares its custom ones.
func areSame(one, other *v1alpha1.Supplier, name v1alpha1.ServiceName) bool {
	ours, known := services.Of(one, name)
	theirs, _ := services.Of(other, name)
	return !known || ours.Kind == theirs.Kind && ours.Scope == theirs.Scope
}

// isDuplicate reports whether, by its status, an older CustomerIntegration syncs a service.
func isDuplicate(c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) bool {
	return c.Status.Service(name).DuplicateOf != v1alpha1.CustomerReference{}
}

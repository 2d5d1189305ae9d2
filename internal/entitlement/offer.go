package entitlement

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// OffersTo reports whether a Supplier offers a service to a customer: it lists the service, and lets agents grant
// access to it if the customer has one.
func OffersTo(s *v1alpha1.Supplier, c *v1alpha1.CustomerIntegration, name v1alpha1.ServiceName) bool {
	if !services.Offers(s, name) {
		return false
	}
	service, _ := services.Of(s, name)
	return c.Agent() == "" || !service.LacksAgents(s)
}

package supplier

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/services"
)

// blocked is what the Supplier's spec blocks for all customers.
type blocked struct {
	// hrm reports whether no host of any HRM system is allowed although customers have one.
	hrm bool
	// removed lists the services that customers list, that were verified, and that are no longer offered.
	removed []string
}

// countBlocked notes what the Supplier's spec blocks for a customer.
func (c *census) countBlocked(
	s *v1alpha1.Supplier, customer *v1alpha1.CustomerIntegration, stop *entitlement.Block,
) {
	if entitlement.BlockOf(s, customer, stop) != nil {
		return
	}
	c.blocked.hrm = c.blocked.hrm || customer.Syncs() && entitlement.AwaitsAllowedHosts(s, customer.Spec.HRM.Endpoint)
	for _, wanted := range customer.Spec.Services {
		known := entitlement.Authorization(entitlement.AuthorityOf(s), customer, wanted.Name)
		if services.Offers(s, wanted.Name) || known.LastVerifiedTime == nil ||
			slices.Contains(c.blocked.removed, string(wanted.Name)) {
			continue
		}
		c.blocked.removed = append(c.blocked.removed, string(wanted.Name))
	}
}

// blockedCondition returns the condition CustomersBlocked, nil if it never was True.
func blockedCondition(s *facts) *condition.State {
	var reasons, messages []string
	if s.census.blocked.hrm {
		reasons = append(reasons, v1alpha1.ReasonHRMHostsMissing)
		messages = append(messages, "spec.hrm.allowedHosts is empty, so no jobs run. List the hosts of the customers' HRM systems.")
	}
	if removed := s.census.blocked.removed; len(removed) > 0 {
		slices.Sort(removed)
		reasons = append(reasons, v1alpha1.ReasonServiceRemoved)
		messages = append(messages, fmt.Sprintf("Customers list %s, which spec.services no longer offers, so no jobs run. "+
			"Offer it again, or remove it from the customers.", strings.Join(removed, ", ")))
	}
	if len(reasons) == 0 {
		return ended(s, v1alpha1.ConditionCustomersBlocked, v1alpha1.ReasonCustomersNotBlocked,
			"The spec blocks no customers.")
	}
	return new(condition.True(reasons[0], strings.Join(messages, " ")))
}

// ended returns the end of an alarm, nil if the status does not have the condition.
func ended(s *facts, conditionType, reason, message string) *condition.State {
	if meta.FindStatusCondition(s.supplier.Status.Conditions, conditionType) == nil {
		return nil
	}
	return new(condition.False(reason, message))
}

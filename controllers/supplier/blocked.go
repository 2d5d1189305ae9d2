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

// blockCounts counts the customers that the Supplier's spec blocks.
type blockCounts struct {
	// customers is how many customers nothing else blocks.
	customers int32
	// hrm counts the customers that sync, and those whose HRM system is not allowed because the spec allows none.
	hrm blockCount
	// removed counts, for each service that is not offered, the customers that list it, and those whose access was
	// verified.
	removed map[v1alpha1.ServiceName]blockCount
	// withoutHRM counts, for each custom service whose jobs use the HRM system, the customers that sync it, and those
	// without an HRM system.
	withoutHRM map[v1alpha1.ServiceName]blockCount
}

// blockCount counts customers that the spec may block, and those that it does.
type blockCount struct {
	all, blocked int32
}

// blocksMany reports whether the spec blocks so many customers that the cause is not theirs: at least three and more
// than half of those that it may block, or all of a Supplier with fewer customers.
func (b blockCounts) blocksMany(n blockCount) bool {
	return n.blocked >= runFew && 2*n.blocked > n.all || n.blocked > 0 && n.blocked == b.customers
}

// blocksSome reports whether the spec blocks at least three customers, or all of a Supplier with fewer, so that a
// change of the spec may have stopped them. These customers report it themselves, too.
func (b blockCounts) blocksSome(n blockCount) bool {
	return n.blocked >= runFew || n.blocked > 0 && n.blocked == b.customers
}

// add counts a customer.
func (n blockCount) add(blocked bool) blockCount {
	n.all++
	if blocked {
		n.blocked++
	}
	return n
}

// servicesThat returns the services of whose customers something is true, separated by commas, in order.
func servicesThat(counts map[v1alpha1.ServiceName]blockCount, is func(blockCount) bool) string {
	var names []string
	for name, n := range counts {
		if is(n) {
			names = append(names, string(name))
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// countBlocked notes what the Supplier's spec blocks for a customer.
func (c *census) countBlocked(
	s *v1alpha1.Supplier, customer *v1alpha1.CustomerIntegration, stop *entitlement.Block,
) {
	if entitlement.BlockOf(s, customer, stop) != nil {
		return
	}
	c.blocked.customers++
	if customer.Syncs() {
		c.blocked.hrm = c.blocked.hrm.add(entitlement.AwaitsAllowedHosts(s, customer))
	}
	for _, wanted := range customer.Spec.Services {
		service, _ := services.Of(s, wanted.Name)
		known := entitlement.Authorization(entitlement.AuthorityOf(s), customer, service)
		switch {
		case !services.Offers(s, wanted.Name):
			c.blocked.removed[wanted.Name] = c.blocked.removed[wanted.Name].add(known.LastVerifiedTime != nil)
		case service.Custom != nil && service.UsesHRM() && customer.Syncs():
			c.blocked.withoutHRM[wanted.Name] = c.blocked.withoutHRM[wanted.Name].add(customer.Spec.HRM.Endpoint == "")
		}
	}
}

// blockedCondition returns the condition CustomersBlocked, nil if it never was True.
func blockedCondition(s *facts) *condition.State {
	var reasons, messages []string
	if s.census.blocked.blocksMany(s.census.blocked.hrm) {
		reasons = append(reasons, v1alpha1.ReasonHRMHostsMissing)
		messages = append(messages, "spec.hrm.allowedHosts is empty, so jobs that use an HRM system "+
			"do not run. List the hosts of the customers' HRM systems.")
	}
	if removed := servicesThat(s.census.blocked.removed, s.census.blocked.blocksMany); removed != "" {
		reasons = append(reasons, v1alpha1.ReasonServiceRemoved)
		messages = append(messages, fmt.Sprintf("Customers list %s, which spec.services no longer offers, so their jobs "+
			"do not run. Offer it again, or remove it from the customers.", removed))
	}
	if lacking := servicesThat(s.census.blocked.withoutHRM, s.census.blocked.blocksSome); lacking != "" {
		reasons = append(reasons, v1alpha1.ReasonHRMSystemsMissing)
		messages = append(messages, fmt.Sprintf("Customers without spec.hrm list %s, whose jobs use the HRM system, so these "+
			"do not run. Add spec.hrm to the customers, or set custom.job.secret to None.", lacking))
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

package supplier

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/services"
)

// awaitsVerification reports whether the runs of a customer wait until its access is verified again. A customer whom
// Maskinporten has rejected since reports that itself.
func awaitsVerification(s *v1alpha1.Supplier, stop *entitlement.Block, c *v1alpha1.CustomerIntegration) bool {
	for i := range c.Spec.Services {
		name := c.Spec.Services[i].Name
		service, _ := services.Of(s, name)
		known := entitlement.Authorization(entitlement.AuthorityOf(s), c, service)
		_, reason := entitlement.MaySync(s, c, stop, name)
		if entitlement.IsPaused(reason) && !entitlement.WasRejectedSince(s, known) {
			return true
		}
	}
	return false
}

// verificationCondition returns the condition of that name. A number in its message would cause a write per verified
// customer.
func verificationCondition(c *census) condition.State {
	if c.outdated > 0 {
		return condition.True(v1alpha1.ReasonOperatorInterrupted,
			"etcd was restored, or no manager led for 15 minutes. Customers are verified again before their runs start; see docs/backup.md.")
	}
	return condition.False(v1alpha1.ReasonVerificationCurrent,
		"All customers with access have been verified, or rejected by Maskinporten, since status.interruptedTime.")
}

// mendInterruption replaces the time of an interruption that lies in the future: until then no verification would be
// newer. Only the Supplier's reconcile calls it, and writes the new time: a customer's reconcile would find an
// interruption each time.
func mendInterruption(supplier *v1alpha1.Supplier, now time.Time) {
	supplier.Status.InterruptedTime = clock.Clamp(supplier.Status.InterruptedTime, now, now)
}

package supplier

import (
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
)

// mendInterruption replaces the time of an interruption that lies in the future: until then no verification would be
// newer. Only the Supplier's reconcile calls it, and writes the new time: a customer's reconcile would find an
// interruption each time.
func mendInterruption(supplier *v1alpha1.Supplier, now time.Time) {
	supplier.Status.InterruptedTime = clock.Clamp(supplier.Status.InterruptedTime, now, now)
}

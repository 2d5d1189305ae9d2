package supplier

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/wake"
)

// TestMessagesEnqueueNothing appends a blank to every message of every state of a Supplier, and of a customer: no
// Supplier is enqueued.
func TestMessagesEnqueueNothing(t *testing.T) {
	suppliers, customers := fixture.GoldenSuppliers(t), fixture.GoldenCustomers(t)
	for i := range suppliers {
		after := suppliers[i].DeepCopy()
		after.Status.Conditions = fixture.WithBlanks(after.Status.Conditions)
		its := predicate.Or(wake.SpecOrRequestChanged(), wake.InterruptionChanged())
		if its.Update(event.UpdateEvent{ObjectOld: &suppliers[i], ObjectNew: after}) {
			t.Errorf("a blank enqueues Supplier %d", i)
		}
	}
	for i := range customers {
		after := customers[i].DeepCopy()
		after.Status.Conditions = fixture.WithBlanks(after.Status.Conditions)
		for name, p := range map[string]predicate.Predicate{"its runs": outsideFailure(), "its counts": countMayChange()} {
			t.Run(name, func(t *testing.T) {
				if p.Update(event.UpdateEvent{ObjectOld: &customers[i], ObjectNew: after}) {
					t.Errorf("a blank enqueues the Supplier of customer %d for %s", i, name)
				}
			})
		}
	}
}

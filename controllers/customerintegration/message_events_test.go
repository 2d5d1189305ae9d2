package customerintegration

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/wake"
)

// TestMessagesEnqueueNothing appends a blank to every message of every state of a Supplier, and of a customer: no
// customer is enqueued.
func TestMessagesEnqueueNothing(t *testing.T) {
	t.Run("Supplier", func(t *testing.T) {
		suppliers := fixture.GoldenSuppliers(t)
		for i := range suppliers {
			after := suppliers[i].DeepCopy()
			after.Status.Conditions = fixture.WithBlanks(after.Status.Conditions)
			for name, p := range map[string]predicate.Predicate{
				"its customers": supplierMattersToCustomers(), "customers of others": supplierMattersToOthers(),
			} {
				t.Run(name, func(t *testing.T) {
					if p.Update(event.UpdateEvent{ObjectOld: &suppliers[i], ObjectNew: after}) {
						t.Errorf("%s: a blank enqueues %s", suppliers[i].Name, name)
					}
				})
			}
		}
	})
	for name, b := range customerStates {
		t.Run(name, func(t *testing.T) {
			before := b.s.customer.DeepCopy()
			before.Status = statusOf(b.s.verdict())
			after := before.DeepCopy()
			after.Status.Conditions = fixture.WithBlanks(after.Status.Conditions)
			for name, p := range map[string]predicate.Predicate{
				"it": predicate.Or(wake.SpecOrRequestChanged(), statusGoesBack()), "others": duplicatesMayChange(),
			} {
				t.Run(name, func(t *testing.T) {
					if p.Update(event.UpdateEvent{ObjectOld: before, ObjectNew: after}) {
						t.Errorf("a blank enqueues %s", name)
					}
				})
			}
		})
	}
}

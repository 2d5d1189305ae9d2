package wake

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/4human/integration-operator/internal/fixture"
)

// TestCreatedOrDeleted passes neither updates nor what existed at the start.
func TestCreatedOrDeleted(t *testing.T) {
	p, s := CreatedOrDeleted(), fixture.Supplier()
	if !p.Create(event.CreateEvent{Object: s}) || !p.Delete(event.DeleteEvent{Object: s}) {
		t.Error("a Supplier that was created or deleted does not pass")
	}
	if p.Create(event.CreateEvent{Object: s, IsInInitialList: true}) ||
		p.Update(event.UpdateEvent{ObjectOld: s, ObjectNew: s}) {
		t.Error("a Supplier that existed passes")
	}
}

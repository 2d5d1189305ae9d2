package wake

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/4human/integration-operator/api/v1alpha1"
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

// TestUpdates verifies that creations and deletions always pass, and no update of another kind.
func TestUpdates(t *testing.T) {
	for _, differ := range []bool{true, false} {
		p, o := Updates(func(_, _ *v1alpha1.Supplier) bool { return differ }), fixture.Supplier()
		if got := p.Update(event.UpdateEvent{ObjectOld: o, ObjectNew: o}); got != differ {
			t.Errorf("an update passes: %t, want %t", got, differ)
		}
		if !p.Create(event.CreateEvent{Object: o}) || !p.Delete(event.DeleteEvent{Object: o}) ||
			!p.Generic(event.GenericEvent{Object: o}) {
			t.Error("what comes or goes does not pass")
		}
		if c := fixture.Customer(); p.Update(event.UpdateEvent{ObjectOld: c, ObjectNew: c}) {
			t.Error("an update of another kind passes")
		}
	}
}

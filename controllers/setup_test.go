package controllers

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/event"
)

// TestSend never blocks: a full channel has a look at the Supplier on its way.
func TestSend(t *testing.T) {
	looks := make(chan event.GenericEvent, 1)
	send(looks, "default")
	send(looks, "default")
	if e := <-looks; e.Object.GetName() != "default" || e.Object.GetNamespace() != "" {
		t.Errorf("a look at %s/%s", e.Object.GetNamespace(), e.Object.GetName())
	}
	if len(looks) != 0 {
		t.Error("one too many")
	}
}

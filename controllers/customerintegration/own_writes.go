package customerintegration

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ownWrites remembers, for each object of a customer, the versions that our last writes replaced. A cache that still
// has one of them lacks the last write. The objects are of one kind. The zero value is ready to use.
type ownWrites struct {
	mu       sync.Mutex
	replaced map[types.NamespacedName]map[string][]string // by customer and name of the object
}

// note remembers that a customer's object was replaced. A cache may be more than one write behind.
func (w *ownWrites) note(customer types.NamespacedName, before client.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.replaced == nil {
		w.replaced = map[types.NamespacedName]map[string][]string{}
	}
	if w.replaced[customer] == nil {
		w.replaced[customer] = map[string][]string{}
	}
	all := w.replaced[customer]
	all[before.GetName()] = append(all[before.GetName()], before.GetResourceVersion())
}

// outdates reports whether our last write is newer than what was read. If it is not, the writes are forgotten.
func (w *ownWrites) outdates(customer types.NamespacedName, read client.Object) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.replaced[customer]
	if slices.Contains(all[read.GetName()], read.GetResourceVersion()) {
		return true
	}
	delete(all, read.GetName())
	if len(all) == 0 {
		delete(w.replaced, customer)
	}
	return false
}

// forget drops what is remembered of a customer's objects.
func (w *ownWrites) forget(customer types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.replaced, customer)
}

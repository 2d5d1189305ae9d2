package customerintegration

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ownWrites remembers, for each object, the versions that our last writes replaced. A cache that still has one of them
// lacks the last write. The zero value is ready to use.
type ownWrites struct {
	mu       sync.Mutex
	replaced map[types.NamespacedName][]string
}

// note remembers that an object was replaced. A cache may be more than one write behind.
func (w *ownWrites) note(before client.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.replaced == nil {
		w.replaced = map[types.NamespacedName][]string{}
	}
	key := client.ObjectKeyFromObject(before)
	w.replaced[key] = append(w.replaced[key], before.GetResourceVersion())
}

// outdates reports whether our last write is newer than what was read. If it is not, the writes are forgotten.
func (w *ownWrites) outdates(read client.Object) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := client.ObjectKeyFromObject(read)
	if slices.Contains(w.replaced[key], read.GetResourceVersion()) {
		return true
	}
	delete(w.replaced, key)
	return false
}

// forget drops what is remembered of an object that no longer exists.
func (w *ownWrites) forget(key types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.replaced, key)
}

package controllers

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ownWrites remembers, for each object, the version that our last write replaced. A cache that still shows that version
// has not seen the write. The zero value is ready to use.
type ownWrites struct {
	mu       sync.Mutex
	replaced map[types.NamespacedName]string
}

// note remembers that an object was written over.
func (w *ownWrites) note(before client.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.replaced == nil {
		w.replaced = map[types.NamespacedName]string{}
	}
	w.replaced[client.ObjectKeyFromObject(before)] = before.GetResourceVersion()
}

// outdates reports whether our own last write is newer than what was read. Once it is not, the write is forgotten.
func (w *ownWrites) outdates(read client.Object) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := client.ObjectKeyFromObject(read)
	version, noted := w.replaced[key]
	if noted && version == read.GetResourceVersion() {
		return true
	}
	delete(w.replaced, key)
	return false
}

// forget drops what is remembered of an object that is gone.
func (w *ownWrites) forget(key types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.replaced, key)
}

package customerintegration

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/4human/integration-operator/internal/syncjob"
)

// ownCreations remembers the objects that the last reconcile of each customer created. That reconcile has written its
// status with them, so their arrival in the cache wakes no other. The zero value is ready to use.
type ownCreations struct {
	mu  sync.Mutex
	all map[types.NamespacedName]map[types.UID]string // resource versions
}

// note remembers an object that was created for a customer.
func (c *ownCreations) note(o client.Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range customersOf(o) {
		if c.all == nil {
			c.all = map[types.NamespacedName]map[types.UID]string{}
		}
		if c.all[key] == nil {
			c.all[key] = map[types.UID]string{}
		}
		c.all[key][o.GetUID()] = o.GetResourceVersion()
	}
}

// has reports whether an object is one that was created, and has not changed since. It is then forgotten.
func (c *ownCreations) has(o client.Object) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range customersOf(o) {
		created := c.all[key]
		version, known := created[o.GetUID()]
		if delete(created, o.GetUID()); len(created) == 0 {
			delete(c.all, key)
		}
		if known && version == o.GetResourceVersion() {
			return true
		}
	}
	return false
}

// forget drops what is remembered of a customer.
func (c *ownCreations) forget(customer types.NamespacedName) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, customer)
}

// changes passes the creation of an object by others, updates that differ in something that matters, and every deletion.
func (c *ownCreations) changes(differ func(before, after client.Object) bool) predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(e event.CreateEvent) bool { return !c.has(e.Object) },
		UpdateFunc: func(e event.UpdateEvent) bool { return differ(e.ObjectOld, e.ObjectNew) },
	}
}

// customersOf returns the customers that an object was created for.
func customersOf(o client.Object) []types.NamespacedName {
	names := syncjob.CustomerOf(o)
	all := make([]types.NamespacedName, 0, len(names))
	for _, name := range names {
		all = append(all, types.NamespacedName{Namespace: o.GetNamespace(), Name: name})
	}
	return all
}

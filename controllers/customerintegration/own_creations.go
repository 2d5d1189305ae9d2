package customerintegration

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/4human/integration-operator/internal/syncjob"
)

// ownCreations remembers the objects that the last reconcile of each customer creates, until the cache has them. That
// reconcile writes its status with them, or fails and is repeated, so their arrival in the cache wakes no other. The
// zero value is ready to use.
type ownCreations struct {
	mu  sync.Mutex
	all map[types.NamespacedName]map[creation]string // resource versions, "" while the request is under way
}

// creation is an object that is created.
type creation struct{ kind, name string }

// begin remembers an object that is about to be created. Its arrival may be seen before the response to the request.
func (c *ownCreations) begin(kind string, o client.Object) { c.set(kind, o, "") }

// end remembers as what an object was created, or that it was not. An object that has been seen is not remembered.
func (c *ownCreations) end(kind string, o client.Object, err error) {
	if err == nil {
		c.set(kind, o, o.GetResourceVersion())
		return
	}
	c.take(kind, o)
}

func (c *ownCreations) set(kind string, o client.Object, version string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range customersOf(o) {
		is := creation{kind, o.GetName()}
		if _, begun := c.all[key][is]; !begun && version != "" {
			continue // it has been seen
		}
		if c.all == nil {
			c.all = map[types.NamespacedName]map[creation]string{}
		}
		if c.all[key] == nil {
			c.all[key] = map[creation]string{}
		}
		c.all[key][is] = version
	}
}

// take reports whether an object that has arrived is one that was created, and has not changed since. It is then
// forgotten.
func (c *ownCreations) take(kind string, o client.Object) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range customersOf(o) {
		is := creation{kind, o.GetName()}
		version, known := c.all[key][is]
		delete(c.all[key], is)
		if len(c.all[key]) == 0 {
			delete(c.all, key)
		}
		if known && (version == "" || version == o.GetResourceVersion()) {
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

// others passes the creations of objects of a kind by others.
func (c *ownCreations) others(kind string) predicate.Predicate {
	return predicate.Funcs{CreateFunc: func(e event.CreateEvent) bool { return !c.take(kind, e.Object) }}
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

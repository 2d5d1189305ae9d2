package customerintegration

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/4human/integration-operator/internal/syncjob"
)

// ownCreations remembers the objects that the last reconcile of each customer created, until the cache has them. That
// reconcile writes its status with them, or fails and is repeated, so their arrival in the cache need not wake another.
// The zero value is ready to use.
type ownCreations struct {
	mu  sync.Mutex
	all map[types.NamespacedName]map[creation]versions
}

// creation is an object that is created.
type creation struct{ kind, name string }

// versions are the resource versions of a creation: of the API server's response, "" until it comes, and of the object
// in the cache, "" until it arrives.
type versions struct{ created, seen string }

// begin remembers an object that is about to be created. Its arrival may be seen before the response to the request.
func (c *ownCreations) begin(kind string, o client.Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range customersOf(o) {
		if c.all == nil {
			c.all = map[types.NamespacedName]map[creation]versions{}
		}
		if c.all[key] == nil {
			c.all[key] = map[creation]versions{}
		}
		c.all[key][creation{kind, o.GetName()}] = versions{}
	}
}

// end records the response to a creation. It forgets an object that was not created, or that the cache has. It reports
// whether the cache has another version, which another client wrote.
func (c *ownCreations) end(kind string, o client.Object, err error) (changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range customersOf(o) {
		is := creation{kind, o.GetName()}
		v, begun := c.all[key][is]
		switch {
		case err != nil || v.seen != "":
			changed = changed || err == nil && v.seen != o.GetResourceVersion()
			c.drop(key, is)
		case begun:
			c.all[key][is] = versions{created: o.GetResourceVersion()}
		}
	}
	return changed
}

// take reports whether an object that arrives in the cache is our creation, unchanged. It forgets the creation if its
// response has come.
func (c *ownCreations) take(kind string, o client.Object) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range customersOf(o) {
		is := creation{kind, o.GetName()}
		v, known := c.all[key][is]
		switch {
		case !known:
		case v.created == "":
			c.all[key][is] = versions{seen: o.GetResourceVersion()}
			return true
		default:
			c.drop(key, is)
			return v.created == o.GetResourceVersion()
		}
	}
	return false
}

// drop forgets a creation. The caller holds the lock.
func (c *ownCreations) drop(customer types.NamespacedName, is creation) {
	delete(c.all[customer], is)
	if len(c.all[customer]) == 0 {
		delete(c.all, customer)
	}
}

// forget drops what is remembered of a customer.
func (c *ownCreations) forget(customer types.NamespacedName) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, customer)
}

// others passes creations of objects of a kind, except our own.
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

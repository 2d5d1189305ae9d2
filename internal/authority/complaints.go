package authority

import (
	"cmp"
	"iter"
	"maps"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/internal/maskinporten"
)

type customerScope struct {
	customer types.NamespacedName
	scope    string
}

// Complaints are responses about single customers that contradict what is known of them. A proof cannot disprove them;
// only a response about the same customer can.
type Complaints struct {
	alarm *Alarm

	mu  sync.Mutex
	all map[customerScope]maskinporten.Class
}

// Add records a complaint and raises the alarm.
func (c *Complaints) Add(customer types.NamespacedName, scope string, class maskinporten.Class) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[customerScope{customer, scope}] = class
	c.alarm.raise()
}

// First returns the class of the complaints that comes first by name, or "" if there are none.
func (c *Complaints) First() maskinporten.Class {
	c.mu.Lock()
	defer c.mu.Unlock()
	return firstOf(maps.Values(c.all))
}

// disprove drops a complaint. After the last one the Supplier must be reconciled.
func (c *Complaints) disprove(key customerScope) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, complained := c.all[key]; !complained {
		return
	}
	delete(c.all, key)
	if len(c.all) == 0 {
		c.alarm.raiseForRecovery()
	}
}

func (c *Complaints) forget(gone func(customerScope) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.all, func(k customerScope, _ maskinporten.Class) bool { return gone(k) })
}

// firstOf returns the value that comes first by name, so that the result is the same as long as the values are, or "".
func firstOf[T ~string](values iter.Seq[T]) T {
	var first T
	for v := range values {
		if first == "" || cmp.Less(v, first) {
			first = v
		}
	}
	return first
}

package authority

import (
	"maps"
	"sync"
	"time"
)

// failing are the customers that met a fault or a Retry-After with their last request. The zero value is ready to use.
type failing struct {
	mu  sync.Mutex
	all map[customerScope]lastResponse
}

// lastResponse is what a customer's last request met.
type lastResponse struct {
	fault bool
	until time.Time // the end of its Retry-After
}

func (f *failing) of(key customerScope) lastResponse {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.all[key]
}

// note records what a request met. wait is its Retry-After.
func (f *failing) note(key customerScope, fault bool, wait time.Duration, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !fault && wait <= 0 {
		delete(f.all, key)
		return
	}
	if f.all == nil {
		f.all = map[customerScope]lastResponse{}
	}
	f.all[key] = lastResponse{fault: fault, until: now.Add(wait)}
}

// forget drops customers that are gone, and what no longer matters. A Retry-After outlives its customer, which may be
// created again.
func (f *failing) forget(now time.Time, gone func(customerScope) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.all, func(k customerScope, last lastResponse) bool {
		return !now.Before(last.until) && (gone(k) || !last.fault)
	})
	for k, last := range f.all {
		if last.fault && gone(k) {
			last.fault = false
			f.all[k] = last
		}
	}
}

package authority

import (
	"maps"
	"sync"
	"time"
)

// failing are the customers whose last request met a fault, each with the end of its Retry-After. If the response had
// none, that time is already past.
type failing struct {
	mu    sync.Mutex
	until map[customerScope]time.Time
}

func (f *failing) of(key customerScope) (until time.Time, fails bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	until, fails = f.until[key]
	return until, fails
}

func (f *failing) note(key customerScope, until time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.until[key] = until
}

func (f *failing) forget(gone func(customerScope) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.until, func(k customerScope, _ time.Time) bool { return gone(k) })
}

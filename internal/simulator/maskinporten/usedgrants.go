package maskinporten

import (
	"sync"
	"time"
)

// usedGrantRetention is how long a used grant is kept: its longest lifetime, the tolerance of both its times, and a
// margin.
const usedGrantRetention = extendedGrantLifetime + 2*issueTimeTolerance + 10*time.Second

// usedGrants are the used grants, for as long as they could be used again.
type usedGrants struct {
	mu    sync.Mutex
	until map[string]time.Time
	order []string // oldest first
}

func newUsedGrants() *usedGrants {
	return &usedGrants{until: map[string]time.Time{}}
}

func (u *usedGrants) contains(key string, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.forget(now)
	_, used := u.until[key]
	return used
}

// add marks a grant as used, and reports whether it was new.
func (u *usedGrants) add(key string, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.forget(now)
	if _, used := u.until[key]; used {
		return false
	}
	u.until[key] = now.Add(usedGrantRetention)
	u.order = append(u.order, key)
	return true
}

func (u *usedGrants) forget(now time.Time) {
	for len(u.order) > 0 && !now.Before(u.until[u.order[0]]) {
		delete(u.until, u.order[0])
		u.order = u.order[1:]
	}
}

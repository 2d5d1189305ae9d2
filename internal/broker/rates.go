package broker

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// idleLimit is how long an unused key is kept. By then its burst is restored.
	idleLimit = 10 * time.Minute
	// sweepInterval is how often idle entries are removed.
	sweepInterval = time.Minute
)

// rates limits the rate of each of many keys. It is safe for concurrent use.
type rates struct {
	every time.Duration
	burst int
	now   func() time.Time

	mu        sync.Mutex
	limiters  map[string]*limiter
	nextSweep time.Time
}

type limiter struct {
	*rate.Limiter
	used time.Time
}

func newRates(every time.Duration, burst int, now func() time.Time) *rates {
	return &rates{every: every, burst: burst, now: now, limiters: map[string]*limiter{}}
}

// take takes one event of a key and returns 0, or returns how long to wait and takes none.
func (r *rates) take(key string) (wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	r.sweep(now)
	known, ok := r.limiters[key]
	if !ok {
		known = &limiter{Limiter: rate.NewLimiter(rate.Every(r.every), r.burst)}
		r.limiters[key] = known
	}
	known.used = now
	reservation := known.ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// wait returns how long a key must wait for its next event. It takes none.
func (r *rates) wait(key string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok := r.limiters[key]
	if !ok {
		return 0
	}
	now := r.now()
	reservation := known.ReserveN(now, 1)
	defer reservation.CancelAt(now)
	return reservation.DelayFrom(now)
}

// sweep removes idle keys. The caller holds the lock.
func (r *rates) sweep(now time.Time) {
	if now.Before(r.nextSweep) {
		return
	}
	r.nextSweep = now.Add(sweepInterval)
	idle := max(idleLimit, r.every*time.Duration(r.burst))
	for key, known := range r.limiters {
		if now.Sub(known.used) >= idle {
			delete(r.limiters, key)
		}
	}
}

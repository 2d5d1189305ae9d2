package broker

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// idleLimit is how long a key is remembered that nobody comes with. By then its burst is there again.
	idleLimit = 10 * time.Minute
	// sweepInterval is how often is looked for what need not be remembered.
	sweepInterval = time.Minute
)

// rates limits how often each of many keys comes. Its methods may be called at the same time.
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

// take lets a key come once, and gives 0; or else how long it must wait first, and takes nothing.
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

// wait gives how long a key must wait before it may come, 0 if it may now. It takes nothing.
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

// sweep forgets keys that have been idle. The caller holds the lock.
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

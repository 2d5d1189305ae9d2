package customerintegration

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/apimachinery/pkg/types"
)

const (
	// rolloutRate is how many CronJobs are replaced in a second when very many differ at once, as after a change of a
	// Supplier, of the token broker's authority or of the operator: ten thousand take eight minutes.
	rolloutRate = 20
	// rolloutBurst is how many may be replaced at once after a pause, such as those that were edited by hand.
	rolloutBurst = 50
)

// rollout spreads the replacement of CronJobs. It never blocks: a customer whose turn has not come is reconciled again
// at a time of its own, so that ten thousand customers are not reconciled every second. The zero value is ready to use.
type rollout struct {
	mu      sync.Mutex
	limiter *rate.Limiter
	turns   map[types.NamespacedName]time.Time
}

// wait returns how long a customer has to wait for its turn, 0 if it is now. A turn is for all CronJobs of a reconcile.
func (r *rollout) wait(customer types.NamespacedName, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limiter == nil {
		r.limiter, r.turns = rate.NewLimiter(rolloutRate, rolloutBurst), map[types.NamespacedName]time.Time{}
	}
	if turn, ok := r.turns[customer]; ok {
		if turn.After(now) {
			return turn.Sub(now)
		}
		delete(r.turns, customer)
		return 0
	}
	delay := r.limiter.ReserveN(now, 1).DelayFrom(now)
	if delay > 0 {
		r.turns[customer] = now.Add(delay)
	}
	return delay
}

// forget drops the turn of a customer that no longer exists.
func (r *rollout) forget(customer types.NamespacedName) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.turns, customer)
}

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

// rollout spreads the replacement of CronJobs. It never blocks: a customer that has to wait is reconciled again in its
// own slot, so that ten thousand customers are not reconciled every second. The zero value is ready to use.
type rollout struct {
	mu      sync.Mutex
	limiter *rate.Limiter
	slots   map[types.NamespacedName]time.Time
}

// wait returns how long a customer has to wait for its slot, 0 if it need not. A slot is for all CronJobs of a
// customer.
func (r *rollout) wait(customer types.NamespacedName, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limiter == nil {
		r.limiter, r.slots = rate.NewLimiter(rolloutRate, rolloutBurst), map[types.NamespacedName]time.Time{}
	}
	if slot, ok := r.slots[customer]; ok {
		if slot.After(now) {
			return slot.Sub(now)
		}
		delete(r.slots, customer)
		return 0
	}
	delay := r.limiter.ReserveN(now, 1).DelayFrom(now)
	if delay > 0 {
		r.slots[customer] = now.Add(delay)
	}
	return delay
}

// forget drops the slot of a customer that no longer exists.
func (r *rollout) forget(customer types.NamespacedName) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.slots, customer)
}

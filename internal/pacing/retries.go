package pacing

import (
	"sync"
	"time"

	"k8s.io/client-go/util/workqueue"
)

const (
	// firstRetry is how long after its first failure a reconcile is repeated. Each further failure doubles it.
	firstRetry = 5 * time.Millisecond
	// latestRetry is the longest pause before a retry, unless very many objects fail.
	latestRetry = time.Minute
	// retryShare is how far apart retries of different objects are in the long run, if very many fail at once.
	retryShare = 100 * time.Millisecond
)

// retries is the rate limiter of NewRetries.
type retries[K comparable] struct {
	mu       sync.Mutex
	failures map[K]int
}

// NewRetries returns the rate limiter of a controller's queue. It doubles the pause before each retry, up to a minute.
// If more than 600 objects fail at once, the longest pause grows with their number, so that there are ten retries per
// second.
func NewRetries[K comparable]() workqueue.TypedRateLimiter[K] {
	return &retries[K]{failures: map[K]int{}}
}

// When counts a failure and returns the pause before the next retry.
func (r *retries[K]) When(key K) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	longest := max(latestRetry, time.Duration(len(r.failures))*retryShare)
	pause := firstRetry << min(r.failures[key], 20) // 87 minutes: the pause of 50,000 objects
	r.failures[key]++
	return min(pause, longest)
}

// Forget drops the failures of an object that was reconciled.
func (r *retries[K]) Forget(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.failures, key)
}

// NumRequeues returns how often an object has failed in a row.
func (r *retries[K]) NumRequeues(key K) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failures[key]
}

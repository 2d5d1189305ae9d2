package authority

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Priority decides which requests are sent if not all can be.
type Priority int

// The priorities.
const (
	// PriorityRetry is for customers whose last request met a fault while others are answered.
	PriorityRetry Priority = iota
	// PriorityRoutine is for customers whose access is known and is verified again.
	PriorityRoutine
	// PriorityWaiting is for customers that have been asked for access.
	PriorityWaiting
	// PriorityChanged is for customers of which nothing is known yet, and for requested verifications.
	PriorityChanged
	// PriorityJob is for a job that waits for its token.
	PriorityJob
)

// String returns the priority as a metric's label.
func (p Priority) String() string {
	switch p {
	case PriorityRetry:
		return "retry"
	case PriorityRoutine:
		return "routine"
	case PriorityWaiting:
		return "waiting"
	case PriorityChanged:
		return "changed"
	case PriorityJob:
		return "job"
	default:
		return "unknown"
	}
}

// priorityNames returns the priorities as a metric's labels.
func priorityNames() []string {
	all := []Priority{PriorityRetry, PriorityRoutine, PriorityWaiting, PriorityChanged, PriorityJob}
	names := make([]string, 0, len(all))
	for _, p := range all {
		names = append(names, p.String())
	}
	return names
}

// BusyError reports that a request was not sent, because the limit of requests per second is reached.
type BusyError struct {
	// Until is when to try again. Refused requests get distinct times, one request interval apart.
	Until time.Time
}

// Error says when to try again.
func (e *BusyError) Error() string {
	return fmt.Sprintf("not sent before %s: the limit of requests per second is reached", e.Until.UTC().Format(time.RFC3339))
}

const (
	// minBurst is how many requests may be sent at once, however few may be sent per second.
	minBurst = 5
	// reserved is the part of the burst that routine requests and those of waiting customers do not get. Retries do not
	// get twice as much.
	reserved = 0.2
	// shares is how many requests are sent, of any priority, before one is sent of a priority whose requests were all
	// refused: each priority has an eighth of the requests, if it needs them.
	shares = 8
)

// limiter bounds how many requests are sent. It never waits.
type limiter struct {
	bucket   *rate.Limiter
	reserve  float64
	interval time.Duration // between two requests
	refused  func(Priority)

	mu      sync.Mutex
	slots   map[Priority]time.Time // the last time to try again
	starved map[Priority]time.Time // since when all requests were refused
}

// newLimiter returns a limiter of so many requests per second; 0 is no limit.
func newLimiter(perSecond rate.Limit) *limiter {
	if perSecond == 0 {
		return &limiter{bucket: rate.NewLimiter(rate.Inf, 0)}
	}
	burst := max(int(perSecond), minBurst)
	return &limiter{
		bucket:   rate.NewLimiter(perSecond, burst),
		reserve:  float64(burst) * reserved,
		interval: time.Duration(float64(time.Second) / float64(perSecond)),
		slots:    map[Priority]time.Time{},
		starved:  map[Priority]time.Time{},
	}
}

// take takes one request's share, or returns a *BusyError.
func (l *limiter) take(now time.Time, p Priority) error {
	if l.allow(now, p) {
		return nil
	}
	if l.refused != nil {
		l.refused(p)
	}
	return &BusyError{Until: l.next(now, p)}
}

func (l *limiter) allow(now time.Time, p Priority) bool {
	if l.bucket.Limit() == rate.Inf {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	left := l.bucket.TokensAt(now) - 1
	if left >= l.reserveFor(p) && l.bucket.AllowN(now, 1) {
		delete(l.starved, p)
		return true
	}
	since, starves := l.starved[p]
	if starves && now.Sub(since) >= shares*l.interval && left > -shares { // a share is not taken on top of a debt
		l.owe(now) // others wait for it
		l.starved[p] = now
		return true
	}
	if !starves || since.After(now) { // the clock was set back
		l.starved[p] = now
	}
	return false
}

// reserveFor returns how many requests must remain for more urgent ones.
func (l *limiter) reserveFor(p Priority) float64 {
	switch {
	case p.isUrgent():
		return 0
	case p == PriorityRetry:
		return 2 * l.reserve
	default:
		return l.reserve
	}
}

// spend takes a request's share if there is one. Our own proof is never refused, because all other requests depend on
// it.
func (l *limiter) spend(now time.Time) {
	l.bucket.AllowN(now, 1)
}

// owe takes a request's share, if need be a future one: then others wait for it.
func (l *limiter) owe(now time.Time) {
	l.bucket.ReserveN(now, 1)
}

// next returns when a refused request may be tried again. Each gets its own time, so that ten thousand that are due at
// once cause ten thousand reconciles, and not each one per second. No priority queues behind another.
func (l *limiter) next(now time.Time, p Priority) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	slot := l.slots[p]
	if slot.Before(now) {
		slot = now
	}
	l.slots[p] = slot.Add(l.interval)
	return l.slots[p]
}

// isUrgent reports whether a request may take the reserved share.
func (p Priority) isUrgent() bool { return p > PriorityWaiting }

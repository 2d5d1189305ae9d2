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
	// PriorityWaiting is for customers whose access is awaited.
	PriorityWaiting
	// PriorityChanged is for customers without a verified state, and for requested verifications.
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

func priorities() []Priority {
	return []Priority{PriorityRetry, PriorityRoutine, PriorityWaiting, PriorityChanged, PriorityJob}
}

// share returns the part of the requests that a priority gets if others would take all.
func (p Priority) share() float64 {
	if p == PriorityRoutine {
		return 1.0 / 4
	}
	return 1.0 / 8
}

// priorityNames returns the priorities as a metric's labels.
func priorityNames() []string {
	all := priorities()
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

// busyUntil returns a *BusyError by the current wall clock. That of until is older, and may have been set since.
func busyUntil(now, until time.Time) *BusyError { return &BusyError{Until: now.Add(until.Sub(now))} }

// Error says when to try again.
func (e *BusyError) Error() string {
	return fmt.Sprintf("not sent before %s: the limit of requests per second is reached", e.Until.UTC().Format(time.RFC3339))
}

const (
	// minBurst is how many requests may be sent at once, however few may be sent per second.
	minBurst = 5
	// reserved is the part of the burst that routine requests and those of waiting customers leave to urgent ones. Retries
	// leave twice as much.
	reserved = 0.2
	// maxDebt is how many requests of the future the shares may take.
	maxDebt = 8
)

// limiter bounds how many requests are sent. It never waits.
type limiter struct {
	bucket   *rate.Limiter
	reserve  float64
	interval time.Duration // between two requests
	refused  func(Priority)

	mu       sync.Mutex
	backlogs map[Priority]*backlog
}

// newLimiter returns a limiter of so many requests per second; 0 is no limit.
func newLimiter(perSecond rate.Limit) *limiter {
	if perSecond == 0 {
		return &limiter{bucket: rate.NewLimiter(rate.Inf, 0)}
	}
	burst := max(int(perSecond), minBurst)
	l := &limiter{
		bucket:   rate.NewLimiter(perSecond, burst),
		reserve:  float64(burst) * reserved,
		interval: time.Duration(float64(time.Second) / float64(perSecond)),
		backlogs: map[Priority]*backlog{},
	}
	for _, p := range priorities() {
		l.backlogs[p] = newBacklog(perSecond * rate.Limit(p.share()))
	}
	return l
}

// take takes one request's share, or returns a *BusyError. The caller repeats a refused request at the error's time,
// with the same key. A run's worker does not: it tries again after some ten seconds, for up to a minute.
func (l *limiter) take(now time.Time, p Priority, key customerScope) error {
	if l.bucket.Limit() == rate.Inf {
		return nil
	}
	until := l.admit(now, p, key)
	if until.IsZero() {
		return nil
	}
	if l.refused != nil {
		l.refused(p)
	}
	return busyUntil(now, until)
}

// admit returns when a request may be tried again, or the zero time if it may be sent.
func (l *limiter) admit(now time.Time, p Priority, key customerScope) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.backlogs[p]
	if l.bucket.TokensAt(now) >= 1+l.reserveFor(p) && l.bucket.AllowN(now, 1) {
		b.since = time.Time{}
		delete(b.waiting, key)
		return time.Time{}
	}
	until, waits := b.waiting[key]
	early := waits && until.After(now)
	inTurn := p == PriorityJob || waits && b.starves(now)
	switch {
	case early && p != PriorityJob:
		return until
	case inTurn && l.bucket.TokensAt(now) > 1-maxDebt && b.share.AllowN(now, 1):
		l.bucket.ReserveN(now, 1) // others wait for it
		delete(b.waiting, key)
		return time.Time{}
	case early:
		return until
	default:
		return b.add(now, key, l.interval)
	}
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

// owe takes a request's share, if need be a future one, for which others then wait. If the priority gets nothing but
// its share, owe charges that too.
func (l *limiter) owe(now time.Time, p Priority) {
	if l.bucket.Limit() == rate.Inf {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bucket.ReserveN(now, 1)
	l.backlogs[p].charge(now)
}

// isUrgent reports whether a request may take the reserved share.
func (p Priority) isUrgent() bool { return p > PriorityWaiting }

package authority

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Priority says how soon a question is to be asked when not all can be.
type Priority int

// The priorities.
const (
	// PriorityRoutine is for customers whose access is known and is verified again.
	PriorityRoutine Priority = iota
	// PriorityWaiting is for customers who have been asked to give access.
	PriorityWaiting
	// PriorityChanged is for customers of whom nothing is known yet, and for what somebody requested.
	PriorityChanged
	// PriorityJob is for a job that waits for its token.
	PriorityJob
)

// String names the priority, as the label of a metric has it.
func (p Priority) String() string {
	switch p {
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

// BusyError says that a question was not asked, because as many are being asked as may be. It says nothing of anybody.
type BusyError struct {
	// Until is when to come again. Those who are told to come again have times of their own, as far apart as may be asked.
	Until time.Time
}

// Error says when to come again.
func (e *BusyError) Error() string {
	return fmt.Sprintf("not asked before %s: as many requests are being sent as may be", e.Until.UTC().Format(time.RFC3339))
}

const (
	// minBurst is how many questions may be asked at once, however few may be asked a second.
	minBurst = 5
	// reserved is the share of the burst that is kept from routine work and from those who wait.
	reserved = 0.2
)

// limiter bounds how many questions are asked. It is asked, and never waited for.
type limiter struct {
	bucket   *rate.Limiter
	reserve  float64
	interval time.Duration // between two questions
	refused  func(Priority)

	mu    sync.Mutex
	slots map[bool]time.Time // the last time that somebody was told to come again, of those who may take all and of those who may not
}

// newLimiter makes a limiter of so many questions a second; 0 is no limit.
func newLimiter(perSecond rate.Limit) *limiter {
	if perSecond == 0 {
		return &limiter{bucket: rate.NewLimiter(rate.Inf, 0)}
	}
	burst := max(int(perSecond), minBurst)
	return &limiter{
		bucket:   rate.NewLimiter(perSecond, burst),
		reserve:  float64(burst) * reserved,
		interval: time.Duration(float64(time.Second) / float64(perSecond)),
		slots:    map[bool]time.Time{},
	}
}

// take takes one question's share, or gives a *BusyError.
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
	left := l.bucket.TokensAt(now) - 1
	if !p.urgent() && left < l.reserve {
		return false
	}
	return l.bucket.AllowN(now, 1)
}

// spend takes a question's share of what is there: the supplier's own proof, on which all others depend, is never refused.
func (l *limiter) spend(now time.Time) {
	l.bucket.AllowN(now, 1)
}

// owe takes a question's share, if need be of what is not there yet: then others wait until it is.
func (l *limiter) owe(now time.Time) {
	l.bucket.ReserveN(now, 1)
}

// next gives the next time at which somebody who was refused may come again: each a time of its own, so that ten thousand
// who are due at once need ten thousand passes, and not each a pass a second. Whoever is new does not stand in line behind
// the ten thousand.
func (l *limiter) next(now time.Time, p Priority) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	slot := l.slots[p.urgent()]
	if slot.Before(now) {
		slot = now
	}
	l.slots[p.urgent()] = slot.Add(l.interval)
	return l.slots[p.urgent()]
}

// urgent reports whether a question may take all that is there.
func (p Priority) urgent() bool { return p > PriorityWaiting }

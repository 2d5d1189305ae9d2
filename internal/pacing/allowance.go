package pacing

import (
	"maps"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/clock"
)

// Pace is a rate limit: burst at once after a rest, and one per every in the long run.
type Pace struct {
	Burst int
	Every time.Duration
}

// QuestionPace returns the rate limit of requests for one organization and service, for whatever cause: annotations, edits of
// the spec, or a CustomerIntegration that is deleted and created again. Routine verification is slower.
func QuestionPace(iv Intervals) Pace {
	return Pace{Burst: 4, Every: min(15*time.Second, iv.Granted/2, iv.Waiting/2)}
}

// allowanceSweep is how often entries with a whole burst are dropped.
const allowanceSweep = time.Hour

// Allowance limits the rate of events by key. The zero value is ready to use.
type Allowance[K comparable] struct {
	mu sync.Mutex
	// Whole is when each key's burst is whole again.
	Whole map[K]time.Time
	swept time.Time
}

// Next returns when the next event of a key is allowed: now or later.
func (a *Allowance[K]) Next(key K, p Pace, now time.Time) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return clock.Later(now, a.wholeAt(key, p, now).Add(-time.Duration(p.Burst-1)*p.Every))
}

// Take records an event.
func (a *Allowance[K]) Take(key K, p Pace, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.Whole == nil {
		a.Whole = map[K]time.Time{}
	}
	if now.Sub(a.swept).Abs() > allowanceSweep {
		maps.DeleteFunc(a.Whole, func(_ K, at time.Time) bool { return !at.After(now) })
		a.swept = now
	}
	a.Whole[key] = clock.Later(now, a.wholeAt(key, p, now)).Add(p.Every)
}

// wholeAt returns when the burst of a key is whole again. It ignores a time that is too late to be valid: it was recorded before
// the clock was set back.
func (a *Allowance[K]) wholeAt(key K, p Pace, now time.Time) time.Time {
	if latest := now.Add(time.Duration(p.Burst) * p.Every); a.Whole[key].After(latest) {
		a.Whole[key] = latest
	}
	return a.Whole[key]
}

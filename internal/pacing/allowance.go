package pacing

import (
	"maps"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/clock"
)

// Pace is how often something may be done: Burst times at once after a pause, and once per Every in the long run.
type Pace struct {
	Burst int
	Every time.Duration
}

// RequestPace bounds the requests for one organization and service, whatever causes them: annotations, edits of the
// spec, or a CustomerIntegration that is deleted and created again. Verifications by time alone are rarer.
func RequestPace(iv Intervals) Pace {
	return Pace{Burst: 4, Every: min(15*time.Second, iv.Granted/2, iv.Waiting/2)}
}

// allowanceSweep is how often keys whose burst is whole again are dropped.
const allowanceSweep = time.Hour

// Allowance remembers how often something was done, by a key. The zero value is ready to use.
type Allowance[K comparable] struct {
	mu sync.Mutex
	// Whole has when each key's burst is whole again.
	Whole map[K]time.Time
	swept time.Time
}

// Next returns when something may be done again: now, or later.
func (a *Allowance[K]) Next(key K, p Pace, now time.Time) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return clock.Later(now, a.wholeAt(key, p, now).Add(-time.Duration(p.Burst-1)*p.Every))
}

// Take records that it was done.
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

// wholeAt returns when the burst of a key is whole again. An impossibly late time was recorded before the clock was set
// back. It is replaced: otherwise nothing would be allowed until the clock reaches it.
func (a *Allowance[K]) wholeAt(key K, p Pace, now time.Time) time.Time {
	if latest := now.Add(time.Duration(p.Burst) * p.Every); a.Whole[key].After(latest) {
		a.Whole[key] = latest
	}
	return a.Whole[key]
}

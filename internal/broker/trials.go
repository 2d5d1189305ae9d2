package broker

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

const (
	// trialDelay is how long after offering stopped the first run may try.
	trialDelay = 5 * time.Minute
	// trialEvery is the interval between further trials, per replica.
	trialEvery = time.Minute
	// trialTime is how long a run that may try gets tokens: as long as a run may last.
	trialTime = 15 * time.Minute
)

// trials admits a few runs while the operator offers no plans to NAV, to learn whether NAV accepts plans again. A run
// requests a token only when it has a plan, so each trial has one. It is safe for concurrent use.
type trials struct {
	now func() time.Time

	mu   sync.Mutex
	next map[types.UID]time.Time // by Supplier
	runs map[types.UID]trial     // by pod
}

// trial is a run that gets tokens although offering has stopped.
type trial struct {
	stopped time.Time // when offering stopped
	until   time.Time
}

func newTrials(now func() time.Time) *trials {
	return &trials{now: now, next: map[types.UID]time.Time{}, runs: map[types.UID]trial{}}
}

// admit reports whether a pod may try, if the offering of its Supplier stopped at a time.
func (t *trials) admit(supplier, pod types.UID, stopped time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if known, ok := t.runs[pod]; ok && known.stopped.Equal(stopped) && now.Before(known.until) {
		return true
	}
	if now.Before(stopped.Add(trialDelay)) || now.Before(t.next[supplier]) {
		return false
	}
	for other, known := range t.runs {
		if !now.Before(known.until) {
			delete(t.runs, other)
		}
	}
	t.next[supplier] = now.Add(trialEvery)
	t.runs[pod] = trial{stopped, now.Add(trialTime)}
	return true
}

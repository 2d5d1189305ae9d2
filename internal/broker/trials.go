package broker

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

const (
	// trialDelay is how long after offering was stopped the first run may try again.
	trialDelay = 5 * time.Minute
	// trialEvery is how often after that another run may try, on each replica.
	trialEvery = time.Minute
	// trialTime is how long a run that may try gets tokens. It is as long as a run may last.
	trialTime = 15 * time.Minute
)

// trials lets a few runs get tokens although no plans are offered to NAV, to learn whether NAV takes plans again. A run asks
// for a token only when it has a plan, so each trial has one. Its methods may be called at the same time.
type trials struct {
	now func() time.Time

	mu   sync.Mutex
	next map[types.UID]time.Time // of each Supplier
	runs map[types.UID]trial     // by pod
}

// trial is a run that may try.
type trial struct {
	stopped time.Time // when offering was stopped
	until   time.Time
}

func newTrials(now func() time.Time) *trials {
	return &trials{now: now, next: map[types.UID]time.Time{}, runs: map[types.UID]trial{}}
}

// admit reports whether a pod may try, through a Supplier whose offering was stopped at a time.
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

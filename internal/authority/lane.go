package authority

import (
	"sync"
	"time"
)

// laneWidth is how many requests of customers that failed last are in flight at a time, so that requests without a
// response take a few connections and reconciles only, however many customers have them.
const laneWidth = 20

// laneInterval is how far apart requests are tried again that found the lane full: a request without a response leaves
// the lane after its time-out. Maskinporten's is as long as Altinn's.
const laneInterval = altinnTimeout / laneWidth

// lane bounds the requests of customers whose last request met a fault while others are answered. It never waits.
type lane struct {
	mu       sync.Mutex
	inFlight int
	slot     time.Time // the last time to try again
}

// enter returns a *BusyError if the lane is full. Otherwise the caller must leave it.
func (l *lane) enter(now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inFlight < laneWidth {
		l.inFlight++
		return nil
	}
	if l.slot.Before(now) {
		l.slot = now
	}
	l.slot = l.slot.Add(laneInterval)
	if l.slot.After(now.Add(maxRetry)) { // a minute has all the slots that are of use
		l.slot = now.Add(laneInterval)
	}
	return busyUntil(now, l.slot)
}

func (l *lane) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight--
}

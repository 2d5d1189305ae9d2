package authority

import (
	"maps"
	"time"

	"golang.org/x/time/rate"
)

// maxAhead is how far ahead a starving line spreads its requests by shareInterval. Later ones are one request interval
// apart, so that the line uses free requests as soon as others leave some.
const maxAhead = time.Minute

// line holds the refused requests of a priority, and the share that the priority gets in any case. No priority queues
// behind another.
type line struct {
	share   *rate.Limiter
	since   time.Time // since when the priority got nothing but its share
	last    time.Time // the last time to try again
	swept   time.Time
	waiting map[customerScope]time.Time // when each is to be tried again
}

// newLine returns a line that gets so many requests per second in any case.
func newLine(perSecond rate.Limit) *line {
	return &line{share: rate.NewLimiter(perSecond, max(1, int(perSecond))), waiting: map[customerScope]time.Time{}}
}

// add adds a request, and returns when to try it again. Each gets its own time, so that each of ten thousand due at
// once causes one more reconcile, not one per second. While others take all requests, the times are as far apart as the
// share needs, so that each is sent in its turn.
func (l *line) add(now time.Time, key customerScope, interval time.Duration) time.Time {
	l.sweep(now)
	if l.since.IsZero() {
		l.since = now
	}
	if l.last.Before(now) {
		l.last = now
	}
	if l.starves(now) && l.last.Sub(now) < maxAhead {
		interval = l.shareInterval()
	}
	l.last = l.last.Add(interval)
	l.waiting[key] = l.last
	return l.last
}

// starves reports whether others take all requests, so that the line gets nothing but its share.
func (l *line) starves(now time.Time) bool {
	return !l.since.IsZero() && now.Sub(l.since) >= l.shareInterval()
}

// charge charges a further request of a negotiation to the share, if the line gets nothing else. The share owes at most
// what it gets in maxSlow, because a negotiation may read a long list for all customers.
func (l *line) charge(now time.Time) {
	if l.starves(now) && l.share.TokensAt(now) > 1-float64(l.share.Limit())*maxAhead.Seconds() {
		l.share.ReserveN(now, 1)
	}
}

// shareInterval returns the time between two requests of the share.
func (l *line) shareInterval() time.Duration {
	return time.Duration(float64(time.Second) / float64(l.share.Limit()))
}

// sweep drops requests that have not come back, such as those of deleted customers.
func (l *line) sweep(now time.Time) {
	if now.Sub(l.swept) < maxAhead {
		return
	}
	l.swept = now
	maps.DeleteFunc(l.waiting, func(_ customerScope, until time.Time) bool { return now.Sub(until) > maxAhead })
}

package authority

import (
	"maps"
	"time"

	"golang.org/x/time/rate"
)

// maxAhead is how far ahead a starving backlog spreads its requests by shareInterval. Later ones are one request
// interval apart, so that the backlog uses free requests as soon as others leave some.
const maxAhead = time.Minute

// backlog has the deferred requests of a priority, and the share that the priority gets in any case. No priority queues
// behind another.
type backlog struct {
	share   *rate.Limiter
	since   time.Time // since when the priority got nothing but its share
	last    time.Time // the last time to try again
	swept   time.Time
	waiting map[customerScope]time.Time // when each is to be tried again
}

// newBacklog returns a backlog that gets so many requests per second in any case.
func newBacklog(perSecond rate.Limit) *backlog {
	return &backlog{share: rate.NewLimiter(perSecond, max(1, int(perSecond))), waiting: map[customerScope]time.Time{}}
}

// add adds a request, and returns when to try it again. Each gets its own time, so that each of ten thousand due at
// once causes one more reconcile, not one per second. While others take all requests, the times are as far apart as the
// share needs, so that each is sent in its turn.
func (b *backlog) add(now time.Time, key customerScope, interval time.Duration) time.Time {
	b.sweep(now)
	if b.since.IsZero() {
		b.since = now
	}
	if b.last.Before(now) {
		b.last = now
	}
	if b.starves(now) && b.last.Sub(now) < maxAhead {
		interval = b.shareInterval()
	}
	b.last = b.last.Add(interval)
	b.waiting[key] = b.last
	return b.last
}

// starves reports whether others take all requests, so that the backlog gets nothing but its share.
func (b *backlog) starves(now time.Time) bool {
	return !b.since.IsZero() && now.Sub(b.since) >= b.shareInterval()
}

// charge charges a further request of a negotiation to the share, if the backlog gets nothing else. The share owes at
// most what it gets in maxAhead, because a negotiation may read a long list for all customers.
func (b *backlog) charge(now time.Time) {
	if b.starves(now) && b.share.TokensAt(now) > 1-float64(b.share.Limit())*maxAhead.Seconds() {
		b.share.ReserveN(now, 1)
	}
}

// shareInterval returns the time between two requests of the share.
func (b *backlog) shareInterval() time.Duration {
	return time.Duration(float64(time.Second) / float64(b.share.Limit()))
}

// sweep drops requests that have not come back, such as those of deleted customers.
func (b *backlog) sweep(now time.Time) {
	if now.Sub(b.swept) < maxAhead {
		return
	}
	b.swept = now
	maps.DeleteFunc(b.waiting, func(_ customerScope, until time.Time) bool { return now.Sub(until) > maxAhead })
}

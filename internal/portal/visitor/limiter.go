package visitor

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/apimachinery/pkg/util/cache"
)

const (
	// maxClients bounds the clients that are kept: those that sent a request last.
	maxClients = 10_000
	// idle is how long a client is kept without a request. Its burst has been refilled long before.
	idle = 10 * time.Minute
	// ipv6Bits is the length of the network that counts as one client: a household has a /64.
	ipv6Bits = 64
)

// Limiter limits the requests of each client. It is safe for concurrent use.
type Limiter struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu      sync.Mutex
	clients *cache.LRUExpireCache
}

// NewLimiter returns a Limiter that allows a number of requests per second, and burst at once.
func NewLimiter(perSecond float64, burst int, now func() time.Time) *Limiter {
	return &Limiter{
		rate: rate.Limit(perSecond), burst: burst, now: now,
		clients: cache.NewLRUExpireCacheWithClock(maxClients, clock(now)),
	}
}

// Allow reports whether a client may send a request now, and counts it. If not, retry is when it may.
func (l *Limiter) Allow(client netip.Addr) (allowed bool, retry time.Duration) {
	now := l.now()
	reservation := l.of(client).ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait == 0, wait
}

func (l *Limiter) of(client netip.Addr) *rate.Limiter {
	if client.Is6() {
		if network, err := client.Prefix(ipv6Bits); err == nil {
			client = network.Addr()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	known, _ := l.clients.Get(client)
	limiter, ok := known.(*rate.Limiter)
	if !ok {
		limiter = rate.NewLimiter(l.rate, l.burst)
	}
	l.clients.Add(client, limiter, idle)
	return limiter
}

// clock is a clock of LRUExpireCache.
type clock func() time.Time

// Now returns the time.
func (c clock) Now() time.Time { return c() }

package broker

import (
	"log" //nolint:depguard // http.Server takes no other logger.
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
)

const (
	// sampleInterval is how often sampleBurst lines that repeat each other are logged.
	sampleInterval = time.Minute
	sampleBurst    = 10
	// maxSamples is how many different lines are counted separately.
	maxSamples = 512
)

// samples selects the log lines of refusals: of those that repeat each other, sampleBurst per sampleInterval. It is
// safe for concurrent use.
type samples struct {
	now func() time.Time

	mu   sync.Mutex
	seen map[sampleKey]*sample
}

// sampleKey tells lines apart. Its zero value stands for all lines beyond maxSamples.
type sampleKey struct {
	// from is the caller: its pod, or its address if it is not identified.
	from string
	text string
}

type sample struct {
	next            time.Time // the end of the interval
	logged, skipped int       // in it
}

func newSamples(now func() time.Time) *samples {
	return &samples{now: now, seen: map[sampleKey]*sample{}}
}

// take reports whether to log a line, and how many were left out since the last one.
func (s *samples) take(key sampleKey) (skipped int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	known := s.seen[key]
	if known == nil && len(s.seen) >= maxSamples {
		s.sweep(now)
		if len(s.seen) >= maxSamples {
			key = sampleKey{}
			known = s.seen[key]
		}
	}
	if known == nil {
		known = &sample{}
		s.seen[key] = known
	}
	if !now.Before(known.next) {
		skipped = known.skipped
		*known = sample{next: now.Add(sampleInterval)}
	}
	if known.logged >= sampleBurst {
		known.skipped++
		return 0, false
	}
	known.logged++
	return skipped, true
}

// sweep removes lines that did not repeat. The caller holds the lock.
func (s *samples) sweep(now time.Time) {
	for key, known := range s.seen {
		if !now.Before(known.next) {
			delete(s.seen, key)
		}
	}
}

// serverLog returns the log of an http.Server. It samples lines by the address that they name.
func serverLog(to logr.Logger, s *samples) *log.Logger {
	return log.New(serverLines{to, s}, "", 0)
}

type serverLines struct {
	to logr.Logger
	*samples
}

// peer is an address with a port in a line of http.Server. The port would make each line different.
var peer = regexp.MustCompile(`(\[[^\]\s]+\]|[0-9.]+):\d+\b`)

// Write logs a line.
func (w serverLines) Write(line []byte) (int, error) {
	text, from := strings.TrimSpace(string(line)), ""
	text = peer.ReplaceAllStringFunc(text, func(found string) string {
		at, err := netip.ParseAddrPort(found)
		if err != nil {
			return found
		}
		from = at.Addr().String()
		return from
	})
	if skipped, ok := w.take(sampleKey{from: from, text: text}); ok {
		w.to.Info("Connection failed", "err", text, "repeated", skipped)
	}
	return len(line), nil
}

package syncjob

import (
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/clock"
)

// AcceptedPlans remembers, for each Supplier, when the last run began in which NAV accepted plans and refused none. It
// is empty after a restart. The zero value is ready to use; nil has none.
type AcceptedPlans struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// NoteStart remembers when a run began. A time in the future does not count: a clock was wrong.
func (p *AcceptedPlans) NoteStart(supplier string, at, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil {
		p.last = map[string]time.Time{}
	}
	p.last[supplier] = clock.Later(clock.Believable(now, p.last[supplier]), clock.Believable(now, at))
}

// Of returns when the last such run began, the zero time if none is known.
func (p *AcceptedPlans) Of(supplier string, now time.Time) time.Time {
	if p == nil {
		return time.Time{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return clock.Believable(now, p.last[supplier])
}

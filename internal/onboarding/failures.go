package onboarding

import (
	"errors"
	"sync"

	"github.com/4human/integration-operator/internal/enhetsregisteret"
)

// failures counts the look-ups that failed in a row. It is safe for concurrent use.
type failures struct {
	mu     sync.Mutex
	inARow int
	paused bool
}

// record counts a look-up. If the register wants a pause, no more look-ups are made.
func (f *failures) record(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil || errors.Is(err, enhetsregisteret.ErrNotFound) {
		f.inARow = 0
		return
	}
	f.inARow++
	if failed, ok := errors.AsType[*enhetsregisteret.Error](err); ok && failed.RetryAfter > 0 {
		f.paused = true
	}
}

// tooMany reports whether no more look-ups are made.
func (f *failures) tooMany() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.paused || f.inARow >= mostFailures
}

package authority

import (
	"errors"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// Postponement is a Retry-After of Maskinporten's.
type Postponement struct {
	// Until is when it ends, or the zero time if there was none.
	Until time.Time
	// Class is the class of the response, which is an outage's.
	Class maskinporten.Class
}

// postponement has the last Retry-After that concerns all customers.
type postponement struct {
	mu   sync.Mutex
	last Postponement
}

func (p *postponement) get() Postponement {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

// note records the Retry-After of an error, if it has one. A refusal may have one too; for others it is an outage.
func (p *postponement) note(err error, now time.Time) {
	wait := retryAfterOf(err)
	if wait <= 0 {
		return
	}
	class := maskinporten.ClassOf(err)
	if class.Kind() != conclusion.Outage {
		class = maskinporten.ClassRateLimited
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := now.Add(wait); t.After(p.last.Until) {
		p.last = Postponement{Until: t, Class: class}
	}
}

// retryAfterOf returns the Retry-After of an error of Maskinporten or Altinn, 0 if it has none.
func retryAfterOf(err error) time.Duration {
	if e, ok := errors.AsType[*maskinporten.Error](err); ok {
		return max(e.RetryAfter, 0)
	}
	if e, ok := errors.AsType[*altinn.Error](err); ok {
		return max(e.RetryAfter, 0)
	}
	return 0
}

const (
	minRetry = 5 * time.Second
	maxRetry = time.Minute
)

// RetryInterval returns how long after a request that met a fault the next one is sent: half of the verification
// interval, at least 5 s and at most a minute. It is the same for every fault, also for a 429 without Retry-After,
// because a retry costs one request.
func RetryInterval(verification time.Duration) time.Duration {
	return min(max(verification/2, minRetry), maxRetry)
}

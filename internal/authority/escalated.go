package authority

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/metrics"
)

const (
	// escalatedEvery is how often the list of requests is read at most while customers are waited for.
	escalatedEvery = 15 * time.Minute
	// escalatedPause is the least time per page of the list. From 90 pages on it is longer than escalatedEvery: the list
	// costs at most one request in ten seconds, however many requests there are.
	escalatedPause = 10 * time.Second
	// escalatedRetry is how soon the list is read again after a failure.
	escalatedRetry    = time.Minute
	maxEscalatedPages = 2000
)

// escalated are the requests to customers that wait for an access manager. Only Altinn's list of all requests has them,
// so it is read once for all customers. It is kept in memory only.
type escalated struct {
	mu   sync.Mutex
	ids  map[string]bool
	next time.Time // when the list is read again
}

// IsEscalated reports whether a request was forwarded to an access manager when the list was last read. The first call
// after a while reads it for all customers; the others do not wait.
func (s *SystemUsers) IsEscalated(ctx context.Context, id string) (bool, error) {
	e, now := &s.guard.Altinn.escalated, s.guard.now
	if s.request.Agent {
		e = &s.guard.Altinn.escalatedToAgents
	}
	if !e.isDue(now()) {
		return e.has(id), nil
	}
	ids, pages, err := s.escalatedRequests(ctx)
	if err != nil {
		e.put(nil, now().Add(escalatedRetry))
		return e.has(id), err
	}
	e.put(ids, now().Add(max(escalatedEvery, time.Duration(pages)*escalatedPause)))
	return ids[id], nil
}

func (s *SystemUsers) escalatedRequests(ctx context.Context) (map[string]bool, int, error) {
	ids := map[string]bool{}
	pages, err := altinn.ReadPages(ctx, maxEscalatedPages,
		func(ctx context.Context, token string) (altinn.Page[string], error) {
			return callFor(ctx, s, metrics.OperationRequests,
				func(ctx context.Context, c *altinn.Client) (altinn.Page[string], error) {
					return s.requestsOf(c).EscalatedRequests(ctx, token)
				})
		}, func(id string) { ids[id] = true })
	if err != nil && !errors.Is(err, altinn.ErrEndless) { // some versions of Altinn return the first page again
		return nil, 0, err
	}
	return ids, pages, nil
}

// isDue reports whether the caller is to read the list now. Other callers get false meanwhile.
func (e *escalated) isDue(now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Before(e.next) {
		return false
	}
	e.next = now.Add(escalatedRetry)
	return true
}

func (e *escalated) has(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ids[id]
}

// put keeps a list until it is to be read again. If ids is nil, the list that is known stays.
func (e *escalated) put(ids map[string]bool, next time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if ids != nil {
		e.ids = ids
	}
	e.next = next
}

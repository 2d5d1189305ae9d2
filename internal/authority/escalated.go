package authority

import (
	"context"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/metrics"
)

const (
	// escalatedEvery is how often the list of requests is read at most while customers are waited for.
	escalatedEvery = 15 * time.Minute
	// escalatedPause is what each page of the list adds to that, from a hundred pages on: it costs one request in ten seconds
	// at most, however many requests there are.
	escalatedPause = 10 * time.Second
	// escalatedRetry is how soon the list is read again after a failure.
	escalatedRetry = time.Minute
	// maxEscalatedPages bounds the list.
	maxEscalatedPages = 2000
)

// escalated are the requests to customers that wait for an access manager. Only the list of all requests tells, so it is read
// once for all customers. It is forgotten with the process.
type escalated struct {
	mu   sync.Mutex
	ids  map[string]bool
	next time.Time // when the list is read again
}

// Escalated reports whether a request was forwarded to an access manager when the list was last read. The first customer that
// is looked at after a while reads it for all others; they do not wait.
func (s *SystemUsers) Escalated(ctx context.Context, id string) (bool, error) {
	g := s.guard
	if !g.register.escalated.due(g.now()) {
		return g.register.escalated.has(id), nil
	}
	ids, pages, err := s.escalatedRequests(ctx)
	if err != nil {
		g.register.escalated.put(nil, g.now().Add(escalatedRetry))
		return g.register.escalated.has(id), err
	}
	g.register.escalated.put(ids, g.now().Add(max(escalatedEvery, time.Duration(pages)*escalatedPause)))
	return ids[id], nil
}

// escalatedRequests reads the whole list.
func (s *SystemUsers) escalatedRequests(ctx context.Context) (ids map[string]bool, pages int, err error) {
	ids, token := map[string]bool{}, ""
	for pages < maxEscalatedPages {
		var page altinn.Page[string]
		err = s.call(ctx, metrics.OperationRequests, func(ctx context.Context) error {
			page, err = s.guard.register.client.EscalatedRequests(ctx, token)
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		for _, id := range page.Items {
			ids[id] = true
		}
		pages++
		if page.Next == "" || page.Next == token {
			break
		}
		token = page.Next
	}
	return ids, pages, nil
}

// due reports whether the list is to be read now, by the caller alone.
func (e *escalated) due(now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Before(e.next) {
		return false
	}
	e.next = now.Add(escalatedRetry) // nobody else meanwhile
	return true
}

func (e *escalated) has(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ids[id]
}

// put keeps what was read, nil for what was known, until it is to be read again.
func (e *escalated) put(ids map[string]bool, next time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if ids != nil {
		e.ids = ids
	}
	e.next = next
}

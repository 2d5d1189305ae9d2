package authority

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/metrics"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/systemuser"
)

const (
	// listedPause is how long the lists may be used, per page: they cost at most one request in ten seconds.
	listedPause = 10 * time.Second
	// listedRetry is how soon the lists are read again after a failure.
	listedRetry = time.Minute
	// maxListedPages bounds a list.
	maxListedPages = 10_000
	// maxListedTime bounds the time that it takes to read both.
	maxListedTime = 3 * time.Minute
)

// listed has Altinn's lists of our system's users and open requests, by customer, in memory. They are read once before
// requests to new customers, because Altinn looks up by reference only.
type listed struct {
	mu    sync.Mutex // held while the lists are read: others wait for them
	of    map[orgnumber.Number]systemuser.Listed
	err   error
	until time.Time
}

// Listed returns what Altinn's lists have of a customer.
func (s *SystemUsers) Listed(ctx context.Context, owner orgnumber.Number) (systemuser.Listed, error) {
	l, now := &s.guard.Altinn.listed, s.guard.now
	l.mu.Lock()
	defer l.mu.Unlock()
	if !now().Before(l.until) {
		of, pages, err := s.readLists(ctx)
		l.of, l.err, l.until = of, err, now().Add(time.Duration(pages)*listedPause)
		if err != nil && !isUnsent(err) {
			l.until = now().Add(listedRetry)
		}
	}
	known := l.of[owner]
	if s.request.Agent {
		known.Requests = nil // they are of other system users
	}
	return systemuser.Listed{Users: slices.Clone(known.Users), Requests: slices.Clone(known.Requests)}, l.err
}

// readLists reads both lists. An error on any page is an error of both.
func (s *SystemUsers) readLists(ctx context.Context) (map[orgnumber.Number]systemuser.Listed, int, error) {
	ctx, cancel := context.WithTimeout(ctx, maxListedTime)
	defer cancel()
	of := map[orgnumber.Number]systemuser.Listed{}
	pages, err := altinn.ReadPages(ctx, maxListedPages, s.SystemUsers, func(u altinn.SystemUser) {
		known := of[u.Owner]
		known.Users = append(known.Users, u)
		of[u.Owner] = known
	})
	if err != nil {
		return nil, 0, err
	}
	more, err := altinn.ReadPages(ctx, maxListedPages, s.openRequests, func(r altinn.Request) {
		known := of[r.Owner]
		known.Requests = append(known.Requests, r)
		of[r.Owner] = known
	})
	if err != nil && !errors.Is(err, altinn.ErrEndless) { // some versions of Altinn return the first page again
		return nil, 0, err
	}
	return of, pages + more, nil
}

func (s *SystemUsers) openRequests(ctx context.Context, page string) (altinn.Page[altinn.Request], error) {
	return callFor(ctx, s, metrics.OperationRequests,
		func(ctx context.Context, c *altinn.Client) (altinn.Page[altinn.Request], error) {
			return c.OpenRequests(ctx, page)
		})
}

package maskinporten

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/4human/integration-operator/internal/conclusion"
)

// retryInterval is the least time between two attempts to fetch a document.
const retryInterval = time.Minute

// doubtInterval is that time for a document that is doubted. It is the shortest time after which a failed token request
// is repeated, so each repetition costs at most one more request.
const doubtInterval = 5 * time.Second

// document is Maskinporten's metadata or key set. It is fetched when first needed and kept for a while. Concurrent
// callers share one fetch. An old one that cannot be replaced because of an outage stays in use. One that is doubted is
// fetched again before its time.
type document[T any] struct {
	lifetime time.Duration
	now      func() time.Time
	fetch    func(context.Context) (T, error)
	flights  singleflight.Group

	mu    sync.Mutex
	state state[T]
}

// edition is a document, and when its fetch began. The zero time means that there is none.
type edition[T any] struct {
	value   T
	fetched time.Time
}

// state is the last edition of a document, and the last attempt to fetch one.
type state[T any] struct {
	last     edition[T]
	attempts int
	tried    time.Time
	err      error
	doubted  bool // a request that used the last edition failed
}

// isMissing reports whether no edition was ever fetched.
func (s state[T]) isMissing() bool {
	return s.last.fetched.IsZero()
}

// retryInterval returns the least time between the last attempt and the next one.
func (s state[T]) retryInterval() time.Duration {
	if s.doubted {
		return doubtInterval
	}
	return retryInterval
}

// look returns the current state.
func (d *document[T]) look() state[T] {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

// doubt makes get fetch the document again, because a request that used this edition failed. A replaced edition is not
// doubted.
func (d *document[T]) doubt(of edition[T]) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state.last.fetched.Equal(of.fetched) {
		d.state.doubted = true
	}
}

// get returns the document. It fetches it if it is missing, too old, or doubted.
func (d *document[T]) get(ctx context.Context) (edition[T], error) {
	now, s := d.now(), d.look()
	if !s.isMissing() && !s.doubted && now.Sub(s.last.fetched) < d.lifetime {
		return s.last, nil
	}
	err := s.err
	if s.isMissing() || now.Sub(s.tried) >= s.retryInterval() {
		var fresh edition[T]
		if fresh, err = d.refresh(ctx, s); err == nil {
			return fresh, nil
		}
	}
	if !s.isMissing() && (err == nil || ClassOf(err).Kind() == conclusion.Outage) {
		return s.last, nil
	}
	return edition[T]{}, err
}

// fetchedSince returns an edition that was fetched at t or later, unless that would be a second fetch within
// doubtInterval. Then it returns the last edition, or the error of the last attempt.
func (d *document[T]) fetchedSince(ctx context.Context, t time.Time) (edition[T], error) {
	s := d.look()
	if !s.last.fetched.Before(t) {
		return s.last, nil
	}
	if d.now().Sub(s.tried) < doubtInterval {
		return s.last, s.err
	}
	return d.refresh(ctx, s)
}

// refresh fetches the document, unless it was fetched since the caller looked. Concurrent callers share the fetch,
// which does not end with the context of the first; it has a time-out of its own.
func (d *document[T]) refresh(ctx context.Context, seen state[T]) (edition[T], error) {
	shared := d.flights.DoChan("", func() (any, error) {
		if s := d.look(); s.attempts != seen.attempts {
			return s.last, s.err
		}
		begun := d.now()
		value, err := d.fetch(context.WithoutCancel(ctx))
		d.keep(edition[T]{value: value, fetched: begun}, err)
		return d.look().last, err
	})
	select {
	case <-ctx.Done():
		return edition[T]{}, failure(ClassUnreachable, "waiting for a document of the issuer: %w", ctx.Err())
	case result := <-shared:
		fresh, _ := result.Val.(edition[T])
		return fresh, result.Err
	}
}

func (d *document[T]) keep(fresh edition[T], err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.attempts++
	d.state.tried, d.state.err = d.now(), err
	if err == nil {
		d.state.last, d.state.doubted = fresh, false
	}
}

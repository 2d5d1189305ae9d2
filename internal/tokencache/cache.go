// Package tokencache keeps access tokens in memory until they expire, and sends one request for many that need the same
// token at the same time.
package tokencache

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/4human/integration-operator/internal/maskinporten"
)

const (
	// minLifetime is the least remaining lifetime of a returned token: enough to use it once.
	minLifetime = 10 * time.Second
	// freshAge is the greatest age of a token that counts as fresh. It limits the requests of a job whose tokens are all
	// rejected.
	freshAge = 10 * time.Second
	// fetchTimeout bounds a request, whichever callers wait for it.
	fetchTimeout = 15 * time.Second
	// sweepInterval is how often expired tokens are dropped.
	sweepInterval = time.Minute
)

// Key identifies a token. Two keys are equal if and only if their strings are.
type Key interface {
	comparable
	fmt.Stringer
}

// Cache keeps tokens until they expire. It is safe for concurrent use.
type Cache[K Key] struct {
	now     func() time.Time
	fetches singleflight.Group

	mu        sync.Mutex
	tokens    map[K]entry
	nextSweep time.Time
}

type entry struct {
	*maskinporten.Token

	since time.Time
}

// New returns an empty Cache.
func New[K Key](now func() time.Time) *Cache[K] {
	return &Cache[K]{now: now, tokens: map[K]entry{}}
}

// Get returns a token and its remaining lifetime, at least minLifetime. It calls fetch if the cache has no usable
// token, or if fresh is set and the token is older than freshAge. Concurrent callers with the same key share one call,
// which outlives each of them. The error is that of fetch, or of the context.
func (c *Cache[K]) Get(
	ctx context.Context, key K, fresh bool, fetch func(context.Context) (*maskinporten.Token, error),
) (*maskinporten.Token, time.Duration, error) {
	if token := c.usableToken(key, fresh); token != nil {
		return token, c.left(token), nil
	}
	shared := context.WithoutCancel(ctx)
	result := c.fetches.DoChan(key.String(), func() (any, error) {
		if token := c.usableToken(key, fresh); token != nil { // another call has just ended
			return token, nil
		}
		return c.fetch(shared, key, fetch)
	})
	select {
	case <-ctx.Done():
		return nil, 0, fmt.Errorf("waiting for a token: %w", ctx.Err())
	case got := <-result:
		token, ok := got.Val.(*maskinporten.Token)
		if got.Err != nil || !ok {
			return nil, 0, got.Err
		}
		return token, c.left(token), nil
	}
}

// fetch fetches a token and keeps it. A panic becomes an error: in the goroutine of a shared call it would end the
// process.
func (c *Cache[K]) fetch(
	ctx context.Context, key K, fetch func(context.Context) (*maskinporten.Token, error),
) (token *maskinporten.Token, err error) {
	defer func() {
		if p := recover(); p != nil {
			token, err = nil, fmt.Errorf("requesting a token: a panic with a %T", p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	if token, err = fetch(ctx); err != nil {
		return nil, err
	}
	if c.left(token) < minLifetime {
		return nil, &maskinporten.Error{
			Class: maskinporten.ClassBadResponse, Err: fmt.Errorf("the token has less than %s left", minLifetime),
		}
	}
	c.keep(key, token)
	return token, nil
}

func (c *Cache[K]) left(token *maskinporten.Token) time.Duration { return token.ExpiresAt.Sub(c.now()) }

// usableToken returns the token of a key, or nil if there is none that may be returned.
func (c *Cache[K]) usableToken(key K, fresh bool) *maskinporten.Token {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.tokens[key]
	if !ok || c.left(kept.Token) < minLifetime || (fresh && c.now().Sub(kept.since) > freshAge) {
		return nil
	}
	return kept.Token
}

// keep keeps a token, and drops those that have expired.
func (c *Cache[K]) keep(key K, token *maskinporten.Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	c.tokens[key] = entry{token, now}
	if now.Before(c.nextSweep) {
		return
	}
	c.nextSweep = now.Add(sweepInterval)
	for other, old := range c.tokens {
		if old.ExpiresAt.Sub(now) < minLifetime {
			delete(c.tokens, other)
		}
	}
}

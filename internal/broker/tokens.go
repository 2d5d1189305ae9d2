package broker

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
)

const (
	// minLifetime is the minimum remaining lifetime of a token that is issued: enough to use it once.
	minLifetime = 10 * time.Second
	// freshAge is the maximum age of a token that is issued as fresh. It limits the requests to Maskinporten of a job whose
	// every token is rejected.
	freshAge = 10 * time.Second
	// requestTimeout limits a request to Maskinporten.
	requestTimeout = 15 * time.Second
)

// tokenKey identifies tokens. It includes the Guard, so that a token for another key, client or issuer is never issued.
type tokenKey struct {
	supplier types.UID
	kind     v1alpha1.AccessKind
	request  maskinporten.Request
	guard    *authority.Guard
}

// String returns texts that differ if keys do, while their Guards exist.
func (k tokenKey) String() string {
	return fmt.Sprintf("%s %s %s %s %s %q %p",
		k.supplier, k.kind, k.request.Scope, k.request.Consumer, k.request.SystemUser.Owner, k.request.SystemUser.ExternalRef, k.guard)
}

// tokens caches tokens while they can be used. It is safe for concurrent use.
type tokens struct {
	now      func() time.Time
	inFlight singleflight.Group

	mu        sync.Mutex
	cached    map[tokenKey]cachedToken
	nextSweep time.Time
}

// cachedToken is a token and when it was cached.
type cachedToken struct {
	*maskinporten.Token

	since time.Time
}

func newTokens(now func() time.Time) *tokens {
	return &tokens{now: now, cached: map[tokenKey]cachedToken{}}
}

// get returns a token with at least minLifetime left, and its remaining lifetime. It requests one by fetch unless it has
// one, recently issued if fresh is set. Concurrent callers share a request, which outlives each of them. The error is that
// of the request, or of the context.
func (t *tokens) get(
	ctx context.Context, key tokenKey, fresh bool, ask func(context.Context) (*maskinporten.Token, error),
) (*maskinporten.Token, time.Duration, error) {
	if token := t.lookup(key, fresh); token != nil {
		return token, t.remaining(token), nil
	}
	shared := context.WithoutCancel(ctx)
	answer := t.inFlight.DoChan(key.String(), func() (any, error) {
		if token := t.lookup(key, fresh); token != nil { // another caller's request has just ended
			return token, nil
		}
		return t.fetch(shared, key, ask)
	})
	select {
	case <-ctx.Done():
		return nil, 0, fmt.Errorf("waiting for a token: %w", ctx.Err())
	case got := <-answer:
		token, ok := got.Val.(*maskinporten.Token)
		if got.Err != nil || !ok {
			return nil, 0, got.Err
		}
		return token, t.remaining(token), nil
	}
}

// fetch requests a token and caches it. It returns a panic as an error, because in the goroutine of a shared request it
// would end the manager.
func (t *tokens) fetch(
	ctx context.Context, key tokenKey, ask func(context.Context) (*maskinporten.Token, error),
) (token *maskinporten.Token, err error) {
	defer func() {
		if p := recover(); p != nil {
			token, err = nil, fmt.Errorf("requesting a token: panic with a %T", p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	if token, err = ask(ctx); err != nil {
		return nil, err
	}
	if t.remaining(token) < minLifetime {
		return nil, &maskinporten.Error{
			Class: maskinporten.ClassBadResponse, Err: fmt.Errorf("the token has less than %s left", minLifetime),
		}
	}
	t.store(key, token)
	return token, nil
}

// remaining returns the remaining lifetime of a token.
func (t *tokens) remaining(token *maskinporten.Token) time.Duration {
	return token.ExpiresAt.Sub(t.now())
}

// lookup returns the cached token, or nil if there is none that may be issued.
func (t *tokens) lookup(key tokenKey, fresh bool) *maskinporten.Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	held, ok := t.cached[key]
	if !ok || t.remaining(held.Token) < minLifetime || (fresh && t.now().Sub(held.since) > freshAge) {
		return nil
	}
	return held.Token
}

// store caches a token and drops expiring ones.
func (t *tokens) store(key tokenKey, token *maskinporten.Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	t.cached[key] = cachedToken{token, now}
	if now.Before(t.nextSweep) {
		return
	}
	t.nextSweep = now.Add(sweepInterval)
	for other, old := range t.cached {
		if old.ExpiresAt.Sub(now) < minLifetime {
			delete(t.cached, other)
		}
	}
}

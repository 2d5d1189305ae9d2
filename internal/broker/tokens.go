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
	// minLifetime is what a token that is given has left at least: time enough to use it once.
	minLifetime = 10 * time.Second
	// freshAge is how old a token may be that is given to whoever asks for a fresh one. It keeps a job whose every token is
	// rejected from having each of them asked for anew.
	freshAge = 10 * time.Second
	// askTimeout bounds a question to Maskinporten, whoever waits for it.
	askTimeout = 15 * time.Second
)

// tokenKey tells tokens apart. The Guard is part of it, so that a token that was had with another key, client or issuer is
// never given.
type tokenKey struct {
	supplier types.UID
	kind     v1alpha1.AccessKind
	request  maskinporten.Request
	guard    *authority.Guard
}

// String tells keys apart as == does, as long as the Guards live.
func (k tokenKey) String() string {
	return fmt.Sprintf("%s %s %s %s %s %q %p",
		k.supplier, k.kind, k.request.Scope, k.request.Consumer, k.request.SystemUser.Owner, k.request.SystemUser.ExternalRef, k.guard)
}

// tokens has the tokens that can still be used. Its methods may be called at the same time.
type tokens struct {
	now    func() time.Time
	asking singleflight.Group

	mu        sync.Mutex
	held      map[tokenKey]heldToken
	nextSweep time.Time
}

// heldToken is a token, and since when it is held.
type heldToken struct {
	*maskinporten.Token

	since time.Time
}

func newTokens(now func() time.Time) *tokens {
	return &tokens{now: now, held: map[tokenKey]heldToken{}}
}

// get gives a token with minLifetime left, and how long that is: the one that is held, unless a fresh one is asked for and
// it is not, or else one that is asked for.
// Whoever wants the same token at the same time waits for the same answer, which outlives each of them. The error is
// that of the question, or of the context.
func (t *tokens) get(
	ctx context.Context, key tokenKey, fresh bool, ask func(context.Context) (*maskinporten.Token, error),
) (*maskinporten.Token, time.Duration, error) {
	if token := t.usable(key, fresh); token != nil {
		return token, t.left(token), nil
	}
	shared := context.WithoutCancel(ctx)
	answer := t.asking.DoChan(key.String(), func() (any, error) {
		if token := t.usable(key, fresh); token != nil { // somebody's answer has just come
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
		return token, t.left(token), nil
	}
}

// fetch asks for a token and holds it. A panic is an error: out of the goroutine of a shared question it would end the
// manager.
func (t *tokens) fetch(
	ctx context.Context, key tokenKey, ask func(context.Context) (*maskinporten.Token, error),
) (token *maskinporten.Token, err error) {
	defer func() {
		if p := recover(); p != nil {
			token, err = nil, fmt.Errorf("asking for a token: a panic with a %T", p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	if token, err = ask(ctx); err != nil {
		return nil, err
	}
	if t.left(token) < minLifetime {
		return nil, &maskinporten.Error{
			Class: maskinporten.ClassBadResponse, Err: fmt.Errorf("the token that came has less than %s left", minLifetime),
		}
	}
	t.hold(key, token)
	return token, nil
}

// left gives how long a token can still be used.
func (t *tokens) left(token *maskinporten.Token) time.Duration { return token.ExpiresAt.Sub(t.now()) }

// usable gives the token that is held, nil if there is none that may be given.
func (t *tokens) usable(key tokenKey, fresh bool) *maskinporten.Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	held, ok := t.held[key]
	if !ok || t.left(held.Token) < minLifetime || (fresh && t.now().Sub(held.since) > freshAge) {
		return nil
	}
	return held.Token
}

// hold keeps a token, and drops those that are no longer of use.
func (t *tokens) hold(key tokenKey, token *maskinporten.Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	t.held[key] = heldToken{token, now}
	if now.Before(t.nextSweep) {
		return
	}
	t.nextSweep = now.Add(sweepInterval)
	for other, old := range t.held {
		if old.ExpiresAt.Sub(now) < minLifetime {
			delete(t.held, other)
		}
	}
}

package broker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

func tigerKey() tokenKey {
	return tokenKey{supplier: "uid", kind: "APIDelegation", request: maskinporten.Request{Scope: scope, Consumer: orgnumber.MustParse(tigerNumber)}}
}

// TestRequestsAreShared sends a hundred concurrent requests, which share one to Maskinporten.
func TestRequestsAreShared(t *testing.T) {
	_, _ = signingKey() // outside of the bubble, whose time would stand still
	synctest.Test(t, func(t *testing.T) {
		w := makeWorld(t, nil)
		w.start(Limits{AccountBurst: 100})
		answer := make(chan struct{})
		w.during = func(context.Context) { <-answer }
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if got := w.ask(nil); got.Status != http.StatusOK {
					t.Errorf("%+v", got)
				}
			})
		}
		synctest.Wait() // all wait for one response
		close(answer)
		all.Wait()
		if w.requests != 1 {
			t.Errorf("%d requests", w.requests)
		}
	})
}

// TestRequestsAreSharedAtTheEnd sends requests while a response arrives: each finds either the request in flight or the
// cached token.
func TestRequestsAreSharedAtTheEnd(t *testing.T) {
	for range 500 {
		tokens := newTokens((&clock{now: noon}).Now)
		var asked atomic.Int64
		ask := func(context.Context) (*maskinporten.Token, error) {
			asked.Add(1)
			return &maskinporten.Token{ExpiresAt: noon.Add(lifetime)}, nil
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, _, err := tokens.get(context.Background(), tigerKey(), false, ask); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := asked.Load(); got != 1 {
			t.Fatalf("%d requests", got)
		}
	}
}

// TestFirstCallerLeaves cancels the caller that started a shared request: the others get its token.
func TestFirstCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, answer := newTokens(time.Now), make(chan struct{})
		asked := 0
		ask := func(ctx context.Context) (*maskinporten.Token, error) {
			asked++
			select {
			case <-answer:
				return &maskinporten.Token{ExpiresAt: time.Now().Add(time.Minute)}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		first, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if _, _, err := tokens.get(first, tigerKey(), false, ask); !errors.Is(err, context.Canceled) {
				t.Errorf("the first: %v", err)
			}
		})
		synctest.Wait()
		all.Go(func() {
			if _, left, err := tokens.get(t.Context(), tigerKey(), false, ask); err != nil || left != time.Minute {
				t.Errorf("the second: %s, %v", left, err)
			}
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		close(answer)
		all.Wait()
		if asked != 1 {
			t.Errorf("%d requests", asked)
		}
	})
}

// TestRequestTimeout ends a request without a response, and sends another for the next caller.
func TestRequestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, began := newTokens(time.Now), time.Now()
		silent := func(ctx context.Context) (*maskinporten.Token, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		if _, _, err := tokens.get(t.Context(), tigerKey(), false, silent); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if got := time.Since(began); got != requestTimeout {
			t.Errorf("after %s, want %s", got, requestTimeout)
		}
		good := func(context.Context) (*maskinporten.Token, error) {
			return &maskinporten.Token{ExpiresAt: time.Now().Add(time.Minute)}, nil
		}
		if _, _, err := tokens.get(t.Context(), tigerKey(), false, good); err != nil {
			t.Errorf("then: %v", err)
		}
	})
}

// TestFreshParameter sends one request after the other, as a pod does. A fresh token is requested from Maskinporten only if
// the cached one is older than freshAge.
func TestFreshParameter(t *testing.T) {
	query := func(text string) func(*http.Request) { return func(r *http.Request) { r.URL.RawQuery = text } }
	cases := map[string]struct {
		reason   string
		query    string
		after    time.Duration
		requests int
	}{
		"plain":       {reason: "the cached token is issued", after: time.Minute, requests: 1},
		"fresh":       {reason: "the token was rejected", query: "fresh=true", after: time.Minute, requests: 2},
		"just over":   {reason: "the token is older than freshAge", query: "fresh=true", after: freshAge + 1, requests: 2},
		"fresh still": {reason: "the token is still fresh", query: "fresh=true", after: freshAge, requests: 1},
		"not fresh":   {reason: "false is not true", query: "fresh=false", after: time.Minute, requests: 1},
		"other":       {reason: "only true counts", query: "fresh=1", after: time.Minute, requests: 1},
		"upper case":  {reason: "likewise", query: "Fresh=true", after: time.Minute, requests: 1},
		"empty":       {reason: "likewise", query: "fresh", after: time.Minute, requests: 1},
		"twice":       {reason: "the first value counts", query: "fresh=false&fresh=true", after: time.Minute, requests: 1},
		"unknown":     {reason: "other parameters are ignored", query: "fresh=true&x=y", after: time.Minute, requests: 2},
		"no query":    {reason: "an invalid query is ignored", query: "%zz=1;fresh=true", after: time.Minute, requests: 1},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := makeWorld(t, nil)
			w.start(Limits{AccountBurst: 10})
			for _, change := range []func(*http.Request){nil, query(tc.query)} {
				if got := w.ask(change); got.Status != http.StatusOK {
					t.Fatalf("%s: %+v", tc.reason, got)
				}
				w.clock.pass(tc.after)
			}
			if w.requests != tc.requests {
				t.Errorf("%s: %d requests to Maskinporten, want %d", tc.reason, w.requests, tc.requests)
			}
		})
	}
}

// TestTokenKeys verifies that each part of a key selects another token.
func TestTokenKeys(t *testing.T) {
	keys := map[string]tokenKey{"the-same": tigerKey()}
	for name, change := range map[string]func(k *tokenKey){
		"supplier": func(k *tokenKey) { k.supplier = "another" },
		"kind":     func(k *tokenKey) { k.kind = "SystemUser" },
		"scope":    func(k *tokenKey) { k.request.Scope = "another" },
		"customer": func(k *tokenKey) { k.request.Consumer = orgnumber.MustParse("310702641") },
		"owner":    func(k *tokenKey) { k.request.SystemUser.Owner = orgnumber.MustParse("310702641") },
		"ref":      func(k *tokenKey) { k.request.SystemUser.ExternalRef = "another" },
		"guard":    func(k *tokenKey) { k.guard = &authority.Guard{} },
	} {
		k := tigerKey()
		change(&k)
		keys[name] = k
	}
	tokens, texts := newTokens((&clock{now: noon}).Now), map[string]bool{}
	for name, key := range keys {
		t.Run(name, func(t *testing.T) {
			texts[key.String()] = true
			ask := func(context.Context) (*maskinporten.Token, error) {
				return &maskinporten.Token{AccessToken: name, ExpiresAt: noon.Add(lifetime)}, nil
			}
			if got, _, err := tokens.get(t.Context(), key, false, ask); err != nil || got.AccessToken != name {
				t.Errorf("%s: wrong token, or none: %v", name, err)
			}
		})
	}
	if len(texts) != len(keys) {
		t.Errorf("%d keys have %d texts", len(keys), len(texts))
	}
}

// TestTokensAreDropped verifies that expired tokens are dropped.
func TestTokensAreDropped(t *testing.T) {
	at := clock{now: noon}
	tokens := newTokens(at.Now)
	ask := func(context.Context) (*maskinporten.Token, error) {
		return &maskinporten.Token{ExpiresAt: at.Now().Add(lifetime)}, nil
	}
	for i := range 1000 {
		at.pass(time.Second)
		key := tigerKey()
		key.request.Scope = fmt.Sprint(i)
		if _, _, err := tokens.get(t.Context(), key, false, ask); err != nil {
			t.Fatal(err)
		}
		if got, most := len(tokens.cached), int((lifetime+sweepInterval)/time.Second); got > most {
			t.Fatalf("after %d seconds %d tokens, want %d at most", i, got, most)
		}
	}
}

// TestFailuresAreNotCached verifies that a refusal is not cached. Each is confirmed by a token for the supplier itself.
func TestFailuresAreNotCached(t *testing.T) {
	w := makeWorld(t, nil)
	w.err, w.oneCustomer = &maskinporten.Error{Class: maskinporten.ClassNotDelegated}, true
	for range 3 {
		w.ask(nil)
	}
	if w.requests != 2*3 {
		t.Errorf("%d requests", w.requests)
	}
}

// TestFresh requests fresh tokens.
func TestFresh(t *testing.T) {
	c := &clock{now: noon}
	tokens, asked := newTokens(c.Now), 0
	ask := func(context.Context) (*maskinporten.Token, error) {
		asked++
		return &maskinporten.Token{ExpiresAt: c.Now().Add(lifetime)}, nil
	}
	for i, step := range []struct {
		reason string
		after  time.Duration
		fresh  bool
		want   int
	}{
		{reason: "the first", want: 1},
		{reason: "the cached token is fresh", fresh: true, want: 1},
		{reason: "the cached token is just fresh", after: freshAge, fresh: true, want: 1},
		{reason: "no fresh token is requested", after: time.Millisecond, want: 1},
		{reason: "the cached token is too old", fresh: true, want: 2},
		{reason: "the new token is fresh", after: freshAge / 2, fresh: true, want: 2},
	} {
		c.pass(step.after)
		if _, _, err := tokens.get(t.Context(), tigerKey(), step.fresh, ask); err != nil || asked != step.want {
			t.Errorf("step %d: %d requests, want %d (%v): %s", i, asked, step.want, err, step.reason)
		}
	}
}

package tokencache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/4human/integration-operator/internal/maskinporten"
)

const lifetime = 2 * time.Minute

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

type key string

func (k key) String() string { return string(k) }

// clock is a clock that a test sets.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }

// TestGetFetchesOnce calls Get twenty times around the end of a fetch: no call fetches again.
func TestGetFetchesOnce(t *testing.T) {
	for range 500 {
		tokens := New[key]((&clock{now: noon}).Now)
		var fetched atomic.Int64
		fetch := func(context.Context) (*maskinporten.Token, error) {
			fetched.Add(1)
			return &maskinporten.Token{ExpiresAt: noon.Add(lifetime)}, nil
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, _, err := tokens.Get(context.Background(), key("tiger"), false, fetch); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := fetched.Load(); got != 1 {
			t.Fatalf("fetched %d times", got)
		}
	}
}

// TestGetOutlivesItsFirstCaller ends the context of the first call: the others get their token.
func TestGetOutlivesItsFirstCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, answer := New[key](time.Now), make(chan struct{})
		fetched := 0
		fetch := func(ctx context.Context) (*maskinporten.Token, error) {
			fetched++
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
			if _, _, err := tokens.Get(first, key("tiger"), false, fetch); !errors.Is(err, context.Canceled) {
				t.Errorf("the first: %v", err)
			}
		})
		synctest.Wait()
		all.Go(func() {
			if _, left, err := tokens.Get(t.Context(), key("tiger"), false, fetch); err != nil || left != time.Minute {
				t.Errorf("the second: %s, %v", left, err)
			}
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		close(answer)
		all.Wait()
		if fetched != 1 {
			t.Errorf("fetched %d times", fetched)
		}
	})
}

// TestGetTimesOut ends a fetch that does not return, and fetches again for the next call.
func TestGetTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, began := New[key](time.Now), time.Now()
		silent := func(ctx context.Context) (*maskinporten.Token, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		if _, _, err := tokens.Get(t.Context(), key("tiger"), false, silent); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if got := time.Since(began); got != fetchTimeout {
			t.Errorf("after %s, want %s", got, fetchTimeout)
		}
		good := func(context.Context) (*maskinporten.Token, error) {
			return &maskinporten.Token{ExpiresAt: time.Now().Add(time.Minute)}, nil
		}
		if _, _, err := tokens.Get(t.Context(), key("tiger"), false, good); err != nil {
			t.Errorf("then: %v", err)
		}
	})
}

// TestExpiredTokensAreDropped keeps no more than the tokens that can still be used.
func TestExpiredTokensAreDropped(t *testing.T) {
	at := clock{now: noon}
	tokens := New[key](at.Now)
	fetch := func(context.Context) (*maskinporten.Token, error) {
		return &maskinporten.Token{ExpiresAt: at.Now().Add(lifetime)}, nil
	}
	for i := range 1000 {
		at.pass(time.Second)
		if _, _, err := tokens.Get(t.Context(), key(fmt.Sprint(i)), false, fetch); err != nil {
			t.Fatal(err)
		}
		if got, most := len(tokens.tokens), int((lifetime+sweepInterval)/time.Second); got > most {
			t.Fatalf("after %d seconds %d are kept, want %d at most", i, got, most)
		}
	}
}

// TestGetFresh requests a fresh token.
func TestGetFresh(t *testing.T) {
	c := &clock{now: noon}
	tokens, fetched := New[key](c.Now), 0
	fetch := func(context.Context) (*maskinporten.Token, error) {
		fetched++
		return &maskinporten.Token{ExpiresAt: c.Now().Add(lifetime)}, nil
	}
	for i, step := range []struct {
		reason string
		after  time.Duration
		fresh  bool
		want   int
	}{
		{reason: "the first", want: 1},
		{reason: "a fresh one is wanted, and this is one", fresh: true, want: 1},
		{reason: "at the age that counts as fresh", after: freshAge, fresh: true, want: 1},
		{reason: "an old one will do", after: time.Millisecond, want: 1},
		{reason: "an old one will not do", fresh: true, want: 2},
		{reason: "who asks again and again gets the same", after: freshAge / 2, fresh: true, want: 2},
	} {
		c.pass(step.after)
		if _, _, err := tokens.Get(t.Context(), key("tiger"), step.fresh, fetch); err != nil || fetched != step.want {
			t.Errorf("step %d: fetched %d times, want %d (%v): %s", i, fetched, step.want, err, step.reason)
		}
	}
}

// TestGetSurvivesPanic has a fetch panic: each caller receives an error, and the cache keeps working.
func TestGetSurvivesPanic(t *testing.T) {
	tokens := New[key]((&clock{now: noon}).Now)
	bad := func(context.Context) (*maskinporten.Token, error) { panic("x") }
	if _, _, err := tokens.Get(t.Context(), "tiger", false, bad); err == nil {
		t.Error("no error")
	}
	good := func(context.Context) (*maskinporten.Token, error) {
		return &maskinporten.Token{ExpiresAt: noon.Add(lifetime)}, nil
	}
	if _, left, err := tokens.Get(t.Context(), "tiger", false, good); err != nil || left != lifetime {
		t.Errorf("then: %s, %v", left, err)
	}
}

// TestGetRefusesShortTokens fetches a token that expires at once: it is an outage, and is not kept.
func TestGetRefusesShortTokens(t *testing.T) {
	tokens := New[key]((&clock{now: noon}).Now)
	short := func(context.Context) (*maskinporten.Token, error) {
		return &maskinporten.Token{ExpiresAt: noon.Add(minLifetime - 1)}, nil
	}
	_, _, err := tokens.Get(t.Context(), "tiger", false, short)
	if maskinporten.ClassOf(err) != maskinporten.ClassBadResponse || len(tokens.tokens) != 0 {
		t.Errorf("%v, %d are kept", err, len(tokens.tokens))
	}
}

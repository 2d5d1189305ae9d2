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

// TestOneQuestionForAll lets a hundred ask at the same time.
func TestOneQuestionForAll(t *testing.T) {
	_, _ = signingKey() // outside of the bubble, whose time would not pass meanwhile
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
		synctest.Wait() // all of them wait for one answer
		close(answer)
		all.Wait()
		if w.asked != 1 {
			t.Errorf("asked %d times", w.asked)
		}
	})
}

// TestOneQuestionWheneverOneComes lets twenty ask while an answer comes: none of them is late enough to ask anew, and early
// enough not to find it.
func TestOneQuestionWheneverOneComes(t *testing.T) {
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
			t.Fatalf("asked %d times", got)
		}
	}
}

// TestTheFirstGoesAway ends the one who asked first: the others get their answer.
func TestTheFirstGoesAway(t *testing.T) {
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
			t.Errorf("asked %d times", asked)
		}
	})
}

// TestAQuestionEnds gives up a question that nobody answers, and asks anew for whoever comes then.
func TestAQuestionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, began := newTokens(time.Now), time.Now()
		silent := func(ctx context.Context) (*maskinporten.Token, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		if _, _, err := tokens.get(t.Context(), tigerKey(), false, silent); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if got := time.Since(began); got != askTimeout {
			t.Errorf("after %s, want %s", got, askTimeout)
		}
		good := func(context.Context) (*maskinporten.Token, error) {
			return &maskinporten.Token{ExpiresAt: time.Now().Add(time.Minute)}, nil
		}
		if _, _, err := tokens.get(t.Context(), tigerKey(), false, good); err != nil {
			t.Errorf("then: %v", err)
		}
	})
}

// TestFreshIsAskedFor asks as a pod does, one time after the other: whose token was not accepted gets another, and nobody
// has each asked for anew.
func TestFreshIsAskedFor(t *testing.T) {
	query := func(text string) func(*http.Request) { return func(r *http.Request) { r.URL.RawQuery = text } }
	cases := map[string]struct {
		reason string
		query  string
		after  time.Duration
		asked  int
	}{
		"plain":       {"what is held is given", "", time.Minute, 1},
		"fresh":       {"it was not accepted", "fresh=true", time.Minute, 2},
		"just over":   {"as soon as it is no longer new", "fresh=true", freshAge + 1, 2},
		"fresh still": {"Maskinporten would not give a better one so soon", "fresh=true", freshAge, 1},
		"not fresh":   {"who says no says no", "fresh=false", time.Minute, 1},
		"other":       {"one way to say it", "fresh=1", time.Minute, 1},
		"upper case":  {"likewise", "Fresh=true", time.Minute, 1},
		"empty":       {"likewise", "fresh", time.Minute, 1},
		"twice":       {"the first counts", "fresh=false&fresh=true", time.Minute, 1},
		"unknown":     {"what a later worker says besides", "fresh=true&x=y", time.Minute, 2},
		"no query":    {"what cannot be read says nothing", "%zz=1;fresh=true", time.Minute, 1},
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
			if w.asked != tc.asked {
				t.Errorf("%s: Maskinporten was asked %d times, want %d", tc.reason, w.asked, tc.asked)
			}
		})
	}
}

// TestTokensAreToldApart has one token for each of what tells them apart.
func TestTokensAreToldApart(t *testing.T) {
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
		texts[key.String()] = true
		ask := func(context.Context) (*maskinporten.Token, error) {
			return &maskinporten.Token{AccessToken: name, ExpiresAt: noon.Add(lifetime)}, nil
		}
		if got, _, err := tokens.get(t.Context(), key, false, ask); err != nil || got.AccessToken != name {
			t.Errorf("%s: another's token, or none: %v", name, err)
		}
	}
	if len(texts) != len(keys) {
		t.Errorf("%d keys have %d texts", len(keys), len(texts))
	}
}

// TestTokensAreDropped keeps no more than the tokens that can still be used.
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
		if got, most := len(tokens.held), int((lifetime+sweepInterval)/time.Second); got > most {
			t.Fatalf("after %d seconds %d are held, want %d at most", i, got, most)
		}
	}
}

// TestFailuresAreNotHeld sends the request again after a refusal. Each refusal is confirmed by a token of our own.
func TestFailuresAreNotHeld(t *testing.T) {
	w := makeWorld(t, nil)
	w.says, w.alone = &maskinporten.Error{Class: maskinporten.ClassNotDelegated}, true
	for range 3 {
		w.ask(nil)
	}
	if w.asked != 2*3 {
		t.Errorf("asked %d times", w.asked)
	}
}

// TestFresh asks for a token that was issued lately.
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
		{"the first", 0, false, 1},
		{"a fresh one is wanted, and this is one", 0, true, 1},
		{"at the age that counts as fresh", freshAge, true, 1},
		{"an old one will do", time.Millisecond, false, 1},
		{"an old one will not do", 0, true, 2},
		{"who asks again and again gets the same", freshAge / 2, true, 2},
	} {
		c.pass(step.after)
		if _, _, err := tokens.get(t.Context(), tigerKey(), step.fresh, ask); err != nil || asked != step.want {
			t.Errorf("step %d: asked %d times, want %d (%v): %s", i, asked, step.want, err, step.reason)
		}
	}
}

package broker

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/tokencache"
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
		"just over":   {"as soon as it is no longer new", "fresh=true", 10*time.Second + 1, 2},
		"fresh still": {"Maskinporten would not give a better one so soon", "fresh=true", 10 * time.Second, 1},
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
	tokens, texts := tokencache.New[tokenKey]((&clock{now: noon}).Now), map[string]bool{}
	for name, key := range keys {
		texts[key.String()] = true
		ask := func(context.Context) (*maskinporten.Token, error) {
			return &maskinporten.Token{AccessToken: name, ExpiresAt: noon.Add(lifetime)}, nil
		}
		if got, _, err := tokens.Get(t.Context(), key, false, ask); err != nil || got.AccessToken != name {
			t.Errorf("%s: another's token, or none: %v", name, err)
		}
	}
	if len(texts) != len(keys) {
		t.Errorf("%d keys have %d texts", len(keys), len(texts))
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

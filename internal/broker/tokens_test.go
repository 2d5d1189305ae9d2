package broker

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/tokencache"
)

func tigerKey() tokenKey {
	return tokenKey{
		supplier: "uid", kind: "APIDelegation",
		request: maskinporten.Request{Scope: scope, Consumer: orgnumber.MustParse(tigerNumber)},
	}
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

// TestFreshParameter sends one request after the other, as a pod does. A fresh token is requested from Maskinporten
// only if the cached one is older than 10 s.
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
		"just over":   {reason: "the token is older than 10 s", query: "fresh=true", after: 10*time.Second + 1, requests: 2},
		"fresh still": {reason: "the token is still fresh", query: "fresh=true", after: 10 * time.Second, requests: 1},
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
		"granted":  func(k *tokenKey) { k.granted = 1 },
		"guard":    func(k *tokenKey) { k.guard = &authority.Guard{} },
	} {
		k := tigerKey()
		change(&k)
		keys[name] = k
	}
	tokens, texts := tokencache.New[tokenKey]((&clock{now: noon}).Now), map[string]bool{}
	for name, key := range keys {
		t.Run(name, func(t *testing.T) {
			texts[key.String()] = true
			ask := func(context.Context) (*maskinporten.Token, error) {
				return &maskinporten.Token{AccessToken: name, ExpiresAt: noon.Add(lifetime)}, nil
			}
			if got, _, err := tokens.Get(t.Context(), key, false, ask); err != nil || got.AccessToken != name {
				t.Errorf("%s: wrong token, or none: %v", name, err)
			}
		})
	}
	if len(texts) != len(keys) {
		t.Errorf("%d keys have %d texts", len(keys), len(texts))
	}
}

// TestNewAccessHasItsOwnToken verifies that no token of an earlier access is issued: its system user may be deleted.
func TestNewAccessHasItsOwnToken(t *testing.T) {
	since := metav1.NewTime(noon.Add(-time.Hour))
	w := makeWorld(t, func(o *objects) {
		systemUser(o)
		o.customer.Status.Services[0].Authorization.Since = &since
	})
	for _, step := range []struct {
		reason   string
		since    time.Time
		requests int
	}{
		{reason: "the first token", since: since.Time, requests: 1},
		{reason: "the same access", since: since.Time, requests: 1},
		{reason: "deleted and approved again", since: noon.Add(-time.Second), requests: 2},
		{reason: "the same access", since: noon.Add(-time.Second), requests: 2},
	} {
		w.customer.Status.Services[0].Authorization.Since = new(metav1.NewTime(step.since))
		w.must(w.server.Update(t.Context(), w.customer))
		if got := w.ask(nil); got.Status != http.StatusOK || w.requests != step.requests {
			t.Errorf("%s: %+v after %d requests to Maskinporten, want %d", step.reason, got, w.requests, step.requests)
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

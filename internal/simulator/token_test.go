package simulator_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

func TestDelegatedToken(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	got := w.ask()
	token := w.token(got)

	if jti, _ := token["jti"].(string); !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(jti) {
		t.Errorf("jti is %q, want 43 characters of base64url", jti)
	}
	token["jti"] = "<43 characters>"
	header := part(got.AccessToken, 0)
	if kid, _ := header["kid"].(string); !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(kid) {
		t.Errorf("kid is %q, want base64url of a SHA-256 sum", kid)
	}
	header["kid"] = "<43 characters>"
	simulatortest.Golden(t, "delegated-token", map[string]any{
		"header": header, "claims": token,
		"response": map[string]any{
			"token_type": got.TokenType, "expires_in": got.ExpiresIn, "scope": got.Scope, "access_token": "<above>",
		},
	})
	diff(t, "a token must not be kept by a cache", "no-store", got.header.Get("Cache-Control"))
}

func TestMetadata(t *testing.T) {
	w := newWorld(t)
	got := w.get("/.well-known/oauth-authorization-server")
	diff(t, "metadata is JSON", "application/json", got.header.Get("Content-Type"))
	simulatortest.Golden(t, "metadata", rawJSON(t, got.raw))
}

func TestPublishedKeys(t *testing.T) {
	w := newWorld(t)
	keys, _ := rawJSON(t, w.get("/jwk").raw)["keys"].([]any)
	if len(keys) != 1 {
		t.Fatalf("got %d keys, want 1", len(keys))
	}
	key, _ := keys[0].(map[string]any)
	for field, want := range map[string]string{"kty": "RSA", "e": "AQAB", "use": "sig", "alg": "RS256"} {
		diff(t, field, want, key[field])
	}
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi"} {
		if _, published := key[private]; published {
			t.Errorf("the private part %s is published", private)
		}
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	diff(t, "a simulator without faults is healthy", http.StatusOK, w.get("/health").status)
}

func TestRotateSigningKey(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	before := w.ask()
	w.must(w.sim.Maskinporten.Tokens.Rotate())
	after := w.ask()
	if part(before.AccessToken, 0)["kid"] == part(after.AccessToken, 0)["kid"] {
		t.Error("the key is the same after a rotation")
	}
	w.token(after)
	w.token(before) // still verifiable: the key before is published too
	w.must(w.sim.Maskinporten.Tokens.Rotate())
	if _, err := w.verify(before.AccessToken); err == nil {
		t.Error("the key before the last is still published")
	}
}

func TestGoodGrants(t *testing.T) {
	w := newWorld(t)
	now := w.clock.Now().Unix()
	type want struct {
		Consumer, Supplier string
		Audience           any
	}
	delegated := want{Consumer: "0192:" + consumer, Supplier: "0192:" + supplier}
	cases := map[string]struct {
		reason  string
		change  claims
		signing signing
		want    want
	}{
		"OwnOrganization": {
			reason: "the scope is accessible for all, so without consumer_org the token is for the client's owner",
			change: claims{"consumer_org": nil}, want: want{Consumer: "0192:" + supplier},
		},
		"RS384":          {reason: "metadata names it", signing: signing{algorithm: jose.RS384}, want: delegated},
		"RS512":          {reason: "metadata names it", signing: signing{algorithm: jose.RS512}, want: delegated},
		"NotBefore":      {reason: "a client in production sends nbf", change: claims{"nbf": now}, want: delegated},
		"NoJTI":          {reason: "jti is recommended, not required", change: claims{"jti": nil}, want: delegated},
		"ClockTenBehind": {reason: "ten seconds are tolerated", change: claims{"iat": now - 10}, want: delegated},
		"ClockTenAhead": {
			reason: "ten seconds are tolerated", change: claims{"iat": now + 10, "exp": now + 130},
			want: delegated,
		},
		"LongestLifetime": {reason: "120 seconds are allowed", change: claims{"exp": now + 120}, want: delegated},
		"FractionsOfTime": {
			reason: "a NumericDate may have a fraction", change: claims{"iat": float64(now) + 0.5},
			want: delegated,
		},
		"ResourceText": {
			reason: "clients send one audience", change: claims{"resource": "https://api.example"},
			want: want{Consumer: delegated.Consumer, Supplier: delegated.Supplier, Audience: "https://api.example"},
		},
		"ResourceArray": {
			reason: "the documented form", change: claims{"resource": []string{"https://api.example"}},
			want: want{Consumer: delegated.Consumer, Supplier: delegated.Supplier, Audience: []any{"https://api.example"}},
		},
		"SeparateConsumer": {
			reason: "a delegation is per consumer", change: claims{"consumer_org": "314240979"},
			want: want{Consumer: "0192:314240979", Supplier: "0192:" + supplier},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.delegate(consumer, "314240979")
			token := w.token(w.mustSend(w.request(w.sign(w.claims(tc.change), tc.signing))))
			got := want{
				Consumer: organization(token, "consumer"), Supplier: organization(token, "supplier"), Audience: token["aud"],
			}
			diff(t, tc.reason, tc.want, got)
			if _, has := token["delegation_source"]; has != (tc.want.Supplier != "") {
				t.Errorf("%s: delegation_source is there: %t", tc.reason, has)
			}
		})
	}
}

func TestParametersInTheQuery(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	form := url.Values{"grant_type": {grantType}, "assertion": {w.sign(w.claims(), signing{})}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.maskinporten.URL+"/token?"+form.Encode(),
		http.NoBody)
	w.must(err)
	w.token(w.mustSend(request))
}

func TestTokenLifetimeIsTheShortestOfItsScopes(t *testing.T) {
	w := newWorld(t)
	w.must(w.sim.Maskinporten.RegisterScope(simmaskinporten.Scope{
		Name: "nav:other/scope", AccessibleForAll: true, DelegationSource: "altinn",
		TokenLifetime: simwire.Duration(10 * time.Second),
	}))
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *simmaskinporten.Client) {
		c.Scopes = append(c.Scopes,
			"nav:other/scope")
	})))
	w.delegate(consumer)
	w.must(w.sim.Maskinporten.Delegate(consumer, supplier, "nav:other/scope"))
	got := w.ask(claims{"scope": scope + " nav:other/scope"})
	token := w.token(got)
	diff(t, "expires_in", 9, got.ExpiresIn)
	diff(t, "scope claim", any(scope+" nav:other/scope"), token["scope"])
}

func TestWithdrawnDelegation(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	before := w.ask()
	w.must(w.sim.Maskinporten.Withdraw(consumer, supplier, scope))
	diff(t, "a withdrawn delegation is as if it had never been", "MP-251", w.ask().code())
	w.token(before) // but a token that was given stays good
	w.delegate(consumer)
	w.token(w.ask())
}

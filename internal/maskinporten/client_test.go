package maskinporten

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/orgnumber"
)

var sameNumber = cmp.AllowUnexported(orgnumber.Number{})

func TestToken(t *testing.T) {
	a := newAuthority(t)
	self := map[string]string{"authority": "iso6523-actorid-upis", "ID": testSupplier.ISO6523()}
	cases := map[string]struct {
		reason  string
		request Request
		claims  jwt.MapClaims
		want    Token
	}{
		"on behalf": {
			"a customer who has delegated: consumer is the customer, supplier is us",
			testRequest, a.claims(),
			Token{ExpiresAt: testStart.Add(29 * time.Second), Consumer: testConsumer, Supplier: testSupplier, Scope: testScope},
		},
		"for ourselves": {
			"without a consumer the token is ours and has no supplier",
			Request{Scope: testScope},
			with(without(a.claims(), "supplier"), "consumer", self),
			Token{ExpiresAt: testStart.Add(29 * time.Second), Consumer: testSupplier, Scope: testScope},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			signed := a.sign(tc.claims)
			a.set(func() {
				a.token = func(w http.ResponseWriter, _ *http.Request) {
					writeJSON(w, http.StatusOK, map[string]any{"access_token": signed, "token_type": "Bearer", "expires_in": 29})
				}
			})
			got, err := a.client(t).Token(t.Context(), tc.request)
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			tc.want.AccessToken = signed
			if diff := cmp.Diff(tc.want, *got, sameNumber); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestTokenOpenScope is the trap of a scope that is open to all: a server that
// does not see the consumer answers 200, with a token for ourselves.
func TestTokenOpenScope(t *testing.T) {
	a := newAuthority(t)
	self := map[string]string{"authority": "iso6523-actorid-upis", "ID": testSupplier.ISO6523()}
	a.set(func() {
		a.token = func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, a.answer(with(without(a.claims(), "supplier"), "consumer", self)))
		}
	})
	if class, err := ask(t, a.client(t)); class != ClassTokenMismatch {
		t.Errorf("a token for the supplier itself was taken for a delegation: class %q, %v", class, err)
	}
}

func TestTokenRefusesBeforeAsking(t *testing.T) {
	cases := map[string]struct {
		reason  string
		request Request
		want    Class
	}{
		"supplier as consumer": {"Maskinporten refuses it for certain", Request{Scope: testScope, Consumer: testSupplier}, ClassConsumerIsSupplier},
		"two scopes":           {"the APIs refuse a token with two", Request{Scope: "a b", Consumer: testConsumer}, ClassClientRejected},
		"no scope":             {"without a scope", Request{Consumer: testConsumer}, ClassClientRejected},
		"quote":                {"not a character of a scope (RFC 6749, 3.3)", Request{Scope: `a"b`}, ClassClientRejected},
		"endless scope":        {"no scope is as long", Request{Scope: strings.Repeat("a", 1000)}, ClassClientRejected},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t)
			_, err := a.client(t).Token(t.Context(), tc.request)
			checkError(t, err)
			if got := ClassOf(err); got != tc.want {
				t.Errorf("%s: class %q, want %q", tc.reason, got, tc.want)
			}
			if n := a.metadataCalls.Load() + a.tokenCalls.Load(); n != 0 {
				t.Errorf("%s: %d calls were made, want none", tc.reason, n)
			}
		})
	}
}

func TestTokenCancelled(t *testing.T) {
	a := newAuthority(t)
	ctx, cancel := context.WithCancel(t.Context())
	a.set(func() {
		a.token = func(_ http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm() // net/http notices a client that leaves only when the body is read
			cancel()
			<-r.Context().Done()
		}
	})
	_, err := a.client(t).Token(ctx, testRequest)
	if ClassOf(err) != ClassUnreachable || !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call gave %v, want Unreachable and context.Canceled", err)
	}
}

// TestTokenCalls counts the outside calls of many askers: documents once, grants
// once each, and no id twice.
func TestTokenCalls(t *testing.T) {
	a := newAuthority(t)
	var mu sync.Mutex
	ids := map[string]int{}
	count := func(w http.ResponseWriter, r *http.Request) {
		claims := jwt.MapClaims{}
		if _, _, err := jwt.NewParser().ParseUnverified(r.PostFormValue("assertion"), claims); err != nil {
			t.Errorf("reading the grant: %v", err)
		}
		mu.Lock()
		id, _ := claims["jti"].(string)
		ids[id]++
		mu.Unlock()
		writeJSON(w, http.StatusOK, a.answer(a.claims()))
	}
	a.set(func() { a.token = count })
	c := a.client(t)
	const askers = 20
	var group sync.WaitGroup
	for range askers {
		group.Go(func() {
			if _, err := c.Token(t.Context(), testRequest); err != nil {
				t.Errorf("asking: %v", err)
			}
		})
	}
	group.Wait()
	got := map[string]int32{"metadata": a.metadataCalls.Load(), "keys": a.keysCalls.Load(), "token": a.tokenCalls.Load(), "ids": int32(len(ids))}
	if diff := cmp.Diff(map[string]int32{"metadata": 1, "keys": 1, "token": askers, "ids": askers}, got); diff != "" {
		t.Errorf("calls: -want, +got:\n%s", diff)
	}
}

func TestNew(t *testing.T) {
	good := Config{Issuer: "https://maskinporten.no/", ClientID: testClient, Supplier: testSupplier, Keys: []*SigningKey{signingKey(t)}}
	cases := map[string]struct {
		reason string
		change func(*Config)
		err    string
	}{
		"good":            {"all that is needed", func(*Config) {}, ""},
		"no slash":        {"the issuer is taken as written", func(c *Config) { c.Issuer = "https://sky.maskinporten.no" }, ""},
		"path":            {"RFC 8414 allows an issuer with a path", func(c *Config) { c.Issuer = "https://localhost/maskinporten" }, ""},
		"insecure":        {"grants must not travel in the clear", func(c *Config) { c.Issuer = "http://maskinporten.no/" }, "https://"},
		"allowed":         {"unless it was said so", func(c *Config) { c.Issuer, c.AllowInsecure = "http://localhost:80/", true }, ""},
		"other scheme":    {"also then only http", func(c *Config) { c.Issuer, c.AllowInsecure = "ftp://localhost/", true }, "https://"},
		"no URL":          {"not a URL", func(c *Config) { c.Issuer = "https://[/" }, "not a URL"},
		"no host":         {"no host to ask", func(c *Config) { c.Issuer = "https:///x" }, "must have a host"},
		"user":            {"an issuer has no user", func(c *Config) { c.Issuer = "https://a:b@maskinporten.no/" }, "no user"},
		"query":           {"an issuer has no query (RFC 8414, 2)", func(c *Config) { c.Issuer = "https://maskinporten.no/?a" }, "query"},
		"fragment":        {"an issuer has no fragment (RFC 8414, 2)", func(c *Config) { c.Issuer = "https://maskinporten.no/#" }, "fragment"},
		"no client":       {"who asks?", func(c *Config) { c.ClientID = "" }, "client id"},
		"client, newline": {"copied with its line end", func(c *Config) { c.ClientID += "\n" }, "client id"},
		"no supplier":     {"a token's supplier could not be checked", func(c *Config) { c.Supplier = orgnumber.Number{} }, "supplier"},
		"no key":          {"nothing to sign with", func(c *Config) { c.Keys = nil }, "key"},
		"nil key":         {"nothing to sign with", func(c *Config) { c.Keys = []*SigningKey{nil} }, "key"},
		"empty key":       {"nothing to sign with either", func(c *Config) { c.Keys = []*SigningKey{{}} }, "key"},
		"two keys":        {"a rotation", func(c *Config) { c.Keys = append(slices.Clone(c.Keys), c.Keys...) }, ""},
		"three keys":      {"more than a rotation needs", func(c *Config) { c.Keys = append(slices.Clone(c.Keys), c.Keys[0], c.Keys[0]) }, "two"},
		"empty second":    {"half a rotation", func(c *Config) { c.Keys = append(slices.Clone(c.Keys), &SigningKey{}) }, "key"},
		"timeout":         {"no call could succeed", func(c *Config) { c.Timeout = -1 }, "time-out"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			cfg := good
			tc.change(&cfg)
			_, err := New(cfg)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("%s: error %v, want one with %q", tc.reason, err, tc.err)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	c, err := New(Config{Issuer: "https://maskinporten.no/", ClientID: testClient, Supplier: testSupplier, Keys: []*SigningKey{signingKey(t)}})
	if err != nil {
		t.Fatal(err)
	}
	if c.calls.timeout != 10*time.Second || c.calls.transport == nil || c.now == nil {
		t.Errorf("defaults: time-out %s, transport %v", c.calls.timeout, c.calls.transport)
	}
	if first, second := c.newID(), c.newID(); first == second || len(first) != 36 || first[14] != '4' {
		t.Errorf("ids %q and %q are not two UUIDs of version 4", first, second)
	}
}

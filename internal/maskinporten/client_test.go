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
			reason:  "a customer who has delegated: consumer is the customer, supplier is us",
			request: testRequest,
			claims:  a.claims(),
			want: Token{
				ExpiresAt: testStart.Add(29 * time.Second), Consumer: testConsumer, Supplier: testSupplier,
				Scope: testScope,
			},
		},
		"for ourselves": {
			reason:  "without a consumer the token is ours and has no supplier",
			request: Request{Scope: testScope},
			claims:  with(without(a.claims(), "supplier"), "consumer", self),
			want:    Token{ExpiresAt: testStart.Add(29 * time.Second), Consumer: testSupplier, Scope: testScope},
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

// TestTokenOpenScope requests a scope that is open to all from a server that ignores the consumer: it responds with 200
// and a token for ourselves.
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
		"supplier as consumer": {
			reason:  "Maskinporten refuses it for certain",
			request: Request{Scope: testScope, Consumer: testSupplier}, want: ClassConsumerIsSupplier,
		},
		"two scopes": {
			reason:  "the APIs refuse a token with two",
			request: Request{Scope: "a b", Consumer: testConsumer}, want: ClassClientRejected,
		},
		"no scope": {
			reason: "without a scope", request: Request{Consumer: testConsumer},
			want: ClassClientRejected,
		},
		"quote": {
			reason: "not a character of a scope (RFC 6749, 3.3)", request: Request{Scope: `a"b`},
			want: ClassClientRejected,
		},
		"endless scope": {
			reason: "no scope is as long", request: Request{Scope: strings.Repeat("a", 1000)},
			want: ClassClientRejected,
		},
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

// TestTokenCalls counts the calls of many concurrent requests: each document is fetched once, each grant is sent once,
// and no two have the same id.
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
	got := map[string]int32{
		"metadata": a.metadataCalls.Load(), "keys": a.keysCalls.Load(), "token": a.tokenCalls.Load(),
		"ids": int32(len(ids)),
	}
	if diff := cmp.Diff(map[string]int32{"metadata": 1, "keys": 1, "token": askers, "ids": askers}, got); diff != "" {
		t.Errorf("calls: -want, +got:\n%s", diff)
	}
}

func TestNew(t *testing.T) {
	good := Config{
		Issuer: "https://maskinporten.no/", ClientID: testClient, Supplier: testSupplier,
		Keys: []*SigningKey{signingKey(t)},
	}
	cases := map[string]struct {
		reason string
		change func(*Config)
		err    string
	}{
		"good": {reason: "all that is needed", change: func(*Config) {}},
		"no slash": {
			reason: "the issuer is taken as written",
			change: func(c *Config) { c.Issuer = "https://sky.maskinporten.no" },
		},
		"path": {
			reason: "RFC 8414 allows an issuer with a path",
			change: func(c *Config) { c.Issuer = "https://localhost/maskinporten" },
		},
		"insecure": {
			reason: "grants must not travel in the clear",
			change: func(c *Config) { c.Issuer = "http://maskinporten.no/" }, err: "https://",
		},
		"allowed": {
			reason: "unless it was said so",
			change: func(c *Config) { c.Issuer, c.AllowInsecure = "http://localhost:80/", true },
		},
		"other scheme": {
			reason: "also then only http",
			change: func(c *Config) { c.Issuer, c.AllowInsecure = "ftp://localhost/", true }, err: "https://",
		},
		"no URL": {reason: "not a URL", change: func(c *Config) { c.Issuer = "https://[/" }, err: "not a URL"},
		"no host": {
			reason: "no host to ask", change: func(c *Config) { c.Issuer = "https:///x" },
			err: "must have a host",
		},
		"user": {
			reason: "an issuer has no user",
			change: func(c *Config) { c.Issuer = "https://a:b@maskinporten.no/" }, err: "no user",
		},
		"query": {
			reason: "an issuer has no query (RFC 8414, 2)",
			change: func(c *Config) { c.Issuer = "https://maskinporten.no/?a" }, err: "query",
		},
		"fragment": {
			reason: "an issuer has no fragment (RFC 8414, 2)",
			change: func(c *Config) { c.Issuer = "https://maskinporten.no/#" }, err: "fragment",
		},
		"no client": {reason: "who asks?", change: func(c *Config) { c.ClientID = "" }, err: "client id"},
		"client, newline": {
			reason: "copied with its line end", change: func(c *Config) { c.ClientID += "\n" },
			err: "client id",
		},
		"no supplier": {
			reason: "a token's supplier could not be checked",
			change: func(c *Config) { c.Supplier = orgnumber.Number{} }, err: "supplier",
		},
		"no key": {reason: "nothing to sign with", change: func(c *Config) { c.Keys = nil }, err: "key"},
		"nil key": {
			reason: "nothing to sign with", change: func(c *Config) { c.Keys = []*SigningKey{nil} },
			err: "key",
		},
		"empty key": {
			reason: "nothing to sign with either", change: func(c *Config) { c.Keys = []*SigningKey{{}} },
			err: "key",
		},
		"two keys": {
			reason: "a rotation",
			change: func(c *Config) { c.Keys = append(slices.Clone(c.Keys), c.Keys...) },
		},
		"three keys": {
			reason: "more than a rotation needs",
			change: func(c *Config) { c.Keys = append(slices.Clone(c.Keys), c.Keys[0], c.Keys[0]) }, err: "two",
		},
		"empty second": {
			reason: "half a rotation",
			change: func(c *Config) { c.Keys = append(slices.Clone(c.Keys), &SigningKey{}) }, err: "key",
		},
		"timeout": {reason: "no call could succeed", change: func(c *Config) { c.Timeout = -1 }, err: "time-out"},
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
	c, err := New(Config{
		Issuer: "https://maskinporten.no/", ClientID: testClient, Supplier: testSupplier,
		Keys: []*SigningKey{signingKey(t)},
	})
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

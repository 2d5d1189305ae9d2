package broker

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
	"github.com/4human/integration-operator/test/sample"
)

// given is the body of a 200.
type given struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"`
	Scope       string `json:"scope"`
}

// claims are an access token's claims.
type claims struct {
	Issuer   string           `json:"iss"`
	Scope    string           `json:"scope"`
	Consumer party            `json:"consumer"`
	Supplier party            `json:"supplier"`
	Expires  *jwt.NumericDate `json:"exp"`
}

type party struct {
	ID string `json:"ID"`
}

// open returns a response's token and its claims, verified with Maskinporten's keys.
func (w *world) open(a answer) (given, claims) {
	w.t.Helper()
	var got given
	w.must(json.Unmarshal([]byte(a.body), &got))
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, w.url+"jwk", http.NoBody)
	w.must(err)
	published, err := http.DefaultClient.Do(request)
	w.must(err)
	defer func() { _ = published.Body.Close() }()
	var keys jose.JSONWebKeySet
	w.must(json.NewDecoder(published.Body).Decode(&keys))
	token, err := jwt.ParseSigned(got.AccessToken, []jose.SignatureAlgorithm{jose.RS256})
	w.must(err)
	var said claims
	w.must(token.Claims(keys, &said))
	return got, said
}

// TestGranted verifies that each customer's token is for its own access.
func TestGranted(t *testing.T) {
	w := newWorld(t, plenty())
	tiger, giraffe := w.addCustomer(), w.addCustomer()
	for _, c := range []*customer{tiger, giraffe} {
		w.logged()
		shown := c.token()
		asked := time.Now()
		a := c.ask(shown)
		if a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.body)
		}
		got, said := w.open(a)
		want := claims{
			Issuer: w.url, Scope: sample.Scope, Consumer: party{ID: "0192:" + c.number},
			Supplier: party{ID: "0192:" + sample.SupplierNumber}, Expires: said.Expires,
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("claims (-want +got):\n%s", diff)
		}
		life := said.Expires.Time().Sub(asked)
		if got.TokenType != "Bearer" || got.Scope != sample.Scope || got.ExpiresIn < 10 ||
			time.Duration(got.ExpiresIn)*time.Second > life {
			t.Errorf("%s for %s, %d s of at most %s", got.TokenType, got.Scope, got.ExpiresIn, life)
		}
		log := w.logged()
		for _, part := range []string{
			`"msg"="Issued token"`, `"namespace"="` + c.customers + `"`, `"customer"="` + c.it.Name +
				`"`, `"service"="FollowUpPlans"`,
			`"pod"="` + c.pod.Name + `"`, `"account"="` + c.account.Name + `"`, `"scope"="` + sample.Scope +
				`"`, `"consumer"="` + c.number + `"`, `"expires"="`,
		} {
			if !strings.Contains(log, part) {
				t.Errorf("the log lacks %s:\n%s", part, log)
			}
		}
		if strings.Contains(log, got.AccessToken) || strings.Contains(log, shown) || strings.Count(log, "\n") != 1 {
			t.Errorf("want one line in the log, without token:\n%s", log)
		}
	}
	if got := w.asked(); got != 2 {
		t.Errorf("%d requests to Maskinporten, want one per customer", got)
	}
}

// TestRequestsAreShared sends concurrent and repeated requests of one customer: Maskinporten receives one.
func TestRequestsAreShared(t *testing.T) {
	w := newWorld(t, plenty())
	c := w.addCustomer()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if a := c.ask(c.token()); a.Status != http.StatusOK {
				t.Errorf("%d %s", a.Status, a.body)
			}
		})
	}
	all.Wait()
	c.mustGive()
	if got := w.asked(); got != 1 {
		t.Errorf("%d requests to Maskinporten", got)
	}
}

// TestMaskinportenRefuses distinguishes denied access from outages. Neither is cached.
func TestMaskinportenRefuses(t *testing.T) {
	w := newWorld(t, plenty())
	cases := map[string]struct {
		reason string
		change func(c *customer)
		want   answer
	}{
		"withdrawn-now": {
			reason: "the customer has withdrawn access, and the controller has not verified it yet",
			change: func(c *customer) {
				c.must(c.simulator.Maskinporten.Withdraw(c.number, sample.SupplierNumber, sample.Scope))
			},
			want: denied("NotDelegated"),
		},
		"outage": {
			reason: "Maskinporten is down",
			change: outage(simwire.OutageServiceUnavailable),
			want:   unavailable("ServerError"),
		},
		"proxy": {
			reason: "a proxy's 403 is an outage",
			change: outage(simwire.OutageForbiddenHTML),
			want:   unavailable("Blocked"),
		},
		"key-expired": {
			reason: "the supplier's key has expired",
			change: func(c *customer) {
				c.must(c.simulator.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{KeysExpired: true}}))
			},
			want: unavailable("KeyExpired"),
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			defer func() { w.must(w.simulator.SetFaults(simulator.Faults{})) }()
			c := w.addCustomer()
			tc.change(c)
			w.logged()
			got := c.ask(c.token())
			c.mustRefuse(tc.reason, got, tc.want)
			if waits := got.header.Get("Retry-After") != ""; waits != (got.Status == http.StatusServiceUnavailable) {
				t.Errorf("%s: Retry-After %q", tc.reason, got.header.Get("Retry-After"))
			}
			w.must(w.simulator.SetFaults(simulator.Faults{}))
			w.must(w.simulator.Maskinporten.Delegate(c.number, sample.SupplierNumber, sample.Scope))
			c.mustGive()
		})
	}
}

// TestCachedTokenOutlivesAnOutage issues a cached token while Maskinporten is down.
func TestCachedTokenOutlivesAnOutage(t *testing.T) {
	w := newWorld(t, plenty())
	c := w.addCustomer()
	c.mustGive()
	outage(simwire.OutageConnectionReset)(c)
	c.mustGive()
}

func outage(o simwire.Outage) func(c *customer) {
	return func(c *customer) {
		c.must(c.simulator.SetFaults(simulator.Faults{
			Faults: simmaskinporten.Faults{AnswerFaults: simmaskinporten.AnswerFaults{Outage: o}},
		}))
	}
}

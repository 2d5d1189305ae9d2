package simulator_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

func TestNewRefusesIssuer(t *testing.T) {
	for issuer, reason := range map[string]string{
		"":                         "must be an http or https URL",
		"maskinporten.no":          "must be an http or https URL",
		"ftp://maskinporten.no/":   "must be an http or https URL",
		"https://host/path":        "neither user, path, query nor fragment",
		"https://host/?q":          "neither user, path, query nor fragment",
		"https://host/#f":          "neither user, path, query nor fragment",
		"https://user:secret@host": "neither user, path, query nor fragment",
		"https://ho st/":           "reading issuer",
	} {
		if _, err := simulator.New(simulator.Options{Issuer: issuer, Now: time.Now}); err == nil ||
			!strings.Contains(err.Error(), reason) {
			t.Errorf("issuer %q: got %v, want %q", issuer, err, reason)
		}
	}
}

func TestNewNeedsAClock(t *testing.T) {
	if _, err := simulator.New(simulator.Options{Issuer: issuer}); err == nil ||
		err.Error() != "a simulator needs a clock" {
		t.Errorf("got %v, want a complaint about the clock", err)
	}
}

func TestSigningKeyIsTheOneGiven(t *testing.T) {
	public := jose.JSONWebKey{Key: tokenKey().Public()}
	thumbprint, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.must(w.sim.Maskinporten.Delegate(consumer, supplier, scope))
	kid := part(w.ask().AccessToken, 0)["kid"]
	diff(t, "key ID of an access token", any(base64.RawURLEncoding.EncodeToString(thumbprint)), kid)
}

func TestIssuerIsKeptVerbatim(t *testing.T) {
	for _, issuer := range []string{"http://localhost:8080", "http://localhost:8080/"} {
		sim, err := simulator.New(simulator.Options{Issuer: issuer, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, sim: sim}
		got := w.document(sim, "/.well-known/oauth-authorization-server")
		diff(t, "issuer", any(issuer), got["issuer"])
		diff(t, "token endpoint", any("http://localhost:8080/token"), got["token_endpoint"])
	}
}

func TestRegisterClientRefuses(t *testing.T) {
	w := newWorld(t)
	small := generateSmallKey(t)
	cases := map[string]struct {
		change func(*simmaskinporten.Client)
		want   string
	}{
		"NoID":  {change: func(c *simmaskinporten.Client) { c.ClientID = "" }, want: "a client id has 1 to 64"},
		"OddID": {change: func(c *simmaskinporten.Client) { c.ClientID = "a/b" }, want: "a client id has 1 to 64"},
		"NoNumber": {
			change: func(c *simmaskinporten.Client) { c.OrganizationNumber = "" },
			want:   "organization number of the client",
		},
		"NoScope": {change: func(c *simmaskinporten.Client) { c.Scopes = nil }, want: "at least one scope"},
		"OddScope": {
			change: func(c *simmaskinporten.Client) { c.Scopes = []string{"nav:x"} },
			want:   `scope "nav:x" is not registered`,
		},
		"SixKeys": {
			change: func(c *simmaskinporten.Client) { c.JWKS.Keys = make([]jose.JSONWebKey, 6) },
			want:   "at most 5 keys, not 6",
		},
		"NoKeyID": {change: func(c *simmaskinporten.Client) { c.JWKS.Keys[0].KeyID = "" }, want: "every key needs a kid"},
		"SameKeyID": {
			change: func(c *simmaskinporten.Client) { c.JWKS.Keys = append(c.JWKS.Keys, c.JWKS.Keys[0]) },
			want:   `kid "key-2026" occurs twice`,
		},
		"SmallKey": {
			change: func(c *simmaskinporten.Client) { c.JWKS.Keys[0].Key = &small.PublicKey },
			want:   "has 1024 bits, at least 2048 are needed",
		},
		"PrivateKey": {
			change: func(c *simmaskinporten.Client) { c.JWKS.Keys[0].Key = clientKey() }, want: "is a private key",
		},
		"NothingAtAl": {change: func(c *simmaskinporten.Client) { c.JWKS.Keys[0].Key = nil }, want: "is not an RSA key"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if err := w.sim.Maskinporten.RegisterClient(client(tc.change)); err == nil ||
				!strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestRegisterScopeRefuses(t *testing.T) {
	w := newWorld(t)
	minute := simwire.Duration(time.Minute)
	for name, tc := range map[string]struct {
		scope simmaskinporten.Scope
		want  string
	}{
		"Name": {
			scope: simmaskinporten.Scope{Name: "two words", TokenLifetime: minute},
			want:  `scope "two words" must look like`,
		},
		"Source": {
			scope: simmaskinporten.Scope{Name: "nav:x", DelegationSource: "post", TokenLifetime: minute},
			want:  `delegation source "post" is unknown`,
		},
		"Lifetime": {scope: simmaskinporten.Scope{Name: "nav:x"}, want: "must be at least 2s"},
		"GrantedTo": {
			scope: simmaskinporten.Scope{Name: "nav:x", GrantedTo: []string{"1"}, TokenLifetime: minute},
			want:  "granted to",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := w.sim.Maskinporten.RegisterScope(tc.scope); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want %q", name, err, tc.want)
			}
		})
	}
	w.must(w.sim.Maskinporten.RegisterScope(simmaskinporten.Scope{Name: "nav:x", TokenLifetime: minute}))
	if err := w.sim.Maskinporten.Delegate(consumer, supplier, "nav:x"); err == nil ||
		!strings.Contains(err.Error(), "has no delegation source") {
		t.Errorf("got %v, want a scope that cannot be delegated", err)
	}
}

func TestRegisteringAgainReplacesTheKeys(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	w.must(w.sim.Maskinporten.RegisterClient(client(func(c *simmaskinporten.Client) { c.JWKS.Keys[0].KeyID = "new" })))
	diff(t, "the old key is gone", "Invalid assertion. Client authentication failed. Unknown key identifier (kid) for "+
		"client.",
		tracePattern.ReplaceAllString(w.ask().Description, ""))
	w.token(w.mustSend(w.request(w.sign(w.claims(), signing{kid: "new"}))))
}

func TestRequestsRemembersTheLastThousand(t *testing.T) {
	w := newWorld(t)
	for range 1001 {
		w.mustSend(w.request("broken"))
	}
	w.delegate(consumer)
	w.token(w.ask())
	got := w.sim.Recorder.Report()
	diff(t, "remembered", 1000, len(got.Recent))
	diff(t, "counted", map[string]int{"MP-011": 1001, "Issued": 1}, got.Counts["token"])
	diff(t, "the newest is last", simwire.TokenRequest{
		Time: w.clock.Now(), ClientID: clientID, Consumer: consumer, Scope: scope, Status: 200, Outcome: "Issued",
	}, got.Recent[999])
	diff(t, "the oldest is first", "MP-011", got.Recent[0].Outcome)
}

func TestRequestsRemembersTheLastThousandCalls(t *testing.T) {
	w := newWorld(t)
	nav, hrm := w.navRequest(), w.hrmRequest("/")
	for range 1001 {
		w.mustSend(nav)
	}
	w.mustSend(hrm)
	got := w.sim.Recorder.Report()
	diff(t, "remembered", 1000, len(got.RecentCalls))
	diff(t, "counted", map[string]map[string]int{"nav": {"NoToken": 1001}, "hrm": {"UnknownTenant": 1}}, got.Counts)
	diff(t, "the newest is last", simwire.Call{
		Time: w.clock.Now(), Endpoint: "hrm", Status: 404,
		Outcome: "UnknownTenant",
	}, got.RecentCalls[999])
	diff(t, "the oldest is first", "NoToken", got.RecentCalls[0].Outcome)
}

// TestNothingSecretIsKept searches the records and logs for the assertion, the token, and what an attacker or a mistake
// puts into a grant.
func TestNothingSecretIsKept(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t)
	sim, err := simulator.New(simulator.Options{
		Issuer: issuer, Now: w.clock.Now,
		Logger: slog.New(slog.NewJSONHandler(&log, nil)),
	})
	w.must(err)
	w.must(sim.Maskinporten.RegisterClient(client()))
	w.must(sim.Maskinporten.Delegate(consumer, supplier, scope))
	assertion := w.sign(w.claims(), signing{})
	body := w.serve(sim, w.request(assertion))
	var token reply
	w.must(json.Unmarshal([]byte(body), &token))
	const person = "05908399546" // a synthetic identity number
	w.serve(sim, w.request(w.sign(w.claims(claims{
		"consumer_org": person, "iss": strings.Repeat("a", 1000),
		"scope": strings.Repeat("b", 1000),
	}), signing{})))

	report, err := json.Marshal(sim.Recorder.Report())
	w.must(err)
	for where, text := range map[string]string{"log": log.String(), "report": string(report)} {
		for what, secret := range map[string]string{
			"assertion": assertion, "signature": strings.Split(assertion,
				".")[2], "token": token.AccessToken, "identity number": person,
			"long client id": strings.Repeat("a", 65), "long scope": strings.Repeat("b", 201),
		} {
			if secret == "" || strings.Contains(text, secret) {
				t.Errorf("the %s holds the %s", where, what)
			}
		}
		if !strings.Contains(text, consumer) || !strings.Contains(text, "Issued") {
			t.Errorf("the %s does not name the request: %s", where, text)
		}
	}
}

// TestNoBearerTokenIsKept searches the records and logs for the tokens, good and bad, that NAV, Altinn and the HRM
// system received.
func TestNoBearerTokenIsKept(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t)
	sim, err := simulator.New(simulator.Options{
		Issuer: issuer, Now: w.clock.Now,
		Logger: slog.New(slog.NewJSONHandler(&log, nil)),
	})
	w.must(err)
	t.Cleanup(func() { _ = sim.Close() })
	w.must(sim.HRM.RegisterTenant(simhrm.Tenant{Name: tenant, OrganizationNumber: consumer}, tenantToken))
	good, err := sim.Maskinporten.Tokens.Sign(w.tokenClaims())
	w.must(err)
	const person = "05908399546" // a synthetic identity number
	odd, err := sim.Maskinporten.Tokens.Sign(w.tokenClaims(claims{"consumer": claims{"ID": "0192:" + person}}))
	w.must(err)
	for _, token := range []string{good, odd, tenantToken, "guessed-token"} {
		serveWith(sim.NAVPlans.Handler(), w.navRequest("Bearer "+token))
		serveWith(sim.HRM.Handler(), w.hrmRequest("/tiger/v1/organization", "Bearer "+token))
		serveWith(sim.Altinn.Handler(),
			w.altinnRequest(http.MethodGet, "/systemuser/vendor/byquery?system-id=a&orgno="+person, "", token))
	}
	report, err := json.Marshal(sim.Recorder.Report())
	w.must(err)
	tenants, err := json.Marshal(sim.HRM.Tenants())
	w.must(err)
	for where, text := range map[string]string{
		"log": log.String(), "report": string(report),
		"list of tenants": string(tenants),
	} {
		for what, secret := range map[string]string{
			"access token": good, "signature": strings.Split(good, ".")[2], "odd token": odd, "identity number": person,
			"tenant's token": tenantToken, "guessed token": "guessed-token",
		} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s holds the %s", where, what)
			}
		}
		if !strings.Contains(text, consumer) {
			t.Errorf("the %s does not tell whom it was about: %s", where, text)
		}
	}
}

// TestConcurrentUse calls everything concurrently, for the race detector.
func TestConcurrentUse(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	requests := make([]*http.Request, 8)
	for i := range requests {
		requests[i] = w.request(w.sign(w.claims(), signing{}))
	}
	var all sync.WaitGroup
	for _, request := range requests {
		all.Go(func() {
			if got, err := w.send(request); err != nil || got.status != http.StatusOK {
				t.Errorf("got %d %s %v", got.status, got.raw, err)
			}
		})
		all.Go(func() {
			_ = w.sim.Maskinporten.Delegate("314240979", supplier, scope)
			_ = w.sim.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{KeysExpired: false}})
			_ = w.sim.Maskinporten.RegisterClient(client())
			_ = w.sim.HRM.RegisterTenant(simhrm.Tenant{Name: tenant, OrganizationNumber: consumer}, tenantToken)
			_ = serveWith(w.sim.HRM.Handler(), httptest.NewRequest(http.MethodGet, "/tiger/v1/organization", http.NoBody))
			_ = serveWith(w.sim.NAVPlans.Handler(), httptest.NewRequest(http.MethodGet, verifyIntegration, http.NoBody))
			_ = w.sim.Altinn.RegisterSystem(system())
			_, _ = w.sim.Altinn.CreateSystemUser(simaltinn.SystemUser{SystemID: systemID, OrganizationNumber: consumer})
			_ = serveWith(w.sim.Altinn.Handler(),
				httptest.NewRequest(http.MethodGet, "/authentication/api/v1/systemuser/vendor/byquery", http.NoBody))
			_, _ = w.sim.Altinn.ApproveRequest(consumer)
			_, _ = w.sim.Altinn.WithdrawSystemUser(consumer)
			_ = w.sim.Altinn.SystemUserRequests()
			_ = w.sim.Altinn.SystemUsers()
			w.sim.Altinn.RemoveSystem(systemID)
			_ = w.sim.HRM.RemoveTenant(tenant)
			_ = w.sim.HRM.Tenants()
			_ = w.sim.Maskinporten.Delegations()
			_ = w.sim.Recorder.Report()
			_ = w.sim.Maskinporten.Scopes()
			_ = w.sim.Faults()
		})
	}
	all.Wait()
}

func generateSmallKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // a key that is too small is what the test is about
	if err != nil {
		t.Fatal(err)
	}
	return key
}

package maskinporten

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const answerKeyID = "4human-2026-08"

// setting is the faults and readings of the simulated Maskinporten.
type setting struct {
	simmaskinporten.Faults
	Readings simmaskinporten.Readings
}

// altinn is what Maskinporten looks up in Altinn: the customer's system user, if there is one.
type altinn struct {
	hasUser, isUnknown bool
}

func (a *altinn) SystemUserOfClient(
	owner, clientID, party, externalRef string, _ time.Time,
) (id, systemID string, found bool) {
	found = a.hasUser && owner == testSupplier.String() && clientID == testClient && party == testConsumer.String() &&
		externalRef == testSickPayRef
	return "0a1ba9c5-5b3e-4f0e-8d4f-3a4b1c2d3e4f", testSystem, found
}

func (a *altinn) IsUnknown(string) bool { return a.isUnknown }

// responseWorld is the simulator behind real HTTP. Each row arranges it anew.
type responseWorld struct {
	t       *testing.T
	sim     *simmaskinporten.Service
	altinn  altinn
	server  *httptest.Server
	instead atomic.Pointer[http.HandlerFunc]
	grants  atomic.Int32
}

func newResponseWorld(t *testing.T) *responseWorld {
	t.Helper()
	w := &responseWorld{}
	var maskinporten http.Handler
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			w.grants.Add(1)
			if instead := w.instead.Load(); instead != nil {
				(*instead)(rw, r)
				return
			}
		}
		maskinporten.ServeHTTP(rw, r)
	}))
	w.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	tokens, err := accesstoken.NewSigner(w.issuer(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w.sim = simmaskinporten.New(simmaskinporten.Options{
		Tokens: tokens, Now: func() time.Time { return testStart },
		Altinn: &w.altinn,
	})
	maskinporten = w.sim.Handler()
	w.server.Start()
	t.Cleanup(w.server.Close)
	return w
}

// issuer returns the issuer, which is known before the server starts, because the listener exists.
func (w *responseWorld) issuer() string { return "http://" + w.server.Listener.Addr().String() + "/" }

// arrange resets the world, in which testRequest is granted, and then applies the row.
func (w *responseWorld) arrange(t *testing.T, row responseRow) {
	t.Helper()
	w.t = t
	w.must(w.sim.SetFaults(simmaskinporten.Faults{}))
	w.altinn = altinn{}
	w.must(w.sim.RegisterScope(scopeForAll(testScope)))
	w.must(w.sim.RegisterScope(scopeForAll(testSickPay)))
	w.must(w.sim.Delegate(testConsumer.String(), testSupplier.String(), testScope))
	client := simmaskinporten.Client{
		ClientID: testClient, OrganizationNumber: testSupplier.String(), Scopes: []string{testScope, testSickPay},
		JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: ourKey().Public(), KeyID: answerKeyID}}},
	}
	if row.client != nil {
		row.client(&client)
	}
	w.must(w.sim.RegisterClient(client))
	if row.world != nil {
		row.world(w)
	}
	w.must(w.sim.SetFaults(row.faults.Faults))
	w.sim.SetReadings(row.faults.Readings)
	w.instead.Store(nil)
	if row.instead != nil {
		w.instead.Store(&row.instead)
	}
	w.grants.Store(0)
}

func scopeForAll(name string) simmaskinporten.Scope {
	return simmaskinporten.Scope{
		Name: name, AccessibleForAll: true, DelegationSource: "altinn",
		TokenLifetime: simwire.Duration(30 * time.Second),
	}
}

func (w *responseWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// connect returns the client that sends the request.
func (w *responseWorld) connect(t *testing.T, change func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		Issuer: w.issuer(), AllowInsecure: true, ClientID: testClient, Supplier: testSupplier, SystemID: testSystem,
		Keys: []*SigningKey{signingKey(t)}, Now: func() time.Time { return testStart },
	}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// withdraw takes the customer's delegation back.
func (w *responseWorld) withdraw() {
	w.must(w.sim.Withdraw(testConsumer.String(), testSupplier.String(), testScope))
}

// approve creates the customer's system user.
func (w *responseWorld) approve() {
	w.altinn.hasUser = true
}

// trust makes the simulator trust the root of our certificates.
func trust(t *testing.T, chain [][]byte) func(*responseWorld) {
	t.Helper()
	root := string(pemOf("CERTIFICATE", chain[len(chain)-1]))
	return func(w *responseWorld) {
		w.must(w.sim.TrustCertificateAuthority(simmaskinporten.CertificateAuthority{Name: "root", Certificate: root}))
		w.t.Cleanup(func() { w.sim.DistrustCertificateAuthority("root") })
	}
}

// certified makes a client sign with our key and name a certificate chain.
func certified(t *testing.T, chain [][]byte) func(*Config) {
	t.Helper()
	key := parseOne(t, KeyMaterial{Data: pkcs8(t, ourKey()), Chain: chainPEM(chain)})
	return func(c *Config) { c.Keys = []*SigningKey{key} }
}

func withoutKeys(c *simmaskinporten.Client) { c.JWKS.Keys = nil }

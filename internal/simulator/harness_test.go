package simulator_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
)

const (
	issuer    = "https://maskinporten.example/"
	clientID  = "3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
	supplier  = "897757222"
	consumer  = "310330701"
	scope     = "nav:oppfolgingsplan/lps.write"
	keyID     = "key-2026"
	grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// The keys are made once: making one takes longer than all that a test does with it.
var (
	clientKey  = sync.OnceValue(func() *rsa.PrivateKey { return generateKey(2048) })
	strangeKey = sync.OnceValue(func() *rsa.PrivateKey { return generateKey(2048) })
	tokenKey   = sync.OnceValue(func() *rsa.PrivateKey { return generateKey(2048) })
)

func generateKey(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

// world is a simulator behind real HTTP, with one client. The test code implements the protocol from its documentation
// and uses nothing of the product.
type world struct {
	t             testing.TB
	sim           *simulator.World
	maskinporten  *httptest.Server
	nav, hrm      *httptest.Server
	altinn        *httptest.Server
	sickPay       *httptest.Server
	letters       *httptest.Server
	reports       *httptest.Server
	register      *httptest.Server
	admin         *httptest.Server
	http          *http.Client
	clock         *simulatortest.Clock
	grants        int
	organizations int
	arrived       atomic.Pointer[context.CancelFunc] // called when a service has read a request
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: simulatortest.NewClock()}
	sim, err := simulator.New(simulator.Options{Issuer: issuer, Now: w.clock.Now, SigningKey: tokenKey()})
	if err != nil {
		t.Fatal(err)
	}
	w.sim = sim
	t.Cleanup(func() { _ = sim.Close() })
	w.maskinporten, w.admin = w.listen(sim.Maskinporten.Handler()), w.listen(sim.Admin())
	w.nav, w.hrm = w.listen(sim.NAVPlans.Handler()), w.listen(sim.HRM.Handler())
	w.altinn, w.sickPay = w.listen(sim.Altinn.Handler()), w.listen(sim.SickPay.Handler())
	w.register, w.letters = w.listen(sim.Register.Handler()), w.listen(sim.Letters.Handler())
	w.reports = w.listen(sim.Reports.Handler())
	w.http = w.maskinporten.Client()
	w.reset(t)
	return w
}

// listen serves a service until the test ends.
func (w *world) listen(service http.Handler) *httptest.Server {
	w.t.Helper()
	return simulatortest.Serve(w.t, http.HandlerFunc(func(response http.ResponseWriter, r *http.Request) {
		if arrived := w.arrived.Load(); arrived != nil {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			(*arrived)()
		}
		service.ServeHTTP(response, r)
	}))
}

// reset returns the world to its initial state: one client, no systems, tenants or delegations, no faults, no recorded
// requests.
func (w *world) reset(t testing.TB) {
	t.Helper()
	w.t = t
	w.setFaults(simulator.Faults{})
	for _, d := range w.sim.Maskinporten.Delegations() {
		w.must(w.sim.Maskinporten.Withdraw(d.Consumer, d.Supplier, d.Scope))
	}
	for _, tenant := range w.sim.HRM.Tenants() {
		w.must(w.sim.HRM.RemoveTenant(tenant.Name))
	}
	for _, system := range w.sim.Altinn.Systems() {
		w.sim.Altinn.RemoveSystem(system.SystemID)
	}
	for _, number := range w.sim.Altinn.UnknownOrganizations() {
		w.must(w.sim.Altinn.SetUnknownOrganization(number, false))
	}
	for _, authority := range w.sim.Maskinporten.CertificateAuthorities() {
		w.sim.Maskinporten.DistrustCertificateAuthority(authority.Name)
	}
	w.must(w.sim.Maskinporten.RegisterClient(client()))
	w.sim.Recorder.Reset()
}

func client(change ...func(*simmaskinporten.Client)) simmaskinporten.Client {
	c := simmaskinporten.Client{
		ClientID: clientID, OrganizationNumber: supplier, Scopes: []string{scope},
		JWKS: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{publicKey(keyID)}},
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func publicKey(kid string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: &clientKey().PublicKey, KeyID: kid, Algorithm: "RS256", Use: "sig"}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) setFaults(faults simulator.Faults) {
	w.t.Helper()
	w.must(w.sim.SetFaults(faults))
}

func (w *world) delegate(consumers ...string) {
	w.t.Helper()
	for _, c := range consumers {
		w.must(w.sim.Maskinporten.Delegate(c, supplier, scope))
	}
}

type claims map[string]any

// claims are those of a good grant for the consumer, with a new jti on each call.
func (w *world) claims(changes ...claims) claims {
	w.grants++
	now := w.clock.Now().Unix()
	c := claims{
		"aud": issuer, "iss": clientID, "scope": scope, "iat": now, "exp": now + 60,
		"jti": fmt.Sprintf("grant-%d", w.grants), "consumer_org": consumer,
	}
	for _, change := range changes {
		maps.Copy(c, change)
	}
	maps.DeleteFunc(c, func(_ string, value any) bool { return value == nil })
	return c
}

type signing struct {
	key       any // default: the client's key
	algorithm jose.SignatureAlgorithm
	kid       string // "-" for none
	header    map[string]any
}

func (w *world) sign(c claims, with signing) string {
	w.t.Helper()
	payload, err := json.Marshal(c)
	w.must(err)
	return w.signPayload(payload, with)
}

func (w *world) signPayload(payload []byte, with signing) string {
	w.t.Helper()
	key := jose.JSONWebKey{Key: with.key, KeyID: with.kid}
	if key.Key == nil {
		key.Key = clientKey()
	}
	switch key.KeyID {
	case "":
		key.KeyID = keyID
	case "-":
		key.KeyID = ""
	}
	if with.algorithm == "" {
		with.algorithm = jose.RS256
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	for name, value := range with.header {
		options.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: with.algorithm, Key: key}, options)
	w.must(err)
	signed, err := signer.Sign(payload)
	w.must(err)
	assertion, err := signed.CompactSerialize()
	w.must(err)
	return assertion
}

// reply is the response of an endpoint.
type reply struct {
	status int
	header http.Header
	raw    []byte

	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
	URI         string `json:"error_uri"`
}

func (r reply) code() string {
	_, code, _ := strings.Cut(r.URI, "/errors/")
	return code
}

func (w *world) request(grant string) *http.Request {
	w.t.Helper()
	form := url.Values{"grant_type": {grantType}, "assertion": {grant}}
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.maskinporten.URL+"/token",
		strings.NewReader(form.Encode()))
	w.must(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}

// send also returns the error of a broken exchange, because some tests break it on purpose.
func (w *world) send(request *http.Request) (reply, error) {
	response, err := w.http.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	r := reply{status: response.StatusCode, header: response.Header}
	if r.raw, err = io.ReadAll(response.Body); err != nil {
		return r, err
	}
	if response.Header.Get("Content-Type") == "application/json" && len(r.raw) > 0 {
		err = json.Unmarshal(r.raw, &r)
	}
	return r, err
}

func (w *world) mustSend(request *http.Request) reply {
	w.t.Helper()
	r, err := w.send(request)
	w.must(err)
	return r
}

// ask sends a grant with these claims, signed as a good client signs it.
func (w *world) ask(changes ...claims) reply {
	w.t.Helper()
	return w.mustSend(w.request(w.sign(w.claims(changes...), signing{})))
}

func (w *world) get(path string) reply {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.maskinporten.URL+path, http.NoBody)
	w.must(err)
	return w.mustSend(request)
}

// token verifies the access token of the reply against the published keys and returns its claims.
func (w *world) token(r reply) claims {
	w.t.Helper()
	if r.status != http.StatusOK {
		w.t.Fatalf("got status %d and %s, want a token", r.status, r.raw)
	}
	c, err := w.verify(r.AccessToken)
	w.must(err)
	return c
}

func (w *world) verify(token string) (claims, error) {
	w.t.Helper()
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	w.must(err)
	var set jose.JSONWebKeySet
	w.must(json.Unmarshal(w.get("/jwk").raw, &set))
	keys := set.Key(signed.Signatures[0].Header.KeyID)
	if len(keys) == 0 {
		return nil, fmt.Errorf("no key with kid %s is published", signed.Signatures[0].Header.KeyID)
	}
	payload, err := signed.Verify(keys[0])
	if err != nil {
		return nil, err
	}
	var c claims
	err = json.Unmarshal(payload, &c)
	return c, err
}

// part decodes the header (0) or the claims (1) of a token without verifying it.
func part(token string, index int) claims {
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[index])
	if err != nil {
		panic(err)
	}
	var c claims
	if err := json.Unmarshal(raw, &c); err != nil {
		panic(err)
	}
	return c
}

func encode(c claims) string {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func organization(c claims, claim string) string {
	party, _ := c[claim].(map[string]any)
	id, _ := party["ID"].(string)
	return id
}

func diff(t testing.TB, reason string, want, got any) {
	t.Helper()
	simulatortest.Diff(t, reason, want, got)
}

// eventually waits until the condition holds. It fails after half a minute.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	giveUp := time.NewTimer(30 * time.Second)
	defer giveUp.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-giveUp.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

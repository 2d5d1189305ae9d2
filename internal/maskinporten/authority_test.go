package maskinporten

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/4human/integration-operator/internal/orgnumber"
)

const (
	testScope  = "nav:oppfolgingsplan/lps.write"
	testClient = "3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10"
)

var (
	testSupplier = orgnumber.MustParse("897757222")
	testConsumer = orgnumber.MustParse("314240979")
	testAsked    = subject{scope: testScope, consumer: testConsumer, supplier: testSupplier}
	testStart    = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	testRequest  = Request{Scope: testScope, Consumer: testConsumer}

	// Two keys for all tests, as making one takes a while: ours, and Maskinporten's.
	ourKey    = sync.OnceValue(makeKey)
	issuerKey = sync.OnceValue(makeKey)
)

func makeKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, minKeyBits)
	if err != nil {
		panic(err)
	}
	return key
}

// pkcs8 is our private key in PKCS #8.
func pkcs8(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func signingKey(t testing.TB) *SigningKey {
	t.Helper()
	return parseOne(t, KeyMaterial{Data: pkcs8(t, ourKey()), KeyID: "4human-2026-08"})
}

func parseOne(t testing.TB, m KeyMaterial) *SigningKey {
	t.Helper()
	keys, err := ParseKeys(m)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%d keys, error %v, want one key", len(keys), err)
	}
	return keys[0]
}

// clock is a clock that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// authority is a small Maskinporten. Tests may replace its handlers while it serves.
type authority struct {
	server *httptest.Server
	clock  *clock

	mu                    sync.Mutex
	metadata, keys, token http.HandlerFunc
	kid                   string
	metadataCalls         atomic.Int32
	keysCalls             atomic.Int32
	tokenCalls            atomic.Int32
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{clock: &clock{now: testStart}, kid: "issuer-1"}
	a.metadata = func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, metadata{
			Issuer: a.issuer(), TokenEndpoint: a.issuer() + "token",
			KeysURI: a.issuer() + "jwk",
		})
	}
	a.keys = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, a.keySet()) }
	a.token = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, a.answer(a.claims())) }
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+wellKnown, a.serve(&a.metadataCalls, &a.metadata))
	mux.HandleFunc("GET /jwk", a.serve(&a.keysCalls, &a.keys))
	mux.HandleFunc("POST /token", a.serve(&a.tokenCalls, &a.token))
	a.server = httptest.NewServer(mux)
	t.Cleanup(a.server.Close)
	return a
}

func (a *authority) serve(calls *atomic.Int32, handler *http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		a.mu.Lock()
		h := *handler
		a.mu.Unlock()
		h(w, r)
	}
}

// set replaces a handler or the key id.
func (a *authority) set(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
}

func (a *authority) issuer() string { return a.server.URL + "/" }

func (a *authority) keySet() jose.JSONWebKeySet {
	a.mu.Lock()
	defer a.mu.Unlock()
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: issuerKey().Public(), KeyID: a.kid, Use: "sig",
		Algorithm: "RS256",
	}}}
}

// claims are those of the good token for testRequest.
func (a *authority) claims() jwt.MapClaims {
	now := a.clock.Now()
	return jwt.MapClaims{
		"iss": a.issuer(), "client_amr": "private_key_jwt", "token_type": "Bearer", "client_id": testClient,
		"scope":             testScope,
		"supplier":          map[string]string{"authority": "iso6523-actorid-upis", "ID": testSupplier.ISO6523()},
		"consumer":          map[string]string{"authority": "iso6523-actorid-upis", "ID": testConsumer.ISO6523()},
		"delegation_source": "https://tt02.altinn.no/",
		"iat":               now.Unix(), "exp": now.Add(30 * time.Second).Unix(), "jti": "U8E9",
	}
}

// without removes claims, and with sets them.
func without(claims jwt.MapClaims, names ...string) jwt.MapClaims {
	claims = maps.Clone(claims)
	for _, n := range names {
		delete(claims, n)
	}
	return claims
}

func with(claims jwt.MapClaims, name string, value any) jwt.MapClaims {
	claims = maps.Clone(claims)
	claims[name] = value
	return claims
}

func (a *authority) sign(claims jwt.MapClaims) string {
	a.mu.Lock()
	kid := a.kid
	a.mu.Unlock()
	return signToken(jwt.SigningMethodRS256, kid, claims, issuerKey())
}

func signToken(method jwt.SigningMethod, kid string, claims jwt.MapClaims, key any) string {
	token := jwt.NewWithClaims(method, claims)
	if kid != "" {
		token.Header["kid"] = kid
	}
	signed, err := token.SignedString(key)
	if err != nil {
		panic(err)
	}
	return signed
}

func (a *authority) answer(claims jwt.MapClaims) map[string]any {
	return map[string]any{
		"access_token": a.sign(claims), "token_type": "Bearer", "expires_in": 29,
		"scope": claims["scope"],
	}
}

func (a *authority) client(t testing.TB, changes ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		Issuer: a.issuer(), AllowInsecure: true, ClientID: testClient, Supplier: testSupplier, SystemID: testSystem,
		Keys: []*SigningKey{signingKey(t)}, Now: a.clock.Now,
	}
	for _, change := range changes {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ask requests the token of testRequest and returns the error's class and the error.
func ask(t testing.TB, c *Client) (Class, error) {
	t.Helper()
	token, err := c.Token(t.Context(), testRequest)
	if (token == nil) == (err == nil) {
		t.Fatalf("Token gave %v and the error %v: want exactly one of them", token, err)
	}
	checkError(t, err)
	return ClassOf(err), err
}

// checkError checks what applies to every error of a Client: it is an *Error of a known class, on one printable and
// bounded line.
func checkError(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error is a %T, want *Error: %v", err, err)
	}
	if _, known := kinds[e.Class]; !known {
		t.Errorf("error has the class %q, which is not of the set", e.Class)
	}
	for _, text := range []string{err.Error(), e.Description} {
		checkText(t, text, 2*maxText+300)
	}
}

func checkText(t testing.TB, text string, most int) {
	t.Helper()
	if n := len([]rune(text)); n > most {
		t.Errorf("text has %d characters, want at most %d: %.100s…", n, most, text)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x2028 }) {
		t.Errorf("text has control characters: %q", text)
	}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// says returns a handler that always sends the same response.
func says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

package maskinporten

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// TestVerify goes through the tokens that a server could send with status 200.
func TestVerify(t *testing.T) {
	a := newAuthority(t)
	good := a.claims()
	party := func(id string) map[string]string {
		return map[string]string{"authority": "iso6523-actorid-upis", "ID": id}
	}
	at := func(d time.Duration) int64 { return testStart.Add(d).Unix() }
	times := func(iat, exp time.Duration) jwt.MapClaims { return with(with(good, "iat", at(iat)), "exp", at(exp)) }
	cases := map[string]struct {
		reason string
		token  string
		want   Class
	}{
		"good":               {"the requested one", a.sign(good), ""},
		"RS384":              {"Maskinporten may sign with it", signToken(jwt.SigningMethodRS384, a.kid, good, issuerKey()), ""},
		"RS512":              {"and with it", signToken(jwt.SigningMethodRS512, a.kid, good, issuerKey()), ""},
		"unspecified aud":    {"older documentation shows it", a.sign(with(good, "aud", "unspecified")), ""},
		"aud list":           {"the audience is not ours to check", a.sign(with(good, "aud", []string{"a", "b"})), ""},
		"strange aud":        {"whatever it is", a.sign(with(good, "aud", 1)), ""},
		"other claims":       {"unknown claims are passed over", a.sign(with(with(good, "client_orgno", "1"), "cnf", map[string]any{"x": 1})), ""},
		"no iat":             {"the issue is not needed to tell an expiry", a.sign(without(good, "iat")), ""},
		"authority missing":  {"the identifier says the scheme itself", a.sign(with(good, "consumer", map[string]string{"ID": testConsumer.ISO6523()})), ""},
		"other key":          {"another key signed it", signToken(jwt.SigningMethodRS256, a.kid, good, ourKey()), ClassTokenMismatch},
		"PS256":              {"not among the algorithms", signToken(jwt.SigningMethodPS256, a.kid, good, issuerKey()), ClassTokenMismatch},
		"HS256 with our key": {"a public key must not serve as password", signToken(jwt.SigningMethodHS256, a.kid, good, []byte("x")), ClassTokenMismatch},
		"none":               {"it is not signed", signToken(jwt.SigningMethodNone, a.kid, good, jwt.UnsafeAllowNoneSignatureType), ClassTokenMismatch},
		"unknown alg":        {"an unknown algorithm", strings.Join([]string{segment(`{"alg":"XY1","kid":"issuer-1"}`), segment("{}"), "c2ln"}, "."), ClassTokenMismatch},
		"no alg":             {"no algorithm at all", strings.Join([]string{segment(`{"kid":"issuer-1"}`), segment("{}"), "c2ln"}, "."), ClassTokenMismatch},
		"no kid":             {"no key of the issuer's is named", signToken(jwt.SigningMethodRS256, "", good, issuerKey()), ClassTokenMismatch},
		"changed":            {"the claims are not those that were signed", changed(a.sign(good)), ClassTokenMismatch},
		"half":               {"an answer that was cut", strings.Join(strings.Split(a.sign(good), ".")[:2], "."), ClassBadResponse},
		"no base64":          {"not a JWT", "a.!.c", ClassBadResponse},
		"no JSON":            {"not a JWT", segment("x") + "." + segment("y") + ".c2ln", ClassBadResponse},
		"claims of no kind":  {"claims of another shape", a.sign(with(good, "consumer", "0192:314240979")), ClassBadResponse},
		"other issuer":       {"another environment", a.sign(with(good, "iss", "https://test.maskinporten.no/")), ClassTokenMismatch},
		"issuer, no slash":   {"the slash is part of it", a.sign(with(good, "iss", strings.TrimSuffix(a.issuer(), "/"))), ClassTokenMismatch},
		"no issuer":          {"no issuer", a.sign(without(good, "iss")), ClassTokenMismatch},
		"other scope":        {"a right that was not asked for", a.sign(with(good, "scope", "nav:other")), ClassTokenMismatch},
		"more scopes":        {"the APIs refuse it", a.sign(with(good, "scope", testScope+" nav:other")), ClassTokenMismatch},
		"no scope":           {"a token for nothing", a.sign(without(good, "scope")), ClassTokenMismatch},
		"other consumer":     {"another customer's data", a.sign(with(good, "consumer", party("0192:991825827"))), ClassTokenMismatch},
		"consumer is us":     {"the scope is open to all: this proves no delegation", a.sign(with(good, "consumer", party(testSupplier.ISO6523()))), ClassTokenMismatch},
		"no consumer":        {"no owner", a.sign(without(good, "consumer")), ClassTokenMismatch},
		"sub-unit":           {"a part of the customer", a.sign(with(good, "consumer", party(testConsumer.ISO6523()+":ER//987464291:1"))), ClassTokenMismatch},
		"other scheme":       {"a number of another register", a.sign(with(good, "consumer", party("0007:314240979"))), ClassTokenMismatch},
		"no supplier":        {"no supplier", a.sign(without(good, "supplier")), ClassTokenMismatch},
		"null supplier":      {"no supplier", a.sign(with(good, "supplier", nil)), ClassTokenMismatch},
		"other supplier":     {"another supplier", a.sign(with(good, "supplier", party("0192:991825827"))), ClassTokenMismatch},
		"no exp":             {"a token for ever", a.sign(without(good, "exp")), ClassTokenMismatch},
		"exp before iat":     {"a token for no time", a.sign(times(0, 0)), ClassTokenMismatch},
		"long expired":       {"a token from yesterday", a.sign(times(-24*time.Hour, -23*time.Hour)), ClassTokenMismatch},
		"one minute more":    {"expired for more than a clock explains", a.sign(times(-2*time.Minute, -61*time.Second)), ClassTokenMismatch},
		"our clock, 60 fast": {"a token of 30 s seems to have expired 30 s ago", a.sign(times(-time.Minute, -30*time.Second)), ClassClockSkewed},
		"our clock, 35 fast": {"within the leeway it is good", a.sign(times(-35*time.Second, -5*time.Second)), ""},
		"our clock, 60 slow": {"issued in the future, but not by much", a.sign(times(time.Minute, 90*time.Second)), ""},
		"our clock, far off": {"issued in the future: no token is, so a clock is off", a.sign(times(2*time.Minute, 3*time.Minute)), ClassClockSkewed},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a.set(func() {
				a.token = func(w http.ResponseWriter, _ *http.Request) {
					writeJSON(w, http.StatusOK, map[string]any{"access_token": tc.token, "token_type": "bearer", "expires_in": 29})
				}
			})
			class, err := ask(t, a.client(t))
			if class != tc.want {
				t.Errorf("%s: class %q, want %q: %v", tc.reason, class, tc.want, err)
			}
			if err != nil && strings.Contains(err.Error(), tc.token) {
				t.Errorf("%s: the error shows the token", tc.reason)
			}
		})
	}
}

// TestVerifyForOurselves has the tokens that come without a consumer asked for.
func TestVerifyForOurselves(t *testing.T) {
	a := newAuthority(t)
	asked := subject{scope: testScope, supplier: testSupplier}
	claims := func(consumer string, supplier *party) *tokenClaims {
		return &tokenClaims{
			Issuer: a.issuer(), Scope: testScope, Expires: jwt.NewNumericDate(testStart.Add(time.Minute)),
			Consumer: &party{ID: consumer}, Supplier: supplier,
		}
	}
	cases := map[string]struct {
		reason string
		claims *tokenClaims
		want   Class
	}{
		"good":     {"we are our own consumer", claims(testSupplier.ISO6523(), nil), ""},
		"customer": {"a customer was not asked for", claims(testConsumer.ISO6523(), nil), ClassTokenMismatch},
		"supplier": {"the supplier acts for itself", claims(testSupplier.ISO6523(), &party{ID: testSupplier.ISO6523()}), ClassTokenMismatch},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := ClassOf(tc.claims.check(a.issuer(), asked, testStart)); got != tc.want {
				t.Errorf("%s: class %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	seconds := func(n int64) *int64 { return &n }
	cases := map[string]struct {
		reason    string
		expiresIn *int64
		exp       time.Duration
		want      time.Duration
	}{
		"answer":       {"expires_in counts although exp is later", seconds(29), 30 * time.Second, 29 * time.Second},
		"token":        {"but no token is good after its exp", seconds(119), 30 * time.Second, 30 * time.Second},
		"no answer":    {"expires_in may be missing", nil, 30 * time.Second, 30 * time.Second},
		"endless":      {"a number that fits no duration", seconds(1 << 62), 30 * time.Second, 30 * time.Second},
		"endless exp":  {"a wrong clock of theirs makes no token good for years", nil, 1000 * time.Hour, 24 * time.Hour},
		"both endless": {"nothing is good for longer than a day", seconds(1 << 62), 1000 * time.Hour, 24 * time.Hour},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := tokenAnswer{ExpiresIn: tc.expiresIn}.expiry(testStart, testStart.Add(tc.exp))
			if want := testStart.Add(tc.want); !got.Equal(want) {
				t.Errorf("%s: %s, want %s", tc.reason, got, want)
			}
		})
	}
}

func TestTokenShowsNoSecret(t *testing.T) {
	token := Token{AccessToken: "hunter2", Scope: testScope, Consumer: testConsumer, Supplier: testSupplier, ExpiresAt: testStart}
	holder := struct{ T *Token }{&token}
	encoded, err := json.Marshal([]any{token, holder})
	if err != nil {
		t.Fatal(err)
	}
	var text, structured strings.Builder
	slog.New(slog.NewTextHandler(&text, nil)).Info("Token", "token", token, "holder", holder)
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("Token", "token", &token, "holder", holder)
	shown := []string{string(encoded), text.String(), structured.String(), token.String(), token.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X"} {
		shown = append(shown, fmt.Sprintf(verb, token), fmt.Sprintf(verb, &token), fmt.Sprintf(verb, holder), fmt.Sprintf(verb, []any{token}))
	}
	for _, s := range shown {
		for _, secret := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), fmt.Sprintf("%X", "hunter2")} {
			if strings.Contains(s, secret) {
				t.Errorf("the token is shown: %s", s)
			}
		}
		if !strings.Contains(s, testScope) && !strings.Contains(s, `lps.write`) {
			t.Errorf("the scope is not shown: %s", s)
		}
	}
}

func segment(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// changed returns a token with other claims under the old signature.
func changed(token string) string {
	parts := strings.Split(token, ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		panic(err)
	}
	parts[1] = segment(strings.Replace(string(claims), testScope, "nav:other", 1))
	return strings.Join(parts, ".")
}

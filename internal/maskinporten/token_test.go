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

// TestVerify verifies the tokens that a server could send with status 200.
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
		"good": {reason: "the requested one", token: a.sign(good)},
		"RS384": {
			reason: "Maskinporten may sign with it",
			token:  signToken(jwt.SigningMethodRS384, a.kid, good, issuerKey()),
		},
		"RS512":           {reason: "and with it", token: signToken(jwt.SigningMethodRS512, a.kid, good, issuerKey())},
		"unspecified aud": {reason: "older documentation shows it", token: a.sign(with(good, "aud", "unspecified"))},
		"aud list": {
			reason: "the audience is not ours to check",
			token:  a.sign(with(good, "aud", []string{"a", "b"})),
		},
		"strange aud": {reason: "whatever it is", token: a.sign(with(good, "aud", 1))},
		"other claims": {
			reason: "unknown claims are passed over",
			token:  a.sign(with(with(good, "client_orgno", "1"), "cnf", map[string]any{"x": 1})),
		},
		"no iat": {reason: "the issue is not needed to tell an expiry", token: a.sign(without(good, "iat"))},
		"authority missing": {
			reason: "the identifier says the scheme itself",
			token:  a.sign(with(good, "consumer", map[string]string{"ID": testConsumer.ISO6523()})),
		},
		"other key": {
			reason: "another key signed it",
			token:  signToken(jwt.SigningMethodRS256, a.kid, good, ourKey()), want: ClassTokenMismatch,
		},
		"PS256": {
			reason: "not among the algorithms",
			token:  signToken(jwt.SigningMethodPS256, a.kid, good, issuerKey()), want: ClassTokenMismatch,
		},
		"HS256 with our key": {
			reason: "a public key must not serve as password",
			token:  signToken(jwt.SigningMethodHS256, a.kid, good, []byte("x")), want: ClassTokenMismatch,
		},
		"none": {
			reason: "it is not signed",
			token:  signToken(jwt.SigningMethodNone, a.kid, good, jwt.UnsafeAllowNoneSignatureType), want: ClassTokenMismatch,
		},
		"unknown alg": {
			reason: "an unknown algorithm",
			token: strings.Join([]string{segment(`{"alg":"XY1","kid":"issuer-1"}`), segment("{}"), "c2ln"},
				"."), want: ClassTokenMismatch,
		},
		"no alg": {
			reason: "no algorithm at all",
			token:  strings.Join([]string{segment(`{"kid":"issuer-1"}`), segment("{}"), "c2ln"}, "."), want: ClassTokenMismatch,
		},
		"no kid": {
			reason: "no key of the issuer's is named",
			token:  signToken(jwt.SigningMethodRS256, "", good, issuerKey()), want: ClassTokenMismatch,
		},
		"changed": {
			reason: "the claims are not those that were signed", token: changed(a.sign(good)),
			want: ClassTokenMismatch,
		},
		"half": {
			reason: "an answer that was cut",
			token:  strings.Join(strings.Split(a.sign(good), ".")[:2], "."), want: ClassBadResponse,
		},
		"no base64": {reason: "not a JWT", token: "a.!.c", want: ClassBadResponse},
		"no JSON": {
			reason: "not a JWT", token: segment("x") + "." + segment("y") + ".c2ln",
			want: ClassBadResponse,
		},
		"claims of no kind": {
			reason: "claims of another shape", token: a.sign(with(good, "consumer", "0192:314240979")),
			want: ClassBadResponse,
		},
		"other issuer": {
			reason: "another environment",
			token:  a.sign(with(good, "iss", "https://test.maskinporten.no/")), want: ClassTokenMismatch,
		},
		"issuer, no slash": {
			reason: "the slash is part of it",
			token:  a.sign(with(good, "iss", strings.TrimSuffix(a.issuer(), "/"))), want: ClassTokenMismatch,
		},
		"no issuer": {reason: "no issuer", token: a.sign(without(good, "iss")), want: ClassTokenMismatch},
		"other scope": {
			reason: "a right that was not asked for", token: a.sign(with(good, "scope", "nav:other")),
			want: ClassTokenMismatch,
		},
		"more scopes": {
			reason: "the APIs refuse it", token: a.sign(with(good, "scope", testScope+" nav:other")),
			want: ClassTokenMismatch,
		},
		"no scope": {
			reason: "a token for nothing", token: a.sign(without(good, "scope")),
			want: ClassTokenMismatch,
		},
		"other consumer": {
			reason: "another customer's data",
			token:  a.sign(with(good, "consumer", party("0192:991825827"))), want: ClassTokenMismatch,
		},
		"consumer is us": {
			reason: "the scope is open to all: this proves no delegation",
			token:  a.sign(with(good, "consumer", party(testSupplier.ISO6523()))), want: ClassTokenMismatch,
		},
		"no consumer": {reason: "no owner", token: a.sign(without(good, "consumer")), want: ClassTokenMismatch},
		"sub-unit": {
			reason: "a part of the customer",
			token:  a.sign(with(good, "consumer", party(testConsumer.ISO6523()+":ER//987464291:1"))), want: ClassTokenMismatch,
		},
		"other scheme": {
			reason: "a number of another register",
			token:  a.sign(with(good, "consumer", party("0007:314240979"))), want: ClassTokenMismatch,
		},
		"no supplier":   {reason: "no supplier", token: a.sign(without(good, "supplier")), want: ClassTokenMismatch},
		"null supplier": {reason: "no supplier", token: a.sign(with(good, "supplier", nil)), want: ClassTokenMismatch},
		"other supplier": {
			reason: "another supplier", token: a.sign(with(good, "supplier", party("0192:991825827"))),
			want: ClassTokenMismatch,
		},
		"no exp":         {reason: "a token for ever", token: a.sign(without(good, "exp")), want: ClassTokenMismatch},
		"exp before iat": {reason: "a token for no time", token: a.sign(times(0, 0)), want: ClassTokenMismatch},
		"long expired": {
			reason: "a token from yesterday", token: a.sign(times(-24*time.Hour, -23*time.Hour)),
			want: ClassTokenMismatch,
		},
		"one minute more": {
			reason: "expired for more than a clock explains",
			token:  a.sign(times(-2*time.Minute, -61*time.Second)), want: ClassTokenMismatch,
		},
		"our clock, 60 fast": {
			reason: "a token of 30 s seems to have expired 30 s ago",
			token:  a.sign(times(-time.Minute, -30*time.Second)), want: ClassClockSkewed,
		},
		"our clock, 35 fast": {reason: "within the leeway it is good", token: a.sign(times(-35*time.Second, -5*time.Second))},
		"our clock, 60 slow": {
			reason: "issued in the future, but not by much",
			token:  a.sign(times(time.Minute, 90*time.Second)),
		},
		"our clock, far off": {
			reason: "issued in the future: no token is, so a clock is off",
			token:  a.sign(times(2*time.Minute, 3*time.Minute)), want: ClassClockSkewed,
		},
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

// TestVerifyForOurselves verifies tokens of requests without a consumer.
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
		"good": {reason: "we are our own consumer", claims: claims(testSupplier.ISO6523(), nil)},
		"customer": {
			reason: "a customer was not asked for", claims: claims(testConsumer.ISO6523(), nil),
			want: ClassTokenMismatch,
		},
		"supplier": {
			reason: "the supplier acts for itself",
			claims: claims(testSupplier.ISO6523(), &party{ID: testSupplier.ISO6523()}), want: ClassTokenMismatch,
		},
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
		"answer": {
			reason: "expires_in counts although exp is later", expiresIn: seconds(29), exp: 30 * time.Second,
			want: 29 * time.Second,
		},
		"token": {
			reason: "but no token is good after its exp", expiresIn: seconds(119), exp: 30 * time.Second,
			want: 30 * time.Second,
		},
		"no answer": {reason: "expires_in may be missing", exp: 30 * time.Second, want: 30 * time.Second},
		"endless": {
			reason: "a number that fits no duration", expiresIn: seconds(1 << 62), exp: 30 * time.Second,
			want: 30 * time.Second,
		},
		"endless exp": {
			reason: "a wrong clock of theirs makes no token good for years", exp: 1000 * time.Hour,
			want: 24 * time.Hour,
		},
		"both endless": {
			reason: "nothing is good for longer than a day", expiresIn: seconds(1 << 62), exp: 1000 * time.Hour,
			want: 24 * time.Hour,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := tokenResponse{ExpiresIn: tc.expiresIn}.expiry(testStart, testStart.Add(tc.exp))
			if want := testStart.Add(tc.want); !got.Equal(want) {
				t.Errorf("%s: %s, want %s", tc.reason, got, want)
			}
		})
	}
}

func TestTokenShowsNoSecret(t *testing.T) {
	token := Token{
		AccessToken: "hunter2", Scope: testScope, Consumer: testConsumer, Supplier: testSupplier,
		ExpiresAt: testStart,
	}
	holder := struct{ T *Token }{T: &token}
	encoded, err := json.Marshal([]any{token, holder})
	if err != nil {
		t.Fatal(err)
	}
	var text, structured strings.Builder
	slog.New(slog.NewTextHandler(&text, nil)).Info("Token", "token", token, "holder", holder)
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("Token", "token", &token, "holder", holder)
	shown := []string{string(encoded), text.String(), structured.String(), token.String(), token.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X"} {
		shown = append(shown, fmt.Sprintf(verb, token), fmt.Sprintf(verb, &token), fmt.Sprintf(verb, holder),
			fmt.Sprintf(verb, []any{token}))
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

// changed returns a token with other claims and the old signature.
func changed(token string) string {
	parts := strings.Split(token, ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		panic(err)
	}
	parts[1] = segment(strings.Replace(string(claims), testScope, "nav:other", 1))
	return strings.Join(parts, ".")
}

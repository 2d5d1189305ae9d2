package simulator_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

type refused struct {
	status      int
	err         string
	description string // a part of it
	code        string
}

type errorCase struct {
	reason  string
	arrange func(*world)
	change  claims
	signing signing
	damage  func(assertion string) string
	want    refused
	// name is the simulator's name of the refusal. Default: the code.
	name string
}

const authenticationFailed = "Invalid assertion. Client authentication failed. "

var (
	malformed = refused{
		status: 400, err: "invalid_request", description: "Invalid assertion. Invalid parameter value", code: "MP-011",
	}
	notFound = refused{
		status: 400, err: "invalid_grant", description: authenticationFailed + "Client not found", code: "MP-100",
	}
	wrongAudience = refused{
		status: 400, err: "invalid_grant", description: authenticationFailed + "Invalid JWT claim aud", code: "MP-110",
	}
	badSignature = refused{status: 400, err: "invalid_grant", description: "Invalid JWT signature", code: "MP-124"}
	expired      = refused{status: 400, err: "invalid_grant", description: "JWT is expired", code: "MP-130"}
	wrongScope   = refused{
		status: 400, err: "invalid_scope", description: "Token request contains invalid scopes for client, ",
		code: "MP-200",
	}
	future       = refused{status: 400, err: "invalid_grant", description: "Issue time is after now"}
	undocumented = refused{status: 400, err: "invalid_request", description: "Invalid assertion"}
	ownNumber    = refused{
		status: 400, err: "invalid_request",
		description: "The combination consumer_org in claim and delegation scope on client is invalid", code: "",
	}
	notDelegated = refused{
		status: 403, err: "forbidden",
		description: "Consumer 310330701 has not delegated access to the scope nav:oppfolgingsplan/lps.write " +
			"to supplier 897757222",
		code: "MP-251",
	}
	noCertificate = refused{
		status: 400, err: "invalid_grant", description: "The JWT is signed with an invalid certificate.", code: "MP-120",
	}
)

func systemUser(change ...claims) claims {
	details := claims{
		"type":           "urn:altinn:systemuser",
		"systemuser_org": claims{"authority": "iso6523-actorid-upis", "ID": "0192:" + consumer},
	}
	for _, c := range change {
		maps.Copy(details, c)
	}
	return claims{"consumer_org": nil, "authorization_details": []claims{details}}
}

func errorCases(now int64) map[string]errorCase {
	return map[string]errorCase{
		"LineBreakInGrant": {
			reason: "a typo or line break is MP-011",
			damage: func(a string) string { return a[:40] + "\n" + a[40:] }, want: malformed,
		},
		"NotAJWT": {reason: "no three parts", damage: func(string) string { return "abc" }, want: malformed},
		"ClaimsNotJSON": {
			reason: "unreadable claims",
			damage: func(a string) string { return replacePart(a, 1, "AAAA") }, want: malformed,
		},
		"ClaimsNull": {
			reason: "null is not a set of claims",
			damage: func(a string) string { return replacePart(a, 1, "bnVsbA") }, want: malformed,
		},
		"HeaderNotJSON": {
			reason: "unreadable header",
			damage: func(a string) string { return replacePart(a, 0, "AAAA") }, want: malformed,
		},
		"ImpossibleBase64": {
			reason: "a length that base64 cannot have",
			damage: func(a string) string { return replacePart(a, 0, "A") }, want: malformed,
		},
		"AlgorithmNone": {
			reason: "only RS256, RS384 and RS512",
			damage: func(a string) string { return replacePart(a, 0, "eyJhbGciOiJub25lIn0") }, want: malformed,
		},
		"AlgorithmPS256": {
			reason: "only RS256, RS384 and RS512", signing: signing{algorithm: jose.PS256},
			want: malformed,
		},
		"AlgorithmES256": {
			reason:  "only RS256, RS384 and RS512",
			signing: signing{algorithm: jose.ES256, key: ellipticKey()}, want: malformed,
		},
		"AlgorithmMisspelt": {
			reason: "names in JSON are case-sensitive",
			damage: func(a string) string {
				return replacePart(a, 0,
					encode(claims{"ALG": "RS256", "kid": keyID}))
			}, want: malformed,
		},
		"UnknownCriticalField": {
			reason:  "RFC 7515: what is critical must be understood",
			signing: signing{header: map[string]any{"crit": []string{"x"}, "x": 1}}, want: badSignature,
		},

		"UnknownClient": {reason: "iss is no client", change: claims{"iss": "unknown"}, want: notFound},
		"NoIssuer":      {reason: "iss is required", change: claims{"iss": nil}, want: notFound},
		"IssuerNotText": {reason: "iss is a string", change: claims{"iss": 7}, want: notFound},
		"MissingKeyID": {
			reason: "a client with keys must name one", signing: signing{kid: "-"},
			want: refused{
				status: 400, err: "invalid_grant",
				description: "The client requires pre-registered jwk and no key identifier (kid) provided",
				code:        "",
			}, name: "MissingKeyID",
		},
		"UnknownKeyID": {
			reason: "the key was never registered", signing: signing{kid: "other"},
			want: refused{
				status: 400, err: "invalid_grant",
				description: authenticationFailed + "Unknown key identifier (kid) for client.",
				code:        "",
			}, name: "UnknownKeyID",
		},
		"CertificateText": {
			reason: "x5c must be an array", signing: signing{kid: "-", header: map[string]any{"x5c": "MIIB"}},
			want: refused{status: 400, err: "invalid_grant", description: "Invalid JWT header x5c", code: "MP-123"},
		},
		"CertificateAndKey": {
			reason:  "x5c or kid, never both",
			signing: signing{header: map[string]any{"x5c": []string{"MIIB"}}}, want: malformed,
		},
		"UntrustedCertificate": {
			reason:  "a client without keys authenticates with a certificate; more are TestCertificates' matter",
			arrange: register(func(c *simmaskinporten.Client) { c.JWKS.Keys = nil }),
			signing: signing{kid: "-", header: map[string]any{"x5c": []string{"MIIB"}}}, want: noCertificate,
		},
		"ExpiredKey": {
			reason:  "keys live for a year",
			arrange: register(func(c *simmaskinporten.Client) { c.KeysExpireAt = time.Unix(now, 0) }),
			want: refused{
				status: 400, err: "invalid_grant",
				description: "Invalid assertion. Client authentication failed. Expired key.", code: "MP-121",
			},
		},
		"WrongKey": {
			reason: "signed with another key than the one named", signing: signing{key: strangeKey()},
			want: badSignature,
		},
		"ClaimsReplaced": {
			reason: "the claims are not the ones that were signed", damage: changeConsumer,
			want: badSignature,
		},

		"AudienceIsTokenEndpoint": {
			reason: "the token endpoint is no longer accepted",
			change: claims{"aud": issuer + "token"}, want: wrongAudience,
		},
		"AudienceWithoutSlash": {
			reason: "the slash is part of the issuer",
			change: claims{"aud": strings.TrimSuffix(issuer, "/")}, want: wrongAudience,
		},
		"AudienceIsArray": {
			reason: "a single value is wanted", change: claims{"aud": []string{issuer}},
			want: wrongAudience,
		},
		"NoAudience": {reason: "aud is required", change: claims{"aud": nil}, want: wrongAudience},
		"IssuedElevenAhead": {
			reason: "ten seconds are tolerated, not eleven", change: claims{"iat": now + 11},
			want: future, name: "IssuedInTheFuture",
		},
		"IssuedElevenAgo": {
			reason: "ten seconds are tolerated, not eleven", change: claims{"iat": now - 11},
			want: expired,
		},
		"ExpiresNow":   {reason: "exp must lie ahead", change: claims{"exp": now}, want: expired},
		"LivesTooLong": {reason: "120 seconds are the limit", change: claims{"exp": now + 121}, want: malformed},
		"NoIssueTime":  {reason: "iat is required", change: claims{"iat": nil}, want: malformed},
		"NoExpiry":     {reason: "exp is required", change: claims{"exp": nil}, want: malformed},
		"TimeIsText":   {reason: "a NumericDate is a number", change: claims{"iat": "now"}, want: malformed},
		"JTIIsNumber":  {reason: "a jti is a string", change: claims{"jti": 7}, want: malformed},
		"UndocumentedClaim": {
			reason: "claims that are not documented fail the request", change: claims{"sub": "me"},
			want: undocumented, name: "InvalidAssertion",
		},
		"ResourceIsNumber": {
			reason: "resource is text or an array of it", change: claims{"resource": 7},
			want: malformed,
		},
		"ScopeNotOnClient": {
			reason: "only registered scopes", change: claims{"scope": "altinn:serviceowners/read"},
			want: refused{
				status: 400, err: "invalid_scope", description: wrongScope.description + "altinn:serviceowners/read (",
				code: "MP-200",
			},
		},
		"SecondScopeNotOnClient": {
			reason: "the text names the wrong one only", change: claims{"scope": scope + " nav:b/c"},
			want: refused{
				status: 400, err: "invalid_scope", description: wrongScope.description + "nav:b/c (", code: "MP-200",
			},
		},
		"ScopeRegisteredElsewhere": {
			reason:  "known, but not this client's",
			arrange: withScope(simmaskinporten.Scope{Name: "nav:b/c"}), change: claims{"scope": "nav:b/c"}, want: wrongScope,
		},
		"NoScope":    {reason: "scope is required", change: claims{"scope": nil}, want: malformed},
		"BlankScope": {reason: "scope is required", change: claims{"scope": " "}, want: malformed},
		"WrongIntegrationType": {
			reason:  "an ID-porten client may not ask Maskinporten",
			arrange: register(func(c *simmaskinporten.Client) { c.IntegrationType = "idporten" }),
			want: refused{
				status: 400, err: "invalid_scope", description: "Token request contains scopes not allowed for maskinporten",
				code: "MP-201",
			},
		},

		"NotDelegated": {reason: "the customer has not delegated", want: notDelegated},
		"DelegatedToAnother": {
			reason:  "the delegation is to another supplier",
			arrange: func(w *world) { w.must(w.sim.Maskinporten.Delegate(consumer, "889640782", scope)) }, want: notDelegated,
		},
		"UnknownConsumer": {
			reason: "an unknown organization has delegated nothing",
			change: claims{"consumer_org": "123456785"}, want: refused{
				status: 403, err: "forbidden",
				description: "Consumer 123456785 has not delegated access", code: "MP-251",
			},
		},
		"ConsumerIsNumber": {
			reason: "consumer_org is a string", change: claims{"consumer_org": 310330701},
			want: malformed,
		},
		"ConsumerTooShort":   {reason: "nine digits", change: claims{"consumer_org": "31033070"}, want: malformed},
		"ConsumerCheckDigit": {reason: "modulus 11", change: claims{"consumer_org": "310330702"}, want: malformed},
		"OwnConsumerOrg": {
			reason: "the client's own number is no consumer to act for",
			change: claims{"consumer_org": supplier}, want: ownNumber, name: "OwnConsumerOrg",
		},
		"NoDelegationSource": {
			reason:  "the scope cannot be delegated",
			arrange: withScope(simmaskinporten.Scope{Name: "nav:b/c", AccessibleForAll: true}, "nav:b/c"),
			change:  claims{"scope": "nav:b/c"}, want: ownNumber, name: "OwnConsumerOrg",
		},
		"SupplierNotGranted": {
			reason:  "the scope is for those whom its owner granted it",
			arrange: withScope(simmaskinporten.Scope{Name: "nav:b/c", GrantedTo: []string{"889640782"}}, "nav:b/c"),
			change:  claims{"scope": "nav:b/c", "consumer_org": nil},
			want: refused{
				status: 403, err: "forbidden", description: "Consumer has not been granted access to the scope nav:b/c",
				code: "MP-250",
			},
		},
		"ConsumerNotGranted": {
			reason: "delegated, but the owner of the scope has not granted it to the consumer",
			arrange: func(w *world) {
				withScope(simmaskinporten.Scope{Name: "nav:b/c", GrantedTo: []string{supplier}, DelegationSource: "altinn"},
					"nav:b/c")(w)
				w.must(w.sim.Maskinporten.Delegate(consumer, supplier, "nav:b/c"))
			},
			change: claims{"scope": "nav:b/c"},
			want: refused{
				status: 403, err: "forbidden", description: "Consumer has not been granted access to the scope nav:b/c",
				code: "MP-250",
			},
		},

		"UnknownDetailsType": {
			reason: "only system users", change: systemUser(claims{"type": "urn:altinn:consent"}),
			want: refused{
				status: 400, err: "invalid_authorization_details", description: "Unknown authorization_details type",
				code: "MP-301",
			},
		},
		"UnknownDetailsField": {
			reason: "no other fields", change: systemUser(claims{"colour": "blue"}),
			want: refused{
				status: 400, err: "invalid_authorization_details", description: "Unknown fields in the authorization details",
				code: "MP-302",
			},
		},
		"NoSystemUser": {
			reason: "there is none", change: systemUser(claims{"externalRef": "a"}),
			want: refused{status: 400, err: "invalid_altinn_customer_configuration", description: consumer, code: "MP-303"},
		},
		"DetailsNotAnArray": {
			reason: "an array of one", change: claims{"consumer_org": nil, "authorization_details": "x"},
			want: malformed,
		},
		"DetailsAndConsumer": {
			reason: "one way of acting for others at a time",
			change: claims{"authorization_details": systemUser()["authorization_details"]}, want: malformed,
		},
		"SystemUserNoParty": {reason: "for whom?", change: systemUser(claims{"systemuser_org": nil}), want: malformed},
		"SystemUserPartyNoICD": {
			reason: "the number has a prefix",
			change: systemUser(claims{"systemuser_org": claims{"ID": consumer}}), want: malformed,
		},
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	// These four have no case here: the first two are about the form and not the grant, a replay and certificates have
	// tests of their own.
	reached := map[string]bool{"InvalidRequest": true, "UnsupportedGrantType": true, "MP-012": true, "MP-122": true}
	for name, tc := range errorCases(w.clock.Now().Unix()) {
		if tc.name == "" {
			tc.name = tc.want.code
		}
		reached[tc.name] = true
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			if tc.arrange != nil {
				tc.arrange(w)
			}
			assertion := w.sign(w.claims(tc.change), tc.signing)
			if tc.damage != nil {
				assertion = tc.damage(assertion)
			}
			got := w.mustSend(w.request(assertion))
			checkRefusal(t, tc.reason, tc.want, got)
			diff(t, "counted as", map[string]int{tc.name: 1}, w.sim.Recorder.Report().Counts["token"])
		})
	}
	for _, name := range simmaskinporten.Refusals() {
		if !reached[name] {
			t.Errorf("no case leads to %s", name)
		}
	}
}

var tracePattern = regexp.MustCompile(` \(trace_id: [0-9a-f]{32}\)$`)

func checkRefusal(t *testing.T, reason string, want refused, got reply) {
	t.Helper()
	if got.status != want.status || got.Error != want.err || !strings.Contains(got.Description, want.description) ||
		got.code() != want.code {
		t.Errorf("%s: got %d %s, want %+v", reason, got.status, got.raw, want)
	}
	if !tracePattern.MatchString(got.Description) {
		t.Errorf("%s: %q does not end with a trace id", reason, got.Description)
	}
	if want.code != "" {
		diff(t, reason, issuer+"errors/"+want.code, got.URI)
	}
}

func TestErrorEnvelope(t *testing.T) {
	w := newWorld(t)
	got := w.ask()
	body := tracePattern.ReplaceAll(got.raw, nil)
	envelope := rawJSON(t, body)
	envelope["error_description"] = tracePattern.ReplaceAllString(got.Description, " (trace_id: <32 hex digits>)")
	simulatortest.Golden(t, "error-mp-251", map[string]any{
		"status": got.status, "content-type": got.header.Get("Content-Type"),
		"body": envelope,
	})
	if again := w.ask(); again.Description == got.Description {
		t.Error("two errors have the same trace id")
	}
}

func TestRequestsThatAreNone(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	good := w.sign(w.claims(), signing{})
	bearer := "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
	cases := map[string]struct {
		reason       string
		method, body string
		want         string
	}{
		"Get": {reason: "only POST", method: http.MethodGet, want: "invalid_request"},
		"Put": {
			reason: "only POST", method: http.MethodPut, body: bearer + "&assertion=" + good, want: "invalid_request",
		},
		"Nothing":     {reason: "grant_type is needed", method: http.MethodPost, want: "invalid_request"},
		"NoAssertion": {reason: "assertion is needed", method: http.MethodPost, body: bearer, want: "invalid_request"},
		"EmptyAssertion": {
			reason: "assertion is needed", method: http.MethodPost, body: bearer + "&assertion=", want: "invalid_request",
		},
		"TwoAssertions": {
			reason: "RFC 6749: never twice", method: http.MethodPost, body: bearer + "&assertion=a&assertion=b",
			want: "invalid_request",
		},
		"OtherGrantType": {
			reason: "there is one grant type", method: http.MethodPost,
			body: "grant_type=client_credentials&assertion=" + good,
			want: "unsupported_grant_type",
		},
		"BrokenForm": {reason: "bad escapes", method: http.MethodPost, body: "grant_type=%zz", want: "invalid_request"},
		"FarTooLong": {
			reason: "bodies are bounded", method: http.MethodPost,
			body: bearer + "&assertion=" + strings.Repeat("A", 65<<10),
			want: "invalid_request",
		},
		"SemicolonsSeparated": {
			reason: "Go's parser refuses them", method: http.MethodPost, body: bearer + ";assertion=" + good,
			want: "invalid_request",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.t = t
			request, err := http.NewRequestWithContext(t.Context(), tc.method, w.maskinporten.URL+"/token",
				strings.NewReader(tc.body))
			w.must(err)
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got := w.mustSend(request)
			if got.status != http.StatusBadRequest || got.Error != tc.want {
				t.Errorf("%s: got %d %s, want 400 %s", tc.reason, got.status, got.raw, tc.want)
			}
		})
	}
	w.t = t
	w.token(w.mustSend(w.request(good))) // none of them used the grant
}

func register(change func(*simmaskinporten.Client)) func(*world) {
	return func(w *world) { w.must(w.sim.Maskinporten.RegisterClient(client(change))) }
}

func withScope(s simmaskinporten.Scope, onClient ...string) func(*world) {
	return func(w *world) {
		s.TokenLifetime = simwire.Duration(time.Minute)
		w.must(w.sim.Maskinporten.RegisterScope(s))
		register(func(c *simmaskinporten.Client) { c.Scopes = append(c.Scopes, onClient...) })(w)
	}
}

func replacePart(assertion string, index int, with string) string {
	parts := strings.Split(assertion, ".")
	parts[index] = with
	return strings.Join(parts, ".")
}

// changeConsumer changes the consumer of a signed grant.
func changeConsumer(assertion string) string {
	changed := part(assertion, 1)
	changed["consumer_org"] = "314240979"
	return replacePart(assertion, 1, encode(changed))
}

func ellipticKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func rawJSON(t testing.TB, text []byte) map[string]any {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return document
}

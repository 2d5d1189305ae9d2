package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const verifyIntegration = "/api/v1/followupplan/verify-integration"

// navRequest sends NAV a request to verify the integration, with these Authorization headers.
func (w *world) navRequest(authorization ...string) *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.nav.URL+verifyIntegration, http.NoBody)
	w.must(err)
	for _, value := range authorization {
		request.Header.Add("Authorization", value)
	}
	return request
}

func (w *world) askNAV(token string) reply {
	w.t.Helper()
	return w.mustSend(w.navRequest("Bearer " + token))
}

// tokenClaims are those of a good access token.
func (w *world) tokenClaims(changes ...claims) claims {
	now := w.clock.Now().Unix()
	good := claims{
		"aud": nil, "consumer_org": nil, "iss": issuer, "iat": now, "exp": now + 30,
		"consumer": claims{"authority": "iso6523-actorid-upis", "ID": "0192:" + consumer},
	}
	return w.claims(append([]claims{good}, changes...)...)
}

// forge has Maskinporten sign an access token with arbitrary claims.
func (w *world) forge(changes ...claims) string {
	w.t.Helper()
	token, err := w.sim.Maskinporten.Tokens.Sign(w.tokenClaims(changes...))
	w.must(err)
	return token
}

func checkUp(t *testing.T, reason string, got reply) {
	t.Helper()
	diff(t, reason, []any{200, "text/plain; charset=UTF-8", "Integration is up and running"},
		[]any{got.status, got.header.Get("Content-Type"), string(got.raw)})
}

func TestVerifyIntegration(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	first := w.ask().AccessToken
	checkUp(t, "a delegated token", w.askNAV(first))
	checkUp(t, "a token is good more than once", w.askNAV(first))
	checkUp(t, "NAV does not see that a token is the supplier's own",
		w.askNAV(w.ask(claims{"consumer_org": nil}).AccessToken))
	checkUp(t, "the audience is not looked at", w.askNAV(w.ask(claims{"resource": "https://other.example"}).AccessToken))
	diff(t, "counted", map[string]int{"OK": 4}, w.sim.Recorder.Report().Counts["nav"])
	calls := w.sim.Recorder.Report().RecentCalls
	diff(t, "remembered with the consumer of the token", []simwire.Call{
		{Time: w.clock.Now(), Endpoint: "nav", Organization: consumer, Status: 200, Outcome: "OK"},
		{Time: w.clock.Now(), Endpoint: "nav", Organization: supplier, Status: 200, Outcome: "OK"},
	}, calls[1:3])

	w.must(w.sim.Maskinporten.Tokens.Rotate())
	checkUp(t, "the key before is still published", w.askNAV(first))
	w.must(w.sim.Maskinporten.Tokens.Rotate())
	diff(t, "no longer after one more rotation", 401, w.askNAV(first).status)
	w.must(w.sim.Maskinporten.Withdraw(consumer, supplier, scope))
	checkUp(t, "NAV hears nothing of withdrawn delegations", w.askNAV(w.forge()))
}

type navCase struct {
	reason string
	// One of these makes the Authorization headers: claims that Maskinporten signs, a fault of Maskinporten's, or a
	// function.
	change  claims
	faults  simmaskinporten.AnswerFaults
	headers func(w *world) []string
	// message is what NAV says. Default: that authentication failed.
	message string
	want    string // the outcome
}

const (
	checkYourToken = "Authentication failed. Please check your token"
	noIssueTime    = "Missing iat-claim in JWT"
	noTime         = "Missing exp or iat-claim in JWT"
)

func navCases(now int64) map[string]navCase {
	verbatim := func(headers ...string) func(*world) []string {
		return func(*world) []string { return headers }
	}
	// prefixed is a good token after the prefix.
	prefixed := func(prefix string) func(*world) []string {
		return func(w *world) []string { return []string{prefix + w.forge()} }
	}
	bearer := func(token func(w *world) string) func(*world) []string {
		return func(w *world) []string { return []string{"Bearer " + token(w)} }
	}
	return map[string]navCase{
		"NoHeader":         {reason: "a token is needed", headers: verbatim(), want: "NoToken"},
		"EmptyHeader":      {reason: "a token is needed", headers: verbatim(""), want: "NoToken"},
		"NothingButScheme": {reason: "a token is needed", headers: verbatim("Bearer "), want: "NoToken"},
		"OtherScheme":      {reason: "the scheme is Bearer", headers: prefixed("Basic "), want: "NoToken"},
		"LowerCaseScheme":  {reason: "NAV takes the scheme to the letter", headers: prefixed("bearer "), want: "NoToken"},
		"NoScheme":         {reason: "the scheme is Bearer", headers: prefixed(""), want: "NoToken"},
		"TwoSpaces":        {reason: "NAV takes the scheme to the letter", headers: prefixed("Bearer  "), want: "NoToken"},
		"TwoHeaders": {
			reason:  "ambiguous",
			headers: func(w *world) []string { return []string{"Bearer " + w.forge(), "Bearer " + w.forge()} }, want: "NoToken",
		},

		"NotThreeParts": {reason: "a JWT is wanted", headers: verbatim("Bearer abc"), want: "NotAJWT"},
		"ClaimsArray": {
			reason:  "claims are an object",
			headers: bearer(func(w *world) string { return replacePart(w.forge(), 1, "W10") }), want: "NotAJWT",
		},
		"ClaimsNull": {
			reason:  "claims are an object",
			headers: bearer(func(w *world) string { return replacePart(w.forge(), 1, "bnVsbA") }), want: "NotAJWT",
		},
		"NoPayload": {
			reason:  "claims are in the token",
			headers: bearer(func(w *world) string { return replacePart(w.forge(), 1, "") }), want: "NotAJWT",
		},
		"AlgorithmNone": {
			reason:  "only what Maskinporten signs with",
			headers: bearer(func(w *world) string { return replacePart(w.forge(), 0, "eyJhbGciOiJub25lIn0") }), want: "NotAJWT",
		},
		"OtherAlgorithm": {
			reason: "only what Maskinporten signs with", want: "NotAJWT",
			headers: bearer(func(w *world) string { return w.sign(w.tokenClaims(), signing{algorithm: "RS512"}) }),
		},
		"ExpiryIsText":    {reason: "a time that is none cannot be read", change: claims{"exp": "soon"}, want: "NotAJWT"},
		"IssueTimeIsText": {reason: "a time that is none cannot be read", change: claims{"iat": "now"}, want: "NotAJWT"},

		"ForeignKey": {
			reason: "the key is not published", faults: simmaskinporten.AnswerFaults{UnknownSigningKey: true},
			want: "BadSignature",
		},
		"GrantAsToken": {
			reason:  "a client's own signature opens nothing",
			headers: bearer(func(w *world) string { return w.sign(w.tokenClaims(), signing{}) }), want: "BadSignature",
		},
		"NoKeyID": {
			reason:  "the key must be named",
			headers: bearer(func(w *world) string { return w.sign(w.tokenClaims(), signing{kid: "-"}) }), want: "BadSignature",
		},
		"NameOfOurKey": {
			reason: "signed with another key than it names", headers: bearer(stolenKeyID),
			want: "BadSignature",
		},
		"ClaimsReplaced": {
			reason:  "the claims are not the ones that were signed",
			headers: bearer(func(w *world) string { return changeConsumer(w.forge()) }), want: "BadSignature",
		},

		"WrongIssuer": {
			reason: "only Maskinporten's tokens", faults: simmaskinporten.AnswerFaults{WrongIssuer: true},
			want: "WrongIssuer",
		},
		"IssuerNoSlash": {
			reason: "the slash is part of the issuer", change: claims{"iss": strings.TrimSuffix(issuer, "/")},
			want: "WrongIssuer",
		},
		"NoIssuer": {reason: "only Maskinporten's tokens", change: claims{"iss": nil}, want: "WrongIssuer"},
		"Expired": {
			reason: "its time is over", faults: simmaskinporten.AnswerFaults{ExpiredTokens: true},
			want: "ExpiredToken",
		},
		"ExpiresNow": {reason: "exp must lie ahead", change: claims{"exp": now}, want: "ExpiredToken"},
		"NoExpiry":   {reason: "exp is required", change: claims{"exp": nil}, message: noIssueTime, want: "NoExpiry"},
		"NullExpiry": {
			reason: "null says nothing", change: claims{"exp": json.RawMessage("null")}, message: noIssueTime,
			want: "NoExpiry",
		},
		"NoIssueTime": {reason: "iat is required", change: claims{"iat": nil}, message: noTime, want: "NoIssueTime"},
		"NeitherTime": {
			reason: "exp is looked at first", change: claims{"exp": nil, "iat": nil}, message: noIssueTime,
			want: "NoExpiry",
		},
		"TwoScopes": {
			reason: "one scope and no other", faults: simmaskinporten.AnswerFaults{TwoScopes: true},
			message: "Invalid scope in JWT", want: "WrongScope",
		},
		"OtherScope": {
			reason: "one scope and no other", change: claims{"scope": "nav:helseytelser/sykepenger"},
			message: "Invalid scope in JWT", want: "WrongScope",
		},
		"NoScope": {
			reason: "one scope and no other", change: claims{"scope": nil}, message: "Invalid scope in JWT",
			want: "WrongScope",
		},
		"ScopeIsArray": {
			reason: "a scope is text", change: claims{"scope": []string{scope}},
			message: "Invalid scope in JWT", want: "WrongScope",
		},
		"NoConsumer": {
			reason: "whose plan is it?", change: claims{"consumer": nil},
			message: "Missing consumer claim in JWT", want: "NoConsumer",
		},
		"ConsumerIsText": {
			reason: "a consumer is an object", change: claims{"consumer": "0192:" + consumer},
			message: "Missing consumer claim in JWT", want: "NoConsumer",
		},

		"SignatureBeforeIssuer": {
			reason:  "nothing in a token is believed before its signature",
			headers: bearer(func(w *world) string { return w.sign(w.tokenClaims(claims{"iss": "x"}), signing{}) }),
			want:    "BadSignature",
		},
		"IssuerBeforeExpiry": {
			reason: "the verifier's order", change: claims{"iss": "x", "exp": now - 1},
			want: "WrongIssuer",
		},
		"ExpiryBeforeTimes": {
			reason: "the verifier comes first", change: claims{"exp": now - 1, "iat": nil},
			want: "ExpiredToken",
		},
		"TimesBeforeScope": {
			reason: "NAV's order", change: claims{"iat": nil, "scope": "x"}, message: noTime,
			want: "NoIssueTime",
		},
		"ScopeBeforeConsumer": {
			reason: "NAV's order", change: claims{"scope": "x", "consumer": nil},
			message: "Invalid scope in JWT", want: "WrongScope",
		},
	}
}

// stolenKeyID signs with an unknown key and names the published one.
func stolenKeyID(w *world) string {
	kid, _ := part(w.forge(), 0)["kid"].(string)
	return w.sign(w.tokenClaims(), signing{key: strangeKey(), kid: kid})
}

// authorization returns the headers of the case.
func (tc navCase) authorization(w *world) []string {
	switch {
	case tc.headers != nil:
		return tc.headers(w)
	case tc.change != nil:
		return []string{"Bearer " + w.forge(tc.change)}
	}
	w.setFaults(answerFaults(tc.faults))
	return []string{"Bearer " + w.ask().AccessToken}
}

func TestNAVRefusals(t *testing.T) {
	w := newWorld(t)
	for name, tc := range navCases(w.clock.Now().Unix()) {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.delegate(consumer)
			if tc.message == "" {
				tc.message = checkYourToken
			}
			got := w.mustSend(w.navRequest(tc.authorization(w)...))
			checkNAVError(t, tc.reason, tc.message, got)
			diff(t, "counted as", map[string]int{tc.want: 1}, w.sim.Recorder.Report().Counts["nav"])
		})
	}
}

func checkNAVError(t *testing.T, reason, message string, got reply) {
	t.Helper()
	body := fmt.Sprintf(`{"status":{"value":401,"description":"Unauthorized"},"type":"AUTHENTICATION_ERROR","message":%q}`,
		message)
	diff(t, reason, []any{401, "application/json", body},
		[]any{got.status, got.header.Get("Content-Type"), string(got.raw)})
	if _, has := got.header["Www-Authenticate"]; has {
		t.Error("NAV sends no WWW-Authenticate")
	}
}

func TestTokensExpire(t *testing.T) {
	w := newWorld(t)
	w.delegate(consumer)
	token := w.ask().AccessToken
	w.clock.Step(29 * time.Second)
	checkUp(t, "the last second", w.askNAV(token))
	w.clock.Step(time.Second)
	checkNAVError(t, "half a minute is over", checkYourToken, w.askNAV(token))
}

// TestClockOfNAV verifies that a wrong clock of Maskinporten does not change NAV's clock.
func TestClockOfNAV(t *testing.T) {
	w := newWorld(t)
	w.setFaults(simulator.Faults{Faults: simmaskinporten.Faults{ClockOffset: simwire.Duration(time.Hour)}})
	got := w.askNAV(w.forge())
	checkUp(t, "not expired by NAV's clock", got)
	diff(t, "the Date header", w.clock.Now().Format(http.TimeFormat), got.header.Get("Date"))
}

func TestNAVCallID(t *testing.T) {
	w := newWorld(t)
	generated := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	for name, path := range map[string]string{"Refused": verifyIntegration, "NotFound": "/nothing"} {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			request := w.navRequest()
			request.URL.Path = path
			id := w.mustSend(request).header.Get("Nav-Call-Id")
			if !generated.MatchString(id) || id == w.mustSend(request).header.Get("Nav-Call-Id") {
				t.Errorf("got %q, want a new UUID each time", id)
			}
			request.Header.Set("Nav-Call-Id", "what-we-call-it")
			diff(t, "the caller's own comes back", "what-we-call-it", w.mustSend(request).header.Get("Nav-Call-Id"))
		})
	}
	w.t = t
	request := w.navRequest("Bearer " + w.forge())
	request.Header.Set("Nav-Call-Id", "good")
	diff(t, "on a good response, too", "good", w.mustSend(request).header.Get("Nav-Call-Id"))
	w.setFaults(simulator.Faults{NAV: simwire.Faults{Outage: simwire.OutageBadGateway}})
	diff(t, "a gateway knows nothing of it", "", w.mustSend(request).header.Get("Nav-Call-Id"))
}

func TestNAVPaths(t *testing.T) {
	w := newWorld(t)
	cases := map[string]struct {
		reason       string
		method, path string
		want         int
		outcome      string
	}{
		"Root": {reason: "there is nothing", method: http.MethodGet, path: "/", want: 404, outcome: "NotFound"},
		"PlansAreSent": {
			reason: "there is no list of plans", method: http.MethodGet, path: "/api/v1/followupplan", want: 405,
			outcome: "MethodNotAllowed",
		},
		"TrailingSlash": {
			reason: "another path", method: http.MethodGet, path: verifyIntegration + "/", want: 404, outcome: "NotFound",
		},
		"DoubleSlash": {
			reason: "another path, and no redirect", method: http.MethodGet, path: "/" + verifyIntegration, want: 404,
			outcome: "NotFound",
		},
		"UpperCase": {
			reason: "another path", method: http.MethodGet, path: strings.ToUpper(verifyIntegration), want: 404,
			outcome: "NotFound",
		},
		"Post": {
			reason: "it is read", method: http.MethodPost, path: verifyIntegration, want: 405, outcome: "MethodNotAllowed",
		},
		"Head": {
			reason: "ktor serves GET only", method: http.MethodHead, path: verifyIntegration, want: 405,
			outcome: "MethodNotAllowed",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			request := w.navRequest("Bearer " + w.forge())
			request.Method, request.URL.Path = tc.method, tc.path
			got := w.mustSend(request)
			diff(t, tc.reason, []any{tc.want, "", ""}, []any{got.status, string(got.raw), got.header.Get("Content-Type")})
			diff(t, "counted as", map[string]int{tc.outcome: 1}, w.sim.Recorder.Report().Counts["nav"])
		})
	}
}

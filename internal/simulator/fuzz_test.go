package simulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// serve sends a request to the handlers without a network.
func (w *world) serve(sim *simulator.World, request *http.Request) string {
	return serveWith(sim.Maskinporten.Handler(), request).Body.String()
}

func serveWith(handler http.Handler, request *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func (w *world) document(sim *simulator.World, path string) map[string]any {
	w.t.Helper()
	return rawJSON(w.t, []byte(w.serve(sim, httptest.NewRequest(http.MethodGet, path, http.NoBody))))
}

// fuzzed is a simulator whose handlers the fuzz targets call directly.
func fuzzed(f *testing.F) (*world, *simulator.World) {
	f.Helper()
	w := &world{t: f, clock: simulatortest.NewClock()}
	sim, err := simulator.New(simulator.Options{Issuer: issuer, Now: w.clock.Now})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = sim.Close() })
	if err := sim.Maskinporten.RegisterClient(client()); err != nil {
		f.Fatal(err)
	}
	if err := sim.Maskinporten.Delegate(consumer, supplier, scope); err != nil {
		f.Fatal(err)
	}
	w.sim = sim
	return w, sim
}

// forgetGrants forgets the used grants, so that equal inputs have equal effects. The simulator's clock stands still, so
// they would never expire, and the fuzzer could not learn from its inputs.
func (w *world) forgetGrants(t *testing.T) {
	t.Helper()
	w.clock.Step(time.Hour)
	offset := simwire.Duration(time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC).Sub(w.clock.Now()))
	if err := w.sim.SetFaults(simulator.Faults{Faults: simmaskinporten.Faults{ClockOffset: offset}}); err != nil {
		t.Fatal(err)
	}
}

// checkResponse fails unless the response is a token, or an error that a client can read. A simulator without faults
// never fails.
func checkResponse(t *testing.T, recorder *httptest.ResponseRecorder) {
	t.Helper()
	var body reply
	if err := json.Unmarshal(recorder.Body.Bytes(), &body); err != nil {
		t.Fatalf("answered %d %q: %v", recorder.Code, recorder.Body, err)
	}
	switch recorder.Code {
	case http.StatusOK:
		if body.AccessToken == "" {
			t.Error("a good response without a token")
		}
	case http.StatusBadRequest, http.StatusForbidden:
		if body.Error == "" || body.Description == "" {
			t.Errorf("an error without its fields: %s", recorder.Body)
		}
	default:
		t.Errorf("answered %d", recorder.Code)
	}
}

// FuzzTokenRequest sends arbitrary requests to the token endpoint.
func FuzzTokenRequest(f *testing.F) {
	w, sim := fuzzed(f)
	good := w.sign(w.claims(), signing{})
	bearer := "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
	f.Add("POST", "", bearer+good)
	f.Add("POST", bearer+good, "")
	f.Add("POST", "", bearer+"e30.e30.e30")
	f.Add("POST", "", bearer+replacePart(good, 0, "eyJhbGciOiJSUzI1NiIsIng1YyI6W119"))
	f.Add("GET", "", "")
	f.Add("POST", "%zz", "a=%zz;")
	f.Fuzz(func(t *testing.T, method, query, body string) {
		w.forgetGrants(t)
		request := httptest.NewRequest(http.MethodPost, "/token", strings.NewReader(body))
		request.Method, request.URL.RawQuery = method, query
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		recorder := httptest.NewRecorder()
		sim.Maskinporten.Handler().ServeHTTP(recorder, request)
		checkResponse(t, recorder)
	})
}

// FuzzSignedClaims signs arbitrary claims, to reach the checks after the signature. Each signature covers other paths,
// which the fuzzer mistakes for discoveries: run it with -fuzzminimizetime 10x.
func FuzzSignedClaims(f *testing.F) {
	w, sim := fuzzed(f)
	for _, change := range []claims{
		{},
		{"consumer_org": 7},
		{"scope": " "},
		{"resource": []string{"a"}},
		{"jti": nil},
		{"exp": 1e300},
		systemUser(),
		{"consumer_org": nil, "authorization_details": []any{nil}},
	} {
		payload, err := json.Marshal(w.claims(change))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		w.forgetGrants(t)
		signer := &world{t: t}
		form := "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
			signer.signPayload(payload, signing{})
		request := httptest.NewRequest(http.MethodPost, "/token", strings.NewReader(form))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		recorder := httptest.NewRecorder()
		sim.Maskinporten.Handler().ServeHTTP(recorder, request)
		checkResponse(t, recorder)
	})
}

// checkService fails unless the response is good, or an error in the form of the endpoint.
func checkService(t *testing.T, recorder *httptest.ResponseRecorder) {
	t.Helper()
	switch recorder.Code {
	case http.StatusOK:
	case http.StatusUnauthorized:
		if !json.Valid(recorder.Body.Bytes()) {
			t.Errorf("an error that is not JSON: %q", recorder.Body)
		}
	default:
		t.Errorf("answered %d %q", recorder.Code, recorder.Body)
	}
}

// FuzzAuthorization sends arbitrary bearer tokens. Only the two good tokens may be accepted. The signed one may have
// another last character, because some of its bits are not used. Run it as FuzzSignedClaims.
func FuzzAuthorization(f *testing.F) {
	w, sim := fuzzed(f)
	w.registerTenant(tenant, consumer, tenantToken)
	good := "Bearer " + w.forge()
	for _, seed := range []string{
		good, "Bearer " + tenantToken, "", "Bearer", "Bearer ", "bearer x", "Basic eDp5", "Bearer a.b.c",
		"Bearer e30.e30.e30", "Bearer ..",
		"Bearer " + replacePart(good[len("Bearer "):], 1, "W10"), "Bearer " + replacePart(good[len("Bearer "):], 0, "e30"),
	} {
		f.Add(seed, "an id")
	}
	f.Fuzz(func(t *testing.T, authorization, callID string) {
		for path, endpoint := range map[string]struct {
			handler http.Handler
			good    string
			unused  int // characters
		}{
			verifyIntegration:        {handler: sim.NAVPlans.Handler(), good: good, unused: 1},
			"/tiger/v1/organization": {handler: sim.HRM.Handler(), good: "Bearer " + tenantToken},
		} {
			request := httptest.NewRequest(http.MethodGet, path, http.NoBody)
			request.Header.Set("Authorization", authorization)
			request.Header.Set("Nav-Call-Id", callID)
			recorder := serveWith(endpoint.handler, request)
			checkService(t, recorder)
			nearlyGood := len(authorization) == len(endpoint.good) &&
				strings.HasPrefix(authorization, endpoint.good[:len(endpoint.good)-endpoint.unused])
			accepted := recorder.Code == http.StatusOK
			if accepted && !nearlyGood || !accepted && authorization == endpoint.good {
				t.Errorf("%s answered %d to %q", path, recorder.Code, authorization)
			}
		}
	})
}

// FuzzAccessToken has Maskinporten sign arbitrary claims, to reach NAV's checks after the signature. Run it as
// FuzzAuthorization.
func FuzzAccessToken(f *testing.F) {
	w, sim := fuzzed(f)
	for _, change := range []claims{
		{},
		{"exp": nil},
		{"iat": "x"},
		{"exp": 1e300},
		{"scope": 7},
		{"consumer": []any{}},
		{"consumer": claims{"ID": 7}},
		{"iss": nil},
	} {
		payload, err := json.Marshal(w.tokenClaims(change))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if !json.Valid(payload) {
			t.Skip("Maskinporten signs JSON")
		}
		token, err := sim.Maskinporten.Tokens.Sign(json.RawMessage(payload))
		if err != nil {
			t.Fatal(err)
		}
		request := httptest.NewRequest(http.MethodGet, verifyIntegration, http.NoBody)
		request.Header.Set("Authorization", "Bearer "+token)
		checkService(t, serveWith(sim.NAVPlans.Handler(), request))
	})
}

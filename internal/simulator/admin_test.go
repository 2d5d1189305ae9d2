package simulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/simulator/admin"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// call sends a request to the admin API and returns status and body.
func (w *world) call(method, path, body string) (int, string) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.admin.URL+path, strings.NewReader(body))
	w.must(err)
	response, err := w.admin.Client().Do(request)
	w.must(err)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	w.must(err)
	if response.StatusCode >= 400 && response.Header.Get("Content-Type") != "application/problem+json" {
		w.t.Errorf("%s %s: an error of type %q", method, path, response.Header.Get("Content-Type"))
	}
	return response.StatusCode, string(raw)
}

func (w *world) mustCall(want int, method, path, body string) string {
	w.t.Helper()
	status, got := w.call(method, path, body)
	if status != want {
		w.t.Fatalf("%s %s: got %d %s, want %d", method, path, status, got, want)
	}
	return got
}

func clientJSON(key any, rest string) string {
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key, KeyID: "k"}}})
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"organizationNumber":"897757222","scopes":["nav:oppfolgingsplan/lps.write"],"jwks":%s%s}`, text,
		rest)
}

// TestAdminFromNothing arranges an empty simulator by the admin API alone, as the demo does, until NAV accepts a token.
func TestAdminFromNothing(t *testing.T) {
	w := newWorld(t)
	w.mustCall(200, http.MethodPut, "/clients/fresh", clientJSON(&strangeKey().PublicKey, ""))
	ask := func() reply {
		return w.mustSend(w.request(w.sign(w.claims(claims{"iss": "fresh"}), signing{key: strangeKey(), kid: "k"})))
	}
	diff(t, "nothing is delegated yet", "MP-251", ask().code())

	delegation := "/delegations/310330701/897757222?scope=nav%3Aoppfolgingsplan%2Flps.write"
	for range 2 { // repeating it changes nothing
		w.mustCall(204, http.MethodPut, delegation, "")
	}
	w.token(ask())
	var delegations []simmaskinporten.Delegation
	w.must(json.Unmarshal([]byte(w.mustCall(200, http.MethodGet, "/delegations", "")), &delegations))
	diff(t, "delegations", []simmaskinporten.Delegation{{
		Consumer: consumer, Supplier: supplier, Scope: scope,
		Created: w.clock.Now(),
	}}, delegations)

	w.mustCall(200, http.MethodPut, "/faults", `{"outage":"ServiceUnavailable"}`)
	diff(t, "faults as set", "{\n  \"outage\": \"ServiceUnavailable\"\n}\n",
		w.mustCall(200, http.MethodGet, "/faults", ""))
	diff(t, "the fault", 503, ask().status)
	w.mustCall(204, http.MethodDelete, "/faults", "")

	kid := part(ask().AccessToken, 0)["kid"]
	w.mustCall(204, http.MethodPost, "/signing-key", "")
	if part(ask().AccessToken, 0)["kid"] == kid {
		t.Error("the signing key is the same after its rotation")
	}

	for range 2 {
		w.mustCall(204, http.MethodDelete, "/delegations/310330701/897757222", "") // the scope is the default one
	}
	diff(t, "withdrawn", "MP-251", ask().code())

	var report simwire.RequestReport
	w.must(json.Unmarshal([]byte(w.mustCall(200, http.MethodGet, "/requests", "")), &report))
	diff(t, "counts", map[string]int{"MP-251": 2, "Issued": 3, "ServiceUnavailable": 1}, report.Counts["token"])
	w.mustCall(204, http.MethodDelete, "/requests", "")
	diff(t, "forgotten", `{"counts":{},"recent":[],"recentCalls":[]}`,
		compact(w.mustCall(200, http.MethodGet, "/requests", "")))
	w.mustCall(200, http.MethodGet, "/healthz", "")
}

func TestAdminScopes(t *testing.T) {
	w := newWorld(t)
	w.mustCall(204, http.MethodPut, "/scopes/nav:b/c", `{"grantedTo":["897757222"],"tokenLifetime":"10m"}`)
	want := `[{"name":"altinn:accessmanagement/authorizedparties","grantedToClients":true,"tokenLifetime":"2m0s"},` +
		`{"name":"altinn:authentication/systemregister.write","grantedToClients":true,"tokenLifetime":"2m0s"},` +
		`{"name":"altinn:authentication/systemuser.request.read","grantedToClients":true,"tokenLifetime":"2m0s"},` +
		`{"name":"altinn:authentication/systemuser.request.write","grantedToClients":true,"tokenLifetime":"2m0s"},` +
		`{"name":"nav:b/c","grantedTo":["897757222"],"tokenLifetime":"10m0s"},` +
		`{"name":"nav:helseytelser/sykepenger","accessibleForAll":true,"tokenLifetime":"10m0s"},` +
		`{"name":"nav:oppfolgingsplan/lps.write","accessibleForAll":true,"delegationSource":"altinn","tokenLifetime":"30s"},` +
		`{"name":"nav:syfo/dokumentporten","accessibleForAll":true,"tokenLifetime":"11m20s"},{"name":"nav:utbetaling/oppgjorsrapporter","accessibleForAll":true,"tokenLifetime":"10m0s"}]`
	diff(t, "scopes", want, compact(w.mustCall(200, http.MethodGet, "/scopes", "")))
}

func TestAdminTenants(t *testing.T) {
	w := newWorld(t)
	diff(t, "none yet", "[]", compact(w.mustCall(200, http.MethodGet, "/hrm/tenants", "")))
	w.mustCall(204, http.MethodPut, "/hrm/tenants/tiger", `{"organizationNumber":"310330701","token":"`+tenantToken+`"}`)
	w.mustCall(204, http.MethodPut, "/hrm/tenants/bear", `{"organizationNumber":"310702641","token":"first"}`)
	w.mustCall(204, http.MethodPut, "/hrm/tenants/bear", `{"organizationNumber":"314240979","token":"second"}`)
	diff(t, "by name, without tokens",
		`[{"name":"bear","organizationNumber":"314240979"},{"name":"tiger","organizationNumber":"310330701"}]`,
		compact(w.mustCall(200, http.MethodGet, "/hrm/tenants", "")))
	checkOrganization(t, "its token opens it", consumer, w.askTenant(tenant, tenantToken))
	diff(t, "a replaced token does not", 401, w.askTenant("bear", "first").status)

	for range 2 { // repeating it changes nothing
		w.mustCall(204, http.MethodDelete, "/hrm/tenants/bear", "")
	}
	diff(t, "removed", 404, w.askTenant("bear", "second").status)
	diff(t, "the others stay", `[{"name":"tiger","organizationNumber":"310330701"}]`,
		compact(w.mustCall(200, http.MethodGet, "/hrm/tenants", "")))

	w.mustCall(200, http.MethodPut, "/faults", `{"hrm":{"outage":"BadGateway"}}`)
	diff(t, "the fault", 502, w.askTenant(tenant, tenantToken).status)
	var report simwire.RequestReport
	w.must(json.Unmarshal([]byte(w.mustCall(200, http.MethodGet, "/requests", "")), &report))
	diff(t, "counts", map[string]int{"OK": 1, "Unauthorized": 1, "UnknownTenant": 1, "BadGateway": 1},
		report.Counts["hrm"])
	diff(t, "the newest is last", simwire.Call{
		Time: w.clock.Now(), Endpoint: "hrm", Operation: "GET /v1/organization", Organization: consumer, Status: 502,
		Outcome: "BadGateway",
	}, report.RecentCalls[3])
}

// TestAdminAltinn tests the parts of the admin API for Altinn that TestSystemUserFromNothing does not use.
func TestAdminAltinn(t *testing.T) {
	w := newWorld(t)
	const body = `{"organizationNumber":"897757222","clientIDs":["a"],"rights":["nav_sykepenger_sykmelding"]}`
	stored := `{"systemID":"897757222_x","organizationNumber":"897757222","name":"x","clientIDs":["a"],"rights":["nav_sykepenger_sykmelding"]}`
	diff(t, "as registered", stored, compact(w.mustCall(200, http.MethodPut, "/altinn/systems/897757222_x", body)))
	diff(t, "listed", "["+stored+"]", compact(w.mustCall(200, http.MethodGet, "/altinn/systems", "")))
	w.mustCall(200, http.MethodPost, "/altinn/system-users", `{"organizationNumber":"310330701","systemID":"897757222_x"}`)
	diff(t, "its rights can be seen", []string{"nav_sykepenger_sykmelding"}, w.sim.Altinn.SystemUsers()[0].Rights)
	diff(t, "no requests", "[]", compact(w.mustCall(200, http.MethodGet, "/altinn/requests", "")))
	for range 2 {
		w.mustCall(204, http.MethodDelete, "/altinn/systems/897757222_x", "")
	}
	diff(t, "gone with its users", "[]", compact(w.mustCall(200, http.MethodGet, "/altinn/system-users", "")))

	w.mustCall(204, http.MethodPut, "/altinn/unknown-organizations/310330701", "")
	diff(t, "unknown", `["310330701"]`, compact(w.mustCall(200, http.MethodGet, "/altinn/unknown-organizations", "")))
	w.mustCall(204, http.MethodDelete, "/altinn/unknown-organizations/310330701", "")
	diff(t, "known", `[]`, compact(w.mustCall(200, http.MethodGet, "/altinn/unknown-organizations", "")))
}

// TestScopesOfAltinnNeedAClient verifies that only a client that lists the scopes of Altinn gets them.
func TestScopesOfAltinnNeedAClient(t *testing.T) {
	w := newWorld(t)
	own := claims{"consumer_org": nil, "scope": requestWrite}
	diff(t, "not on the client", "MP-200", w.ask(own).code())
	w.must(w.sim.Maskinporten.RegisterClient(
		client(func(c *simmaskinporten.Client) { c.Scopes = []string{requestWrite} })))
	got := w.ask(own)
	diff(t, "whose token", "0192:"+supplier, organization(w.token(got), "consumer"))
	diff(t, "lifetime", 119, got.ExpiresIn)
	for _, registered := range w.sim.Maskinporten.Scopes() {
		granted := registered.Name == requestWrite
		diff(t, registered.Name, granted, len(registered.GrantedTo) == 1)
	}
}

func TestAdminClientHasNoPrivateKey(t *testing.T) {
	w := newWorld(t)
	got := w.mustCall(200, http.MethodGet, "/clients/"+clientID, "")
	var registered struct {
		JWKS struct{ Keys []map[string]any } `json:"jwks"`
		simmaskinporten.Client
	}
	w.must(json.Unmarshal([]byte(got), &registered))
	if _, private := registered.JWKS.Keys[0]["d"]; private {
		t.Error("the admin API shows a private key")
	}
	diff(t, "keys work for a year", w.clock.Now().AddDate(1, 0, 0), registered.KeysExpireAt)
	diff(t, "the default type", "maskinporten", registered.IntegrationType)
}

func TestAdminRefuses(t *testing.T) {
	w := newWorld(t)
	public := &clientKey().PublicKey
	cases := map[string]struct {
		method, path, body string
		status             int
		detail             string
	}{
		"UnknownClient": {
			method: http.MethodGet, path: "/clients/unknown", status: 404, detail: `client "unknown" is not registered`,
		},
		"ClientNotJSON": {
			method: http.MethodPut, path: "/clients/a", body: "{", status: 400,
			detail: "reading the JSON body: unexpected EOF",
		},
		"ClientMisspelt": {
			method: http.MethodPut, path: "/clients/a", body: `{"orgNumber":"1"}`, status: 400,
			detail: `unknown field "orgNumber"`,
		},
		"ClientTwice": {
			method: http.MethodPut, path: "/clients/a", body: clientJSON(public, "") + "{}", status: 400,
			detail: "something follows the first value",
		},
		"ClientOtherID": {
			method: http.MethodPut, path: "/clients/a", body: clientJSON(public, `,"clientID":"b"`), status: 400,
			detail: `the body is about client "b", the path about "a"`,
		},
		"PrivateKey": {
			method: http.MethodPut, path: "/clients/a", body: clientJSON(clientKey(), ""), status: 400,
			detail: `key "k" is a private key: register its public part, and consider it lost`,
		},
		"SharedSecret": {
			method: http.MethodPut, path: "/clients/a", body: clientJSON([]byte("secret"), ""), status: 400,
			detail: `key "k" is not an RSA key`,
		},
		"EllipticKey": {
			method: http.MethodPut, path: "/clients/a", body: clientJSON(&ellipticKey().PublicKey, ""), status: 400,
			detail: `key "k" is not an RSA key`,
		},
		"BodyTooLarge": {
			method: http.MethodPut, path: "/clients/a", body: `{"clientID":"` + strings.Repeat("a", 1<<20), status: 400,
			detail: "request body too large",
		},
		"DelegateToItself": {
			method: http.MethodPut, path: "/delegations/897757222/897757222", status: 400,
			detail: "897757222 cannot delegate to itself",
		},
		"DelegateNoNumber": {
			method: http.MethodPut, path: "/delegations/abc/897757222", status: 400,
			detail: `consumer: "abc" is not an organization number: it must have nine digits`,
		},
		"DelegateBadDigit": {
			method: http.MethodPut, path: "/delegations/310330701/897757223", status: 400,
			detail: `supplier: "897757223" is not an organization number: its check digit is wrong`,
		},
		"DelegateNoScope": {
			method: http.MethodPut, path: "/delegations/310330701/897757222?scope=nav:x", status: 400,
			detail: `scope "nav:x" is not registered`,
		},
		"WithdrawNoNumber": {
			method: http.MethodDelete, path: "/delegations/abc/897757222", status: 400, detail: "nine digits",
		},
		"ScopeOtherName": {
			method: http.MethodPut, path: "/scopes/nav:a", body: `{"name":"nav:b"}`, status: 400,
			detail: `the body is about scope "nav:b", the path about "nav:a"`,
		},
		"ScopeBadLifetime": {
			method: http.MethodPut, path: "/scopes/nav:a", body: `{"tokenLifetime":"soon"}`, status: 400,
			detail: `"soon" is not a duration, write it like 500ms, 30s or -1m`,
		},
		"ScopeNoLifetime": {
			method: http.MethodPut, path: "/scopes/nav:a", body: `{"tokenLifetime":""}`, status: 400,
			detail: "token lifetime 0s must be at least 2s",
		},
		"TenantNotJSON": {
			method: http.MethodPut, path: "/hrm/tenants/a", body: "{", status: 400,
			detail: "reading the JSON body: unexpected EOF",
		},
		"TenantMisspelt": {
			method: http.MethodPut, path: "/hrm/tenants/a", body: `{"organisationNumber":"310330701"}`, status: 400,
			detail: `unknown field "organisationNumber"`,
		},
		"TenantBadDigit": {
			method: http.MethodPut, path: "/hrm/tenants/a", body: `{"organizationNumber":"310330702","token":"x"}`,
			status: 400,
			detail: `organization number of the tenant: "310330702" is not an organization number: its check digit is wrong`,
		},
		"TenantNoToken": {
			method: http.MethodPut, path: "/hrm/tenants/a", body: `{"organizationNumber":"310330701"}`, status: 400,
			detail: "a token has 1 to 4096 letters",
		},
		"TenantBadName": {
			method: http.MethodPut, path: "/hrm/tenants/A", body: `{"organizationNumber":"310330701","token":"x"}`,
			status: 400,
			detail: "a tenant's name has 1 to 63",
		},
		"RemoveBadName": {
			method: http.MethodDelete, path: "/hrm/tenants/A", status: 400, detail: "a tenant's name has 1 to 63",
		},
		"UnknownSystem": {
			method: http.MethodGet, path: "/altinn/systems/a", status: 404, detail: `system "a" is not registered`,
		},
		"SystemNotJSON": {
			method: http.MethodPut, path: "/altinn/systems/a", body: "{", status: 400,
			detail: "reading the JSON body: unexpected EOF",
		},
		"SystemOtherID": {
			method: http.MethodPut, path: "/altinn/systems/a", body: `{"systemID":"b"}`, status: 400,
			detail: `the body is about system "b", the path about "a"`,
		},
		"SystemBadID": {
			method: http.MethodPut, path: "/altinn/systems/a", body: `{}`, status: 400,
			detail: "a system id is the vendor's organization number",
		},
		"ApproveNothing": {
			method: http.MethodPost, path: "/altinn/requests/310330701/approve", status: 409,
			detail: "there is no open request of 310330701",
		},
		"UserNotJSON": {
			method: http.MethodPost, path: "/altinn/system-users", body: "{", status: 400,
			detail: "reading the JSON body: unexpected EOF",
		},
		"UserOfNoSystem": {
			method: http.MethodPost, path: "/altinn/system-users",
			body:   `{"organizationNumber":"310330701","systemID":"a"}`,
			status: 400, detail: `system "a" is not registered`,
		},
		"WithdrawNothing": {
			method: http.MethodDelete, path: "/altinn/system-users/310330701", status: 404,
			detail: "there is no system user of 310330701",
		},
		"UnknownBadNumber": {
			method: http.MethodPut, path: "/altinn/unknown-organizations/abc", status: 400, detail: "nine digits",
		},
		"EmploymentReal": {
			method: http.MethodPost, path: "/nav/employments",
			body: `{"employee":"00000000000","mainUnit":"310330701","unit":"315587336"}`, status: 400,
			detail: "the identity number of a synthetic person",
		},
		"EmploymentNotJSON": {
			method: http.MethodPost, path: "/nav/employments", body: "{", status: 400,
			detail: "reading the JSON body: unexpected EOF",
		},
		"SickNoteNoUnit": {
			method: http.MethodPost, path: "/nav/sick-notes",
			body: `{"employee":"01447842099","from":"2026-08-01","to":"2026-08-01"}`, status: 400,
			detail: "receiver of the sick note",
		},
		"AuthorityNotJSON": {
			method: http.MethodPut, path: "/certificate-authorities/a", body: "{", status: 400,
			detail: "reading the JSON body: unexpected EOF",
		},
		"AuthorityNotPEM": {
			method: http.MethodPut, path: "/certificate-authorities/a", body: `{"certificate":"x"}`, status: 400,
			detail: "the certificate is not PEM",
		},
		"FaultMisspelt": {
			method: http.MethodPut, path: "/faults", body: `{"outtage":"BadGateway"}`, status: 400,
			detail: `unknown field "outtage"`,
		},
		"FaultUnknownValue": {
			method: http.MethodPut, path: "/faults", body: `{"outage":"Fire"}`, status: 400,
			detail: `outage "Fire" is unknown, use one of`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w.t = t
			status, body := w.call(tc.method, tc.path, tc.body)
			var problem admin.Problem
			if err := json.Unmarshal([]byte(body), &problem); err != nil {
				t.Fatal(err)
			}
			if status != tc.status || problem.Status != tc.status || problem.Title == "" ||
				!strings.Contains(problem.Detail, tc.detail) {
				t.Errorf("got %d %+v, want %d %q", status, problem, tc.status, tc.detail)
			}
		})
	}
}

func compact(text string) string {
	var document any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		panic(err)
	}
	text = strings.ReplaceAll(text, "\n", "")
	text = strings.ReplaceAll(text, "  ", "")
	return strings.ReplaceAll(text, ": ", ":")
}

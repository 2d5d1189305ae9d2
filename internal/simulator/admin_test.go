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

// call uses the admin API and returns status and body.
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

// TestAdminFromNothing goes the whole way with the admin API alone, as the demo does.
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
	want := `[{"name":"altinn:authentication/systemregister.write","grantedToClients":true,"tokenLifetime":"2m0s"},` +
		`{"name":"altinn:authentication/systemuser.request.read","grantedToClients":true,"tokenLifetime":"2m0s"},` +
		`{"name":"altinn:authentication/systemuser.request.write","grantedToClients":true,"tokenLifetime":"2m0s"},` +
		`{"name":"nav:b/c","grantedTo":["897757222"],"tokenLifetime":"10m0s"},` +
		`{"name":"nav:helseytelser/sykepenger","accessibleForAll":true,"tokenLifetime":"10m0s"},` +
		`{"name":"nav:oppfolgingsplan/lps.write","accessibleForAll":true,"delegationSource":"altinn","tokenLifetime":"30s"}]`
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

// TestAdminAltinn goes through what people arrange in Altinn, as far as TestSystemUserFromNothing does not.
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

// TestScopesOfAltinnNeedAClient shows that a client that lists them has them, and that no other organization's does.
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
		"UnknownClient":  {http.MethodGet, "/clients/unknown", "", 404, `client "unknown" is not registered`},
		"ClientNotJSON":  {http.MethodPut, "/clients/a", "{", 400, "reading the JSON body: unexpected EOF"},
		"ClientMisspelt": {http.MethodPut, "/clients/a", `{"orgNumber":"1"}`, 400, `unknown field "orgNumber"`},
		"ClientTwice": {
			http.MethodPut, "/clients/a", clientJSON(public, "") + "{}", 400,
			"something follows the first value",
		},
		"ClientOtherID": {
			http.MethodPut, "/clients/a", clientJSON(public, `,"clientID":"b"`), 400,
			`the body is about client "b", the path about "a"`,
		},
		"PrivateKey": {
			http.MethodPut, "/clients/a", clientJSON(clientKey(), ""), 400,
			`key "k" is a private key: register its public part, and consider it lost`,
		},
		"SharedSecret": {
			http.MethodPut, "/clients/a", clientJSON([]byte("secret"), ""), 400,
			`key "k" is not an RSA key`,
		},
		"EllipticKey": {
			http.MethodPut, "/clients/a", clientJSON(&ellipticKey().PublicKey, ""), 400,
			`key "k" is not an RSA key`,
		},
		"BodyTooLarge": {
			http.MethodPut, "/clients/a", `{"clientID":"` + strings.Repeat("a", 1<<20), 400,
			"request body too large",
		},
		"DelegateToItself": {
			http.MethodPut, "/delegations/897757222/897757222", "", 400,
			"897757222 cannot delegate to itself",
		},
		"DelegateNoNumber": {
			http.MethodPut, "/delegations/abc/897757222", "", 400,
			`consumer: "abc" is not an organization number: it must have nine digits`,
		},
		"DelegateBadDigit": {
			http.MethodPut, "/delegations/310330701/897757223", "", 400,
			`supplier: "897757223" is not an organization number: its check digit is wrong`,
		},
		"DelegateNoScope": {
			http.MethodPut, "/delegations/310330701/897757222?scope=nav:x", "", 400,
			`scope "nav:x" is not registered`,
		},
		"WithdrawNoNumber": {http.MethodDelete, "/delegations/abc/897757222", "", 400, "nine digits"},
		"ScopeOtherName": {
			http.MethodPut, "/scopes/nav:a", `{"name":"nav:b"}`, 400,
			`the body is about scope "nav:b", the path about "nav:a"`,
		},
		"ScopeBadLifetime": {
			http.MethodPut, "/scopes/nav:a", `{"tokenLifetime":"soon"}`, 400,
			`"soon" is not a duration, write it like 500ms, 30s or -1m`,
		},
		"ScopeNoLifetime": {
			http.MethodPut, "/scopes/nav:a", `{"tokenLifetime":""}`, 400,
			"token lifetime 0s must be at least 2s",
		},
		"TenantNotJSON": {http.MethodPut, "/hrm/tenants/a", "{", 400, "reading the JSON body: unexpected EOF"},
		"TenantMisspelt": {
			http.MethodPut, "/hrm/tenants/a", `{"organisationNumber":"310330701"}`, 400,
			`unknown field "organisationNumber"`,
		},
		"TenantBadDigit": {
			http.MethodPut, "/hrm/tenants/a", `{"organizationNumber":"310330702","token":"x"}`, 400,
			`organization number of the tenant: "310330702" is not an organization number: its check digit is wrong`,
		},
		"TenantNoToken": {
			http.MethodPut, "/hrm/tenants/a", `{"organizationNumber":"310330701"}`, 400,
			"a token has 1 to 4096 letters",
		},
		"TenantBadName": {
			http.MethodPut, "/hrm/tenants/A", `{"organizationNumber":"310330701","token":"x"}`, 400,
			"a tenant's name has 1 to 63",
		},
		"RemoveBadName": {http.MethodDelete, "/hrm/tenants/A", "", 400, "a tenant's name has 1 to 63"},
		"UnknownSystem": {http.MethodGet, "/altinn/systems/a", "", 404, `system "a" is not registered`},
		"SystemNotJSON": {http.MethodPut, "/altinn/systems/a", "{", 400, "reading the JSON body: unexpected EOF"},
		"SystemOtherID": {
			http.MethodPut, "/altinn/systems/a", `{"systemID":"b"}`, 400,
			`the body is about system "b", the path about "a"`,
		},
		"SystemBadID": {
			http.MethodPut, "/altinn/systems/a", `{}`, 400,
			"a system id is the vendor's organization number",
		},
		"ApproveNothing": {
			http.MethodPost, "/altinn/requests/310330701/approve", "", 409,
			"there is no open request of 310330701",
		},
		"UserNotJSON": {http.MethodPost, "/altinn/system-users", "{", 400, "reading the JSON body: unexpected EOF"},
		"UserOfNoSystem": {
			http.MethodPost, "/altinn/system-users", `{"organizationNumber":"310330701","systemID":"a"}`,
			400, `system "a" is not registered`,
		},
		"WithdrawNothing": {
			http.MethodDelete, "/altinn/system-users/310330701", "", 404,
			"there is no system user of 310330701",
		},
		"UnknownBadNumber": {http.MethodPut, "/altinn/unknown-organizations/abc", "", 400, "nine digits"},
		"EmploymentReal": {
			http.MethodPost, "/nav/employments",
			`{"employee":"00000000000","mainUnit":"310330701","unit":"315587336"}`, 400,
			"the identity number of a synthetic person",
		},
		"EmploymentNotJSON": {http.MethodPost, "/nav/employments", "{", 400, "reading the JSON body: unexpected EOF"},
		"SickNoteNoUnit": {
			http.MethodPost, "/nav/sick-notes",
			`{"employee":"01447842099","from":"2026-08-01","to":"2026-08-01"}`, 400, "receiver of the sick note",
		},
		"AuthorityNotJSON": {
			http.MethodPut, "/certificate-authorities/a", "{", 400,
			"reading the JSON body: unexpected EOF",
		},
		"AuthorityNotPEM": {
			http.MethodPut, "/certificate-authorities/a", `{"certificate":"x"}`, 400,
			"the certificate is not PEM",
		},
		"FaultMisspelt":     {http.MethodPut, "/faults", `{"outtage":"BadGateway"}`, 400, `unknown field "outtage"`},
		"FaultUnknownValue": {http.MethodPut, "/faults", `{"outage":"Fire"}`, 400, `outage "Fire" is unknown, use one of`},
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

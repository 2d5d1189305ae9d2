package hrm_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/4human/integration-operator/internal/simulator/admin"
	"github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/simulatortest"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	tenant      = "tiger"
	tenantToken = "aXQncyBhIHNlY3JldA=="
)

func (w *world) registerTenant(name, organizationNumber, token string) {
	w.t.Helper()
	w.must(w.hrm.RegisterTenant(hrm.Tenant{Name: name, OrganizationNumber: organizationNumber}, token))
}

func (w *world) request(path string, authorization ...string) *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.server.URL+path, http.NoBody)
	w.must(err)
	for _, value := range authorization {
		request.Header.Add("Authorization", value)
	}
	return request
}

// askTenant requests the organization of the tenant.
func (w *world) askTenant(name, token string) simulatortest.Reply {
	w.t.Helper()
	return w.send(w.request("/"+name+"/v1/organization", "Bearer "+token))
}

func checkOrganization(t *testing.T, reason, number string, got simulatortest.Reply) {
	t.Helper()
	simulatortest.Diff(t, reason, []any{200, "application/json", `{"organizationNumber":"` + number + `"}`},
		[]any{got.Status, got.Header.Get("Content-Type"), string(got.Raw)})
}

func TestOrganizationOfTenant(t *testing.T) {
	w := newWorld(t)
	w.registerTenant(tenant, consumer, tenantToken)
	w.registerTenant("wolf", "314240979", "another")
	checkOrganization(t, "the tenant's organization", consumer, w.askTenant(tenant, tenantToken))
	checkOrganization(t, "each has its own", "314240979", w.askTenant("wolf", "another"))
	simulatortest.Diff(t, "counted", map[string]int{"OK": 2}, w.recorder.Report().Counts["hrm"])
	simulatortest.Diff(t, "remembered", []wire.Call{
		{
			Time: w.clock.Now(), Endpoint: "hrm", Operation: "GET /v1/organization", Organization: consumer, Status: 200,
			Outcome: "OK",
		},
		{
			Time: w.clock.Now(), Endpoint: "hrm", Operation: "GET /v1/organization", Organization: "314240979", Status: 200,
			Outcome: "OK",
		},
	}, w.recorder.Report().RecentCalls)

	w.registerTenant(tenant, "310702641", "fresh")
	checkOrganization(t, "registering again replaces what it returns", "310702641", w.askTenant(tenant, "fresh"))
	simulatortest.Diff(t, "and its token", 401, w.askTenant(tenant, tenantToken).Status)
	w.must(w.hrm.RemoveTenant(tenant))
	simulatortest.Diff(t, "a tenant that is gone", 404, w.askTenant(tenant, "fresh").Status)
}

func TestRefuses(t *testing.T) {
	const path = "/tiger/v1/organization"
	good := []string{"Bearer " + tenantToken}
	cases := map[string]struct {
		reason  string
		method  string // default: GET
		path    string
		headers []string
		want    int
		outcome string
		about   string // the organization
		asked   string // the path of the contract; default: that of the organization, "-" for none
	}{
		"NoCredentials": {reason: "a token is needed", path: path, want: 401, outcome: "Unauthorized", about: consumer},
		"OtherScheme": {
			reason: "the scheme is Bearer", path: path, headers: []string{"Basic " + tenantToken}, want: 401,
			outcome: "Unauthorized", about: consumer,
		},
		"WrongToken": {
			reason: "the token is wrong", path: path, headers: []string{"Bearer x"}, want: 401,
			outcome: "Unauthorized", about: consumer,
		},
		"TokenOfAnother": {
			reason: "a token is good for its own tenant only", path: path,
			headers: []string{"Bearer another"}, want: 401, outcome: "Unauthorized", about: consumer,
		},
		"TokensBeginning": {
			reason: "the whole token counts", path: path, headers: []string{"Bearer " + tenantToken[:4]},
			want: 401, outcome: "Unauthorized", about: consumer,
		},
		"TwoTokens": {
			reason: "ambiguous", path: path, headers: append(good, good...), want: 401,
			outcome: "Unauthorized", about: consumer,
		},
		"UnknownTenant": {
			reason: "there is no such tenant", path: "/bear/v1/organization", headers: good, want: 404,
			outcome: "UnknownTenant",
		},
		"NoTenant": {
			reason: "there is no such tenant", path: "//v1/organization", headers: good, want: 404,
			outcome: "UnknownTenant",
		},
		"Root": {
			reason: "there is nothing", path: "/", headers: good, want: 404, outcome: "UnknownTenant",
			asked: "-",
		},
		"TenantItself": {
			reason: "there is nothing", path: "/tiger", headers: good, want: 404, outcome: "NotFound",
			about: consumer, asked: "-",
		},
		"TrailingSlash": {
			reason: "another path", path: path + "/", headers: good, want: 404, outcome: "NotFound",
			about: consumer, asked: "-",
		},
		"TwoSlashes": {
			reason: "another path, without a redirect", path: "/tiger//v1/organization", headers: good,
			want: 404, outcome: "NotFound", about: consumer, asked: "-",
		},
		"Dots": {
			reason: "another path", path: "/tiger/v1/x/../organization", headers: good, want: 404,
			outcome: "NotFound", about: consumer, asked: "-",
		},
		"Put": {
			reason: "it is read", method: http.MethodPut, path: path, headers: good, want: 405,
			outcome: "MethodNotAllowed", about: consumer, asked: "-",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.registerTenant(tenant, consumer, tenantToken)
			w.registerTenant("wolf", "314240979", "another")
			request := w.request(tc.path, tc.headers...)
			if tc.method != "" {
				request.Method = tc.method
			}
			checkProblem(t, tc.reason, tc.want, w.send(request))
			asked := strings.TrimPrefix(cmp.Or(tc.asked, "GET /v1/organization"), "-")
			simulatortest.Diff(t, "remembered", []wire.Call{
				{
					Time: w.clock.Now(), Endpoint: "hrm", Operation: asked, Organization: tc.about, Status: tc.want,
					Outcome: tc.outcome,
				},
			}, w.recorder.Report().RecentCalls)
		})
	}
}

func checkProblem(t *testing.T, reason string, status int, got simulatortest.Reply) {
	t.Helper()
	var problem admin.Problem
	if err := json.Unmarshal(got.Raw, &problem); err != nil {
		t.Fatalf("%s: %s: %v", reason, got.Raw, err)
	}
	simulatortest.Diff(t, reason, []any{status, "application/problem+json", status, http.StatusText(status)},
		[]any{got.Status, got.Header.Get("Content-Type"), problem.Status, problem.Title})
	if problem.Detail == "" {
		t.Errorf("%s: a problem without its detail", reason)
	}
	challenge := ""
	if status == http.StatusUnauthorized {
		challenge = "Bearer"
	}
	simulatortest.Diff(t, "the challenge", challenge, got.Header.Get("WWW-Authenticate"))
}

func TestRegisterTenantRefuses(t *testing.T) {
	w := newWorld(t)
	good := hrm.Tenant{Name: tenant, OrganizationNumber: consumer}
	const name = "a tenant's name has 1 to 63 lower-case letters, digits and hyphens"
	for reason, tc := range map[string]struct {
		tenant hrm.Tenant
		token  string
		want   string
	}{
		"no name":   {tenant: hrm.Tenant{OrganizationNumber: consumer}, token: "x", want: name},
		"a capital": {tenant: hrm.Tenant{Name: "Tiger", OrganizationNumber: consumer}, token: "x", want: name},
		"a dot": {
			tenant: hrm.Tenant{Name: "tiger.no", OrganizationNumber: consumer}, token: "x", want: name,
		},
		"a hyphen at end": {tenant: hrm.Tenant{Name: "tiger-", OrganizationNumber: consumer}, token: "x", want: name},
		"64 letters": {
			tenant: hrm.Tenant{Name: strings.Repeat("a", 64), OrganizationNumber: consumer}, token: "x", want: name,
		},
		"a line break": {tenant: hrm.Tenant{Name: "tiger\n", OrganizationNumber: consumer}, token: "x", want: name},
		"no number":    {tenant: hrm.Tenant{Name: tenant}, token: "x", want: "organization number of the tenant: "},
		"no token":     {tenant: good, want: "a token has 1 to 4096 letters"},
		"two words":    {tenant: good, token: "secret words", want: "a token has 1 to 4096 letters"},
		"far too long": {tenant: good, token: strings.Repeat("a", 4097), want: "a token has 1 to 4096 letters"},
	} {
		t.Run(reason, func(t *testing.T) {
			err := w.hrm.RegisterTenant(tc.tenant, tc.token)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: got %v, want %q", reason, err, tc.want)
			}
		})
	}
	simulatortest.Diff(t, "none of them is registered", []hrm.Tenant{}, w.hrm.Tenants())
	w.registerTenant(strings.Repeat("a", 63), consumer, "x")
}

package simulator

import (
	"net/http"
	"strings"
	"time"
)

const endpointHRM = "hrm"

// HRM serves the HRM solution, as far as it is simulated. Its API is the simulator's own; errors are [Problem].
//
//	GET /{tenant}/organization  whose tenant is it? With the tenant's own bearer token
//
// Its tenants are registered by the admin API, or with [Simulator.RegisterTenant].
func (s *Simulator) HRM() http.Handler {
	faultsOf := func(f Faults) EndpointFaults { return f.HRM }
	return s.serveCalls(endpointHRM, faultsOf, func(r *http.Request) serviceCall {
		asked := &hrmCall{method: r.Method}
		name, resource, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		asked.pathKnown = resource == "organization"
		asked.token, _ = bearerToken(r)
		asked.tenant, asked.tenantKnown = s.tenant(name)
		return asked
	})
}

type hrmCall struct {
	method      string
	pathKnown   bool
	token       string
	tenant      tenant
	tenantKnown bool
}

func (c *hrmCall) operation() string { return "" }

func (c *hrmCall) organization() string { return c.tenant.organizationNumber }

// judge tells strangers which tenants there are: this is no place to hide that.
func (c *hrmCall) judge(time.Time) answer {
	switch {
	case !c.pathKnown:
		return problemAnswer(http.StatusNotFound, "NotFound", "There is nothing at this path")
	case c.method != http.MethodGet:
		refused := problemAnswer(http.StatusMethodNotAllowed, "MethodNotAllowed", "An organization can be read, and nothing else")
		refused.header = map[string]string{"Allow": http.MethodGet}
		return refused
	case !c.tenantKnown:
		return problemAnswer(http.StatusNotFound, "UnknownTenant", "There is no such tenant")
	case !c.tenant.hasToken(c.token):
		refused := problemAnswer(http.StatusUnauthorized, "Unauthorized", "The tenant's token is needed, as a bearer token")
		refused.header = map[string]string{"WWW-Authenticate": "Bearer"}
		return refused
	}
	return jsonAnswer(http.StatusOK, "OK", organizationDocument{c.tenant.organizationNumber})
}

type organizationDocument struct {
	OrganizationNumber string `json:"organizationNumber"`
}

func problemAnswer(status int, outcome, detail string) answer {
	problem := jsonAnswer(status, outcome, Problem{Status: status, Title: http.StatusText(status), Detail: detail})
	problem.contentType = contentTypeProblem
	return problem
}

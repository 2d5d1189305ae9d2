package simulator

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const endpointHRM = "hrm"

// HRM serves the HRM solution: for each tenant, below /{tenant}, what the contract for HRM solutions says
// (api/hrm/openapi.yaml), with the tenant's own bearer token. It refuses what the contract does not allow. Its data is on
// disk, see [Options].
//
// Its tenants are registered by the admin API, or with [Simulator.RegisterTenant].
func (s *Simulator) HRM() http.Handler {
	faultsOf := func(f Faults) EndpointFaults { return f.HRM }
	paths := hrmRoutes(&hrmTenant{}) // which are asked for their names only
	return s.serveCalls(endpointHRM, faultsOf, func(r *http.Request) serviceCall {
		return s.readHRMCall(r, paths)
	})
}

// hrmRoutes serves the contract's paths.
func hrmRoutes(t *hrmTenant) *http.ServeMux {
	routes := http.NewServeMux()
	refused := func(status int, detail string) func(http.ResponseWriter, *http.Request, error) {
		return func(w http.ResponseWriter, _ *http.Request, _ error) { writeProblem(w, status, detail) }
	}
	strict := hrmapi.NewStrictHandlerWithOptions(t, nil, hrmapi.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  refused(http.StatusBadRequest, "The body is not what the contract says"),
		ResponseErrorHandlerFunc: refused(http.StatusInternalServerError, "The data cannot be read or written"),
	})
	hrmapi.HandlerWithOptions(strict, hrmapi.StdHTTPServerOptions{
		BaseRouter: routes, ErrorHandlerFunc: refused(http.StatusBadRequest, "The path is not what the contract says"),
	})
	return routes
}

type hrmCall struct {
	sim         *Simulator
	name        string // of the tenant
	tenant      tenant
	tenantKnown bool
	token       string
	request     *http.Request // with the path below the tenant
	pattern     string        // of the contract's paths, "" if it is none of them
	body        hrmBody
}

func (s *Simulator) readHRMCall(r *http.Request, paths *http.ServeMux) serviceCall {
	asked := &hrmCall{sim: s}
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	asked.name = name
	asked.token, _ = bearerToken(r)
	asked.tenant, asked.tenantKnown = s.tenant(name)
	asked.request = r.Clone(context.WithoutCancel(r.Context()))
	asked.request.URL.Path, asked.request.URL.RawPath = "/"+rest, ""
	if path.Clean("/"+rest) == "/"+rest { // net/http would redirect to it, which the contract does not know
		_, asked.pattern = paths.Handler(asked.request)
	}
	asked.body = readHRMBody(r, asked.pattern)
	return asked
}

// operation is the path as the contract has it, with names instead of values.
func (c *hrmCall) operation() string { return c.pattern }

func (c *hrmCall) organization() string { return c.tenant.organizationNumber }

func (c *hrmCall) reference() string { return c.request.Method + " " + c.request.URL.Path }

// judge tells strangers which tenants there are: this is no place to hide that.
func (c *hrmCall) judge(time.Time) answer {
	switch {
	case !c.tenantKnown:
		return problemAnswer(http.StatusNotFound, "UnknownTenant", "There is no such tenant")
	case !c.tenant.hasToken(c.token):
		refused := problemAnswer(http.StatusUnauthorized, "Unauthorized", "The tenant's token is needed, as a bearer token")
		refused.header = map[string]string{"WWW-Authenticate": "Bearer"}
		return refused
	case c.pattern == "":
		return c.noSuchPath()
	}
	if refused, is := c.body.refusal(); is {
		return refused
	}
	store, err := c.sim.hrmStore()
	if err != nil {
		return problemAnswer(http.StatusInternalServerError, "NoStore", "The data cannot be opened")
	}
	c.request.Body = io.NopCloser(bytes.NewReader(c.body.content))
	said := record(hrmRoutes(&hrmTenant{tenant: c.tenant, data: store.Tenant(c.name)}), c.request)
	said.header[hrmapi.ContractHeader] = hrmapi.ContractVersion
	return said
}

// noSuchPath answers as net/http would, as a problem.
func (c *hrmCall) noSuchPath() answer {
	said := record(hrmRoutes(&hrmTenant{}), c.request)
	if said.status != http.StatusMethodNotAllowed {
		return problemAnswer(http.StatusNotFound, "NotFound", "There is nothing at this path")
	}
	refused := problemAnswer(http.StatusMethodNotAllowed, "MethodNotAllowed", "The path knows other methods")
	refused.header = said.header
	return refused
}

// recorder takes down what a handler answers.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

// record gives what a handler answers.
func record(h http.Handler, r *http.Request) answer {
	said := &recorder{header: http.Header{}}
	h.ServeHTTP(said, r)
	a := answer{status: said.status, contentType: said.header.Get("Content-Type"), body: bytes.TrimSpace(said.body.Bytes()), header: map[string]string{}}
	if allow := said.header.Get("Allow"); allow != "" {
		a.header["Allow"] = allow
	}
	a.outcome = "OK"
	if a.status >= http.StatusMultipleChoices {
		a.outcome = strings.ReplaceAll(http.StatusText(a.status), " ", "")
	}
	return a
}

func problemAnswer(status int, outcome, detail string) answer {
	problem := jsonAnswer(status, outcome, Problem{Status: status, Title: http.StatusText(status), Detail: detail})
	problem.contentType = contentTypeProblem
	return problem
}

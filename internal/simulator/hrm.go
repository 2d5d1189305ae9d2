package simulator

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

const (
	endpointHRM = "hrm"
	// maxHRMBody is more than the contract allows a request to have.
	maxHRMBody = 32 << 20
)

// HRM serves the HRM solution: for each tenant, below /{tenant}, what the contract for HRM solutions says
// (api/hrm/openapi.yaml), with the tenant's own bearer token. Its data is on disk, see [Options].
//
// Its tenants are registered by the admin API, or with [Simulator.RegisterTenant].
func (s *Simulator) HRM() http.Handler {
	faultsOf := func(f Faults) EndpointFaults { return f.HRM }
	return s.serveCalls(endpointHRM, faultsOf, func(r *http.Request) serviceCall {
		asked := &hrmCall{sim: s}
		name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		asked.name, asked.path = name, "/"+rest
		asked.token, _ = bearerToken(r)
		asked.tenant, asked.tenantKnown = s.tenant(name)
		body, err := io.ReadAll(io.LimitReader(r.Body, maxHRMBody)) // a body that breaks off is judged as what came
		asked.request = r.Clone(context.WithoutCancel(r.Context()))
		asked.request.URL.Path, asked.request.URL.RawPath = asked.path, ""
		asked.request.Body, asked.broken = io.NopCloser(bytes.NewReader(body)), err != nil
		return asked
	})
}

type hrmCall struct {
	sim         *Simulator
	name, path  string
	request     *http.Request
	broken      bool
	token       string
	tenant      tenant
	tenantKnown bool
	asked       string
}

// operation is the path as the contract has it, with names instead of values.
func (c *hrmCall) operation() string { return c.asked }

func (c *hrmCall) organization() string { return c.tenant.organizationNumber }

func (c *hrmCall) reference() string { return c.request.Method + " " + c.path }

// judge tells strangers which tenants there are: this is no place to hide that.
func (c *hrmCall) judge(time.Time) answer {
	switch {
	case !c.tenantKnown:
		return problemAnswer(http.StatusNotFound, "UnknownTenant", "There is no such tenant")
	case !c.tenant.hasToken(c.token):
		refused := problemAnswer(http.StatusUnauthorized, "Unauthorized", "The tenant's token is needed, as a bearer token")
		refused.header = map[string]string{"WWW-Authenticate": "Bearer"}
		return refused
	case c.broken:
		return problemAnswer(http.StatusBadRequest, "BrokenBody", "The body did not come whole")
	}
	store, err := c.sim.hrmStore()
	if err != nil {
		return problemAnswer(http.StatusInternalServerError, "NoStore", "The data cannot be opened")
	}
	mux := http.NewServeMux()
	tenant := &hrmTenant{tenant: c.tenant, data: store.Tenant(c.name)}
	hrmapi.HandlerWithOptions(hrmapi.NewStrictHandlerWithOptions(tenant, nil, hrmapi.StrictHTTPServerOptions{
		RequestErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
			writeProblem(w, http.StatusBadRequest, "The body is not what the contract says")
		},
		ResponseErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
			writeProblem(w, http.StatusInternalServerError, "The data cannot be read or written")
		},
	}), hrmapi.StdHTTPServerOptions{BaseRouter: mux, ErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
		writeProblem(w, http.StatusBadRequest, "The path is not what the contract says")
	}})
	handler, pattern := mux.Handler(c.request)
	if pattern == "" {
		return c.noSuchPath(handler)
	}
	c.asked = pattern
	return record(mux, c.request)
}

// noSuchPath answers as net/http would, as a problem.
func (c *hrmCall) noSuchPath(handler http.Handler) answer {
	said := record(handler, c.request)
	if said.status != http.StatusMethodNotAllowed {
		return problemAnswer(http.StatusNotFound, "NotFound", "There is nothing at this path")
	}
	refused := problemAnswer(http.StatusMethodNotAllowed, "MethodNotAllowed", "The path knows other methods")
	refused.header = map[string]string{"Allow": said.header["Allow"]}
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

package hrm

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/admin"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const endpointName = "hrm"

// Handler serves the contract (api/hrm/openapi.yaml) for each registered tenant below /{tenant}, with the tenant's own
// bearer token. It refuses what the contract does not allow.
func (h *Service) Handler() http.Handler {
	paths := contractRoutes(&contract{}) // only for their names
	return h.Serve(func(r *http.Request) wire.Request {
		return h.readCall(r, paths)
	})
}

// contractRoutes serves the contract's paths.
func contractRoutes(t *contract) *http.ServeMux {
	routes := http.NewServeMux()
	refused := func(status int, detail string) func(http.ResponseWriter, *http.Request, error) {
		return func(w http.ResponseWriter, _ *http.Request, _ error) { admin.WriteProblem(w, status, detail) }
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

type call struct {
	hrm         *Service
	name        string // of the tenant
	tenant      tenant
	tenantKnown bool
	token       string
	request     *http.Request // with the path below the tenant
	pattern     string        // of the contract's paths, "" if it is none of them
	body        requestBody
}

func (h *Service) readCall(r *http.Request, paths *http.ServeMux) wire.Request {
	c := &call{hrm: h}
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	c.name = name
	c.token, _ = accesstoken.Bearer(r)
	c.tenant, c.tenantKnown = h.tenant(name)
	c.request = r.Clone(context.WithoutCancel(r.Context()))
	c.request.URL.Path, c.request.URL.RawPath = "/"+rest, ""
	if path.Clean("/"+rest) == "/"+rest { // net/http would redirect, which the contract does not allow
		_, c.pattern = paths.Handler(c.request)
	}
	c.body = readBody(r, c.pattern)
	return c
}

// Operation is the path as the contract has it, with names instead of values.
func (c *call) Operation() string { return c.pattern }

func (c *call) Organization() string { return c.tenant.organizationNumber }

func (c *call) Reference() string { return c.request.Method + " " + c.request.URL.Path }

// Respond returns 404 for an unknown tenant before it checks the token. The simulator hides no tenants.
func (c *call) Respond(time.Time) wire.Response {
	switch {
	case !c.tenantKnown:
		return problemResponse(http.StatusNotFound, "UnknownTenant", "There is no such tenant")
	case !c.tenant.hasToken(c.token):
		refused := problemResponse(http.StatusUnauthorized, "Unauthorized", "The tenant's token is needed, as a bearer token")
		refused.Header = map[string]string{"WWW-Authenticate": "Bearer"}
		return refused
	case c.pattern == "":
		return c.noSuchPath()
	}
	if refused, is := c.body.refusal(); is {
		return refused
	}
	store, err := c.hrm.store()
	if err != nil {
		return problemResponse(http.StatusInternalServerError, "NoStore", "The data cannot be opened")
	}
	c.request.Body = io.NopCloser(bytes.NewReader(c.body.content))
	response := record(contractRoutes(&contract{
		tenant: c.tenant, data: store.Tenant(c.name),
		refuses: c.hrm.documentRefusal(),
	}), c.request)
	response.Header[hrmapi.ContractHeader] = hrmapi.ContractVersion
	return response
}

// noSuchPath returns the response of net/http, as a problem.
func (c *call) noSuchPath() wire.Response {
	response := record(contractRoutes(&contract{}), c.request)
	if response.Status != http.StatusMethodNotAllowed {
		return problemResponse(http.StatusNotFound, "NotFound", "There is nothing at this path")
	}
	refused := problemResponse(http.StatusMethodNotAllowed, "MethodNotAllowed", "The path knows other methods")
	refused.Header = response.Header
	return refused
}

// recorder records the response of a handler.
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

// record returns the response of a handler.
func record(h http.Handler, r *http.Request) wire.Response {
	recorded := &recorder{header: http.Header{}}
	h.ServeHTTP(recorded, r)
	a := wire.Response{
		Status: recorded.status, ContentType: recorded.header.Get("Content-Type"),
		Body: bytes.TrimSpace(recorded.body.Bytes()), Header: map[string]string{},
	}
	if allow := recorded.header.Get("Allow"); allow != "" {
		a.Header["Allow"] = allow
	}
	a.Outcome = "OK"
	if a.Status >= http.StatusMultipleChoices {
		a.Outcome = strings.ReplaceAll(http.StatusText(a.Status), " ", "")
	}
	return a
}

func problemResponse(status int, outcome, detail string) wire.Response {
	problem := wire.JSON(status, outcome, admin.Problem{Status: status, Title: http.StatusText(status), Detail: detail})
	problem.ContentType = admin.ContentTypeProblem
	return problem
}

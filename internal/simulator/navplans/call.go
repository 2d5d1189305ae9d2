package navplans

import (
	"cmp"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	endpointName          = "nav"
	verifyIntegrationPath = "/api/v1/followupplan/verify-integration"
	// callIDHeader has the id that NAV's support needs.
	callIDHeader = "Nav-Call-Id"
)

// Handler serves NAV's API for follow-up plans, as far as it is simulated (navikt/lps-oppfolgingsplan-mottak on
// GitHub):
//
//	GET  /api/v1/followupplan/verify-integration    checks the token
//	POST /api/v1/followupplan                       takes a plan
//	GET  /api/v1/followupplan/{uuid}/sendingstatus  its status
//
// It accepts access tokens of Maskinporten. The real one caches Maskinporten's keys for a day; this one does not.
func (n *Service) Handler() http.Handler {
	return n.Serve(func(r *http.Request) wire.Request {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody)) // an incomplete body is no plan
		return &call{
			nav:         n,
			method:      r.Method,
			path:        r.URL.Path,
			callID:      cmp.Or(r.Header.Get(callIDHeader), uuid.NewString()),
			token:       accesstoken.Read(r),
			contentType: r.Header.Get("Content-Type"),
			body:        body,
		}
	})
}

type call struct {
	nav          *Service
	method, path string
	callID       string
	token        accesstoken.Token
	contentType  string
	body         []byte
}

// Operation is the path with names instead of values; "" for verify-integration.
func (c *call) Operation() string {
	if _, ok := statusOf(c.path); ok {
		return "GET followupplan/{uuid}/sendingstatus"
	}
	if c.path == plansPath {
		return "POST followupplan"
	}
	return ""
}

func (c *call) Reference() string { return c.callID }

func (c *call) Organization() string {
	return accesstoken.NumberOf(c.token.Claims["consumer"])
}

func (c *call) Respond(now time.Time) wire.Response {
	judged := c.response(now)
	judged.Header = map[string]string{callIDHeader: c.callID} // also on errors
	return judged
}

// response checks path and method before the token, as ktor does. NAV's response to a wrong method is not documented;
// this is ktor's.
func (c *call) response(now time.Time) wire.Response {
	plan, asksStatus := statusOf(c.path)
	method := http.MethodGet
	switch {
	case c.path == plansPath:
		method = http.MethodPost
	case c.path != verifyIntegrationPath && !asksStatus:
		return wire.Response{Status: http.StatusNotFound, Outcome: "NotFound"}
	}
	if c.method != method {
		return wire.Response{Status: http.StatusMethodNotAllowed, Outcome: "MethodNotAllowed"}
	}
	if refused := tokenRefusal(c.token, c.nav.tokens, now); refused != "" {
		return tokenRefusalResponse(refused)
	}
	switch {
	case asksStatus:
		return c.planStatus(plan)
	case c.path == plansPath:
		return c.takePlan(now)
	}
	return wire.Response{
		Status: http.StatusOK, ContentType: wire.ContentTypeText, Outcome: "OK",
		Body: []byte("Integration is up and running"),
	}
}

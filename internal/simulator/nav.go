package simulator

import (
	"cmp"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
)

const (
	endpointNAV           = "nav"
	verifyIntegrationPath = "/api/v1/followupplan/verify-integration"
	// callIDHeader names what NAV's support asks for.
	callIDHeader = "Nav-Call-Id"
	// contentTypeText is how ktor, which NAV uses, writes it.
	contentTypeText = "text/plain; charset=UTF-8"
)

// NAV serves NAV's API for follow-up plans, as far as it is simulated (navikt/lps-oppfolgingsplan-mottak on GitHub):
//
//	GET  /api/v1/followupplan/verify-integration    is the token good?
//	POST /api/v1/followupplan                       takes a plan
//	GET  /api/v1/followupplan/{uuid}/sendingstatus  what has become of it
//
// It accepts the access tokens of the simulated Maskinporten. The real one keeps Maskinporten's keys for a day; this one knows
// at once which are published.
func (s *Simulator) NAV() http.Handler {
	faultsOf := func(f Faults) EndpointFaults { return f.NAV }
	return s.serveCalls(endpointNAV, faultsOf, func(r *http.Request) serviceCall {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxNAVBody)) // what breaks off is no plan
		return &navCall{
			sim:         s,
			method:      r.Method,
			path:        r.URL.Path,
			callID:      cmp.Or(r.Header.Get(callIDHeader), uuid.NewString()),
			token:       readSentToken(r),
			contentType: r.Header.Get("Content-Type"),
			body:        body,
		}
	})
}

type navCall struct {
	sim          *Simulator
	method, path string
	callID       string
	token        sentToken
	contentType  string
	body         []byte
}

// operation is the path with names instead of values; "" is the question whether the token is good.
func (c *navCall) operation() string {
	if _, ok := statusOf(c.path); ok {
		return "GET followupplan/{uuid}/sendingstatus"
	}
	if c.path == plansPath {
		return "POST followupplan"
	}
	return ""
}

func (c *navCall) reference() string { return c.callID }

func (c *navCall) organization() string {
	return actorNumber(c.token.claims["consumer"])
}

func (c *navCall) judge(now time.Time) answer {
	judged := c.answer(now)
	judged.header = map[string]string{callIDHeader: c.callID} // also on errors
	return judged
}

// answer looks at path and method before the token, as ktor does. What NAV answers to a wrong method is not documented; this
// is what ktor does.
func (c *navCall) answer(now time.Time) answer {
	plan, asksStatus := statusOf(c.path)
	method := http.MethodGet
	switch {
	case c.path == plansPath:
		method = http.MethodPost
	case c.path != verifyIntegrationPath && !asksStatus:
		return answer{status: http.StatusNotFound, outcome: "NotFound"}
	}
	if c.method != method {
		return answer{status: http.StatusMethodNotAllowed, outcome: "MethodNotAllowed"}
	}
	readings := c.sim.currentFaults().Readings
	if refused := c.token.navRefusal(c.sim.keys.published(), c.sim.issuer, now); refused != "" {
		return navRefusalAnswer(refused, readings)
	}
	switch {
	case asksStatus:
		return c.planStatus(plan)
	case c.path == plansPath:
		return c.takePlan(now)
	}
	return answer{
		status: http.StatusOK, contentType: contentTypeText, outcome: "OK",
		body: []byte("Integration is up and running"),
	}
}

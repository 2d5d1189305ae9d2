package altinn

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/identity"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	endpointName = "altinn"
	// Paths begin with these.
	authenticationPath = "/authentication/api/v1/"
	systemUserPath     = authenticationPath + "systemuser/"
	partiesPath        = "/accessmanagement/api/v1/enduser/authorizedparties"
	// linkHost is the host of links in responses. It is not Altinn's, so that no link of the simulator leads to the real
	// one.
	linkHost = "altinn.example"
	// maxBytes is far more than any request needs. The real limit is not documented.
	maxBytes = 64 << 10
)

// Handler serves Altinn's API for vendors of systems, as far as it is simulated (Altinn/altinn-authentication on
// GitHub). Paths begin with /authentication/api/v1/systemuser/:
//
//	POST  request/vendor                                                request a system user of a customer
//	GET, DELETE  request/vendor/{requestId}
//	GET   request/vendor/byexternalref/{systemId}/{orgNo}/{externalRef}
//	GET   request/vendor/bysystem/{systemId}?token=
//	POST  request/vendor/agent                                          request an agent system user
//	GET   request/vendor/agent/...                                      likewise, by id, byexternalref and bysystem
//	GET   vendor/byquery?system-id=&orgno=&external-ref=                look up a system user
//	GET   vendor/bysystem/{systemId}?token=
//	POST  changerequest/vendor?correlation-id=&system-user-id=          request more or fewer rights
//	GET   changerequest/vendor/{requestId}
//
// It accepts access tokens of Maskinporten without exchange. One path exchanges them, and one takes the result:
//
//	GET  /authentication/api/v1/exchange/maskinporten
//	GET  /accessmanagement/api/v1/enduser/authorizedparties    whom a system user acts for
//
// The admin API and the methods of [Service] register systems and act as the customers.
func (a *Service) Handler() http.Handler {
	return a.Serve(func(r *http.Request) wire.Request { return a.readCall(r) })
}

// route is an endpoint. Parts of its path in braces are parameters.
type route struct {
	method, path string
	scope        string // "": any
	respond      func(*call) wire.Response
	agent        bool // is about agent system users
	exchanged    bool // takes tokens of Altinn's own
}

func routes() []route {
	return []route{
		get("request/vendor/{requestId}", accesstoken.SystemUserReadScope, (*call).requestByID),
		get("request/vendor/byexternalref/{systemId}/{orgNo}/{externalRef}", accesstoken.SystemUserReadScope,
			(*call).requestByReference),
		get("request/vendor/bysystem/{systemId}", accesstoken.SystemUserReadScope, (*call).requestsBySystem),
		get("vendor/byquery", accesstoken.SystemUserWriteScope, (*call).userByQuery),
		get("vendor/bysystem/{systemId}", accesstoken.SystemRegisterScope, (*call).usersBySystem),
		get("changerequest/vendor/{requestId}", accesstoken.SystemUserReadScope, (*call).changeByID),
		post("request/vendor", (*call).createRequest),
		post("changerequest/vendor", (*call).createChange),
		{
			method: http.MethodDelete, path: systemUserPath + "request/vendor/{requestId}",
			scope: accesstoken.SystemUserWriteScope, respond: (*call).deleteRequest,
		},
		get("request/vendor/agent/{requestId}", accesstoken.SystemUserReadScope, (*call).requestByID).ofAgents(),
		get("request/vendor/agent/byexternalref/{systemId}/{orgNo}/{externalRef}", accesstoken.SystemUserReadScope,
			(*call).requestByReference).ofAgents(),
		get("request/vendor/agent/bysystem/{systemId}", accesstoken.SystemUserReadScope, (*call).requestsBySystem).ofAgents(),
		post("request/vendor/agent", (*call).createRequest).ofAgents(),
		{method: http.MethodGet, path: authenticationPath + "exchange/maskinporten", respond: (*call).exchange},
		{
			method: http.MethodGet, path: partiesPath, scope: accesstoken.AuthorizedPartiesScope,
			respond: (*call).authorizedParties, exchanged: true,
		},
	}
}

func get(path, scope string, respond func(*call) wire.Response) route {
	return route{method: http.MethodGet, path: systemUserPath + path, scope: scope, respond: respond}
}

func post(path string, respond func(*call) wire.Response) route {
	return route{
		method: http.MethodPost, path: systemUserPath + path, scope: accesstoken.SystemUserWriteScope, respond: respond,
	}
}

// ofAgents returns the route for agent system users.
func (r route) ofAgents() route {
	r.agent = true
	return r
}

// call is a request to Altinn.
type call struct {
	altinn   *Service
	route    route    // without a response if the path or the method is unknown
	methods  []string // those that the path takes
	values   map[string]string
	query    url.Values
	host     string
	sent     *http.Request
	body     []byte
	isJSON   bool // says the request's Content-Type
	tooLong  bool
	token    accesstoken.Token
	vendor   string // organization number of the token's consumer
	readings Readings
	faults   Faults
	now      time.Time
}

func (a *Service) readCall(r *http.Request) *call {
	c := &call{
		altinn: a, query: r.URL.Query(), host: r.Host, sent: r, token: accesstoken.Read(r), readings: a.Readings(),
		faults: *a.faults.Load(),
	}
	c.vendor = accesstoken.NumberOf(c.token.Claims["consumer"])
	for _, route := range routes() {
		values, matches := matchPath(route.path, r.URL.EscapedPath())
		if !matches {
			continue
		}
		c.methods = append(c.methods, route.method)
		if route.method == r.Method {
			c.route, c.values = route, values
		}
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	c.isJSON = err == nil && mediaType == wire.ContentTypeJSON
	c.body, err = io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBytes))
	var limit *http.MaxBytesError
	c.tooLong = errors.As(err, &limit)
	return c
}

// matchPath compares path and pattern part by part, without regard to case, as ASP.NET does.
func matchPath(pattern, path string) (map[string]string, bool) {
	wanted, given := strings.Split(pattern, "/")[1:], strings.Split(path, "/")[1:]
	if len(wanted) != len(given) {
		return nil, false
	}
	values := map[string]string{}
	for i, part := range wanted {
		value, err := url.PathUnescape(given[i])
		name, isParameter := strings.CutPrefix(part, "{")
		switch {
		case err != nil, value == "", !isParameter && !strings.EqualFold(part, value):
			return nil, false
		case isParameter:
			values[strings.TrimSuffix(name, "}")] = value
		}
	}
	return values, true
}

func (c *call) Operation() string {
	if c.route.respond == nil {
		return ""
	}
	return c.route.method + " " + strings.TrimPrefix(c.route.path, authenticationPath)
}

// Organization is the customer, if the call names one, and the vendor otherwise.
func (c *call) Organization() string {
	for _, named := range []string{c.values["orgNo"], c.query.Get("orgno"), c.partyOfBody(), c.partyOfID()} {
		if identity.NineDigits(named) {
			return named
		}
	}
	return c.vendor
}

// partyOfID returns the customer of the request or system user that the call is about.
func (c *call) partyOfID() string {
	a := c.altinn
	a.mu.RLock()
	defer a.mu.RUnlock()
	kind := RequestCreation
	if strings.Contains(c.route.path, "changerequest") {
		kind = RequestChange
	}
	if request := a.requestByID[requestKey{kind, strings.ToLower(c.values["requestId"])}]; request != nil {
		return request.OrganizationNumber
	}
	if user := a.usersByID[strings.ToLower(c.query.Get("system-user-id"))]; user != nil {
		return user.OrganizationNumber
	}
	return ""
}

func (c *call) Respond(now time.Time) wire.Response {
	c.now = now
	if len(c.methods) == 0 {
		return wire.Response{Status: http.StatusNotFound, Outcome: "NotFound"}
	}
	if c.route.respond == nil {
		return wire.Response{
			Status: http.StatusMethodNotAllowed, Outcome: "MethodNotAllowed",
			Header: map[string]string{"Allow": strings.Join(c.methods, ", ")},
		}
	}
	if refused := c.authorize(); refused != "" {
		status := http.StatusUnauthorized
		if refused == "WrongScope" {
			status = http.StatusForbidden
		}
		return wire.Response{Status: status, Outcome: refused}
	}
	if c.tooLong {
		return wire.Response{Status: http.StatusRequestEntityTooLarge, Outcome: "TooLong"}
	}
	if c.route.method == http.MethodPost && !c.isJSON {
		return statusProblem(http.StatusUnsupportedMediaType, "NotJSON")
	}
	if refused, isForced := c.forcedRefusal(); isForced {
		return refused
	}
	return c.route.respond(c)
}

// authorize returns why the token does not open the endpoint, or "".
func (c *call) authorize() string {
	if c.route.exchanged {
		return c.authorizeExchanged()
	}
	if refused := c.token.CheckOrigin(c.altinn.tokens); refused != "" {
		return refused
	}
	if _, hasExpires := c.token.Claims.Seconds("exp"); !hasExpires {
		return "NoExpiry"
	}
	if c.token.IsExpired(c.now) {
		return "ExpiredToken"
	}
	scope, _ := c.token.Claims.Text("scope")
	if c.route.scope != "" && !slices.Contains(strings.Fields(scope), c.route.scope) {
		return "WrongScope"
	}
	return ""
}

// ownedSystem returns the system if it is the vendor's.
func (c *call) ownedSystem(systemID string) (System, bool) {
	system, known := c.altinn.System(systemID)
	return system, known && system.OrganizationNumber == c.vendor && !c.faults.ForeignSystem
}

package simulator

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	endpointAltinn = "altinn"
	altinnBasePath = "/authentication/api/v1/"
	// altinnHost is what the links in Altinn's answers are under. The real ones are altinn.no and tt02.altinn.no: nobody must
	// be led from here to there.
	altinnHost = "altinn.example"
	// maxAltinnBytes is far more than any request needs; what the real service accepts is not documented.
	maxAltinnBytes = 64 << 10
)

// Altinn serves Altinn's API for vendors of systems, as far as it is simulated (Altinn/altinn-authentication on GitHub).
// Paths begin with /authentication/api/v1/systemuser/:
//
//	POST  request/vendor                                                ask a customer for a system user
//	GET, DELETE  request/vendor/{requestId}
//	GET   request/vendor/byexternalref/{systemId}/{orgNo}/{externalRef}
//	GET   request/vendor/bysystem/{systemId}?token=
//	GET   vendor/byquery?system-id=&orgno=&external-ref=                is there such a system user?
//	GET   vendor/bysystem/{systemId}?token=
//	POST  changerequest/vendor?correlation-id=&system-user-id=          ask for more or fewer rights
//	GET   changerequest/vendor/{requestId}
//
// It accepts the access tokens of the simulated Maskinporten, as they are: an exchanged one is not needed here. Systems are
// registered, and customers played, by the admin API or the methods of [Simulator].
func (s *Simulator) Altinn() http.Handler {
	faultsOf := func(f Faults) EndpointFaults { return f.Altinn }
	return s.serveCalls(endpointAltinn, faultsOf, func(r *http.Request) serviceCall { return s.readAltinnCall(r) })
}

// altinnRoute is an endpoint. Parts of its path in braces are parameters.
type altinnRoute struct {
	method, path string
	scope        string
	answer       func(*altinnCall) answer
}

func altinnRoutes() []altinnRoute {
	return []altinnRoute{
		{http.MethodPost, "systemuser/request/vendor", SystemUserWriteScope, (*altinnCall).createRequest},
		{http.MethodGet, "systemuser/request/vendor/{requestId}", SystemUserReadScope, (*altinnCall).requestByID},
		{http.MethodDelete, "systemuser/request/vendor/{requestId}", SystemUserWriteScope, (*altinnCall).deleteRequest},
		{http.MethodGet, "systemuser/request/vendor/byexternalref/{systemId}/{orgNo}/{externalRef}", SystemUserReadScope, (*altinnCall).requestByReference},
		{http.MethodGet, "systemuser/request/vendor/bysystem/{systemId}", SystemUserReadScope, (*altinnCall).requestsBySystem},
		{http.MethodGet, "systemuser/vendor/byquery", SystemUserWriteScope, (*altinnCall).userByQuery},
		{http.MethodGet, "systemuser/vendor/bysystem/{systemId}", SystemRegisterScope, (*altinnCall).usersBySystem},
		{http.MethodPost, "systemuser/changerequest/vendor", SystemUserWriteScope, (*altinnCall).createChange},
		{http.MethodGet, "systemuser/changerequest/vendor/{requestId}", SystemUserReadScope, (*altinnCall).changeByID},
	}
}

// altinnCall is a request to Altinn.
type altinnCall struct {
	sim      *Simulator
	route    altinnRoute // without an answer if nothing is at the path, or nothing for the method
	methods  []string    // those that the path takes
	values   map[string]string
	query    url.Values
	host     string
	body     []byte
	isJSON   bool // says the request's Content-Type
	tooLong  bool
	token    sentToken
	vendor   string // organization number of the token's consumer
	readings Readings
	faults   AltinnFaults
	now      time.Time
}

func (s *Simulator) readAltinnCall(r *http.Request) *altinnCall {
	faults := s.currentFaults()
	c := &altinnCall{
		sim: s, query: r.URL.Query(), host: r.Host, token: readSentToken(r), readings: faults.Readings, faults: faults.AltinnData,
	}
	c.vendor = actorNumber(c.token.claims["consumer"])
	for _, route := range altinnRoutes() {
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
	c.isJSON = err == nil && mediaType == contentTypeJSON
	c.body, err = io.ReadAll(http.MaxBytesReader(nil, r.Body, maxAltinnBytes))
	var limit *http.MaxBytesError
	c.tooLong = errors.As(err, &limit)
	return c
}

// matchPath compares path and pattern part by part, without regard to case, as ASP.NET does.
func matchPath(pattern, path string) (map[string]string, bool) {
	if len(path) < len(altinnBasePath) || !strings.EqualFold(path[:len(altinnBasePath)], altinnBasePath) {
		return nil, false
	}
	wanted, given := strings.Split(pattern, "/"), strings.Split(path[len(altinnBasePath):], "/")
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

func (c *altinnCall) operation() string {
	if c.route.answer == nil {
		return ""
	}
	return c.route.method + " " + c.route.path
}

// organization is the customer, if the call names one, and the vendor otherwise.
func (c *altinnCall) organization() string {
	for _, named := range []string{c.values["orgNo"], c.query.Get("orgno"), c.partyOfBody(), c.partyOfID()} {
		if nineDigits(named) {
			return named
		}
	}
	return c.vendor
}

// partyOfID is the customer of the request or system user that the call is about.
func (c *altinnCall) partyOfID() string {
	a := c.sim.altinn
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

func (c *altinnCall) judge(now time.Time) answer {
	c.now = now
	if len(c.methods) == 0 {
		return answer{status: http.StatusNotFound, outcome: "NotFound"}
	}
	if c.route.answer == nil {
		return answer{
			status: http.StatusMethodNotAllowed, outcome: "MethodNotAllowed",
			header: map[string]string{"Allow": strings.Join(c.methods, ", ")},
		}
	}
	if refused := c.authorize(); refused != "" {
		status := http.StatusUnauthorized
		if refused == "WrongScope" {
			status = http.StatusForbidden
		}
		return answer{status: status, outcome: refused}
	}
	if c.tooLong {
		return answer{status: http.StatusRequestEntityTooLarge, outcome: "TooLong"}
	}
	if c.route.method == http.MethodPost && !c.isJSON {
		return statusProblem(http.StatusUnsupportedMediaType, "NotJSON")
	}
	if refused, isForced := c.forcedRefusal(); isForced {
		return refused
	}
	return c.route.answer(c)
}

// authorize says why the token does not open the endpoint, or nothing.
func (c *altinnCall) authorize() string {
	if refused := c.token.checkOrigin(c.sim.keys.published(), c.sim.issuer); refused != "" {
		return refused
	}
	if _, hasExpires := c.token.claims.seconds("exp"); !hasExpires {
		return "NoExpiry"
	}
	if c.token.isExpired(c.now) {
		return "ExpiredToken"
	}
	scope, _ := c.token.claims.text("scope")
	if !slices.Contains(strings.Fields(scope), c.route.scope) {
		return "WrongScope"
	}
	return ""
}

// ownedSystem finds the system, if it is the vendor's. Another's is as if it were not there.
func (c *altinnCall) ownedSystem(systemID string) (System, bool) {
	system, known := c.sim.System(systemID)
	return system, known && system.OrganizationNumber == c.vendor && !c.faults.ForeignSystem
}

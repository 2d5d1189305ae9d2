package registrations

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	// pathPrefix is followed by the reference of an item.
	pathPrefix = "/v1/registrations/"
	// maxBody bounds the body of a request, in bytes.
	maxBody = 64 << 10
)

var reference = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// Handler serves the API:
//
//	PUT /v1/registrations/{reference}    registers an item, a JSON object: 201, or 200 if it was registered before
//
// It accepts access tokens of Maskinporten for accesstoken.RegistrationScope.
func (s *Service) Handler() http.Handler {
	return s.Serve(func(r *http.Request) wire.Request {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody)) // an incomplete body is no JSON
		return &call{service: s, method: r.Method, path: r.URL.Path, token: accesstoken.Read(r), body: body}
	})
}

type call struct {
	service      *Service
	method, path string
	token        accesstoken.Token
	body         []byte
}

// Operation is the path with names instead of values.
func (c *call) Operation() string {
	if strings.HasPrefix(c.path, pathPrefix) {
		return "PUT registrations/{reference}"
	}
	return ""
}

func (c *call) Organization() string { return accesstoken.NumberOf(c.token.Claims["consumer"]) }

func (c *call) Respond(now time.Time) wire.Response {
	item, found := strings.CutPrefix(c.path, pathPrefix)
	switch {
	case !found || !reference.MatchString(item):
		return refusal(http.StatusNotFound, "NotFound")
	case c.method != http.MethodPut:
		return refusal(http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
	if status, outcome := c.tokenRefusal(now); outcome != "" {
		return refusal(status, outcome)
	}
	var content map[string]any
	if json.Unmarshal(c.body, &content) != nil {
		return refusal(http.StatusBadRequest, "BadRequest")
	}
	if c.service.register(Registration{
		Organization: c.Organization(), Supplier: accesstoken.NumberOf(c.token.Claims["supplier"]), Reference: item,
	}) {
		return wire.JSON(http.StatusCreated, "Created", map[string]string{"reference": item})
	}
	return wire.JSON(http.StatusOK, "OK", map[string]string{"reference": item})
}

// tokenRefusal returns why the token is refused, "" for a good one.
func (c *call) tokenRefusal(now time.Time) (status int, outcome string) {
	if refused := c.token.CheckOrigin(c.service.tokens); refused != "" {
		return http.StatusUnauthorized, refused
	}
	scope, _ := c.token.Claims.Text("scope")
	switch {
	case c.token.IsExpired(now):
		return http.StatusUnauthorized, "ExpiredToken"
	case scope != accesstoken.RegistrationScope:
		return http.StatusForbidden, "WrongScope"
	case c.Organization() == "":
		return http.StatusForbidden, "NoConsumer"
	default:
		return 0, ""
	}
}

func refusal(status int, outcome string) wire.Response {
	return wire.JSON(status, outcome, map[string]string{"error": outcome})
}

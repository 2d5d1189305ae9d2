package navreports

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	endpointName   = "reports"
	listPath       = "/api/rapport/v1"
	maxFilterBytes = 1 << 20
)

// The operations: method and path, with names instead of values.
const (
	opList    = "POST " + listPath
	opOne     = "GET " + listPath + "/{id}"
	opContent = "GET " + listPath + "/{id}/innhold"
	opArchive = "PUT " + listPath + "/{id}/arkiver"
)

// Handler serves NAV's API for settlement reports (navikt/sokos-oppgjorsrapporter on GitHub):
//
//	POST /api/rapport/v1                            a list by a filter
//	GET  /api/rapport/v1/{id}                       one element of a list
//	GET  /api/rapport/v1/{id}/innhold               the report, as PDF or CSV by Accept
//	PUT  /api/rapport/v1/{id}/arkiver?arkivert=true hides it from lists for everybody
//
// It accepts tokens of a system user, and looks the user's rights up in Altinn at each request.
func (s *Service) Handler() http.Handler {
	return s.Serve(func(r *http.Request) wire.Request {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxFilterBytes)) // an incomplete body is no filter
		mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		c := &call{
			nav: s, token: accesstoken.Read(r), accept: r.Header.Get("Accept"), archived: r.URL.Query().Get("arkivert"),
			body: body, isJSON: err == nil && mediaType == wire.ContentTypeJSON,
		}
		c.id, c.operation, c.isKnown = route(r.Method, r.URL.Path)
		return c
	})
}

// route returns the operation of a request, "" for another method of a known path.
func route(method, path string) (id, operation string, isKnown bool) {
	rest, isBelow := strings.CutPrefix(path, listPath)
	id, action, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	methods, ok := map[string]map[string]string{
		"":        {http.MethodGet: opOne},
		"innhold": {http.MethodGet: opContent},
		"arkiver": {http.MethodPut: opArchive},
	}[action]
	if rest == "" {
		methods = map[string]string{http.MethodPost: opList}
	}
	return id, methods[method], isBelow && ok && (rest == "" || strings.HasPrefix(rest, "/"))
}

type call struct {
	nav           *Service
	token         accesstoken.Token
	accept        string
	archived      string
	body          []byte
	isJSON        bool // says the request's Content-Type
	id, operation string
	isKnown       bool
}

func (c *call) Operation() string { return c.operation }

func (c *call) Organization() string { return c.token.SystemUser().Owner }

// Reference names the organization of a list and the report of another call.
func (c *call) Reference() string {
	var f filter
	_ = json.Unmarshal(c.body, &f) // a body that is none names nothing
	return f.Organization + c.id
}

// Respond checks path and method before the token, as ktor does.
func (c *call) Respond(now time.Time) wire.Response {
	switch {
	case !c.isKnown:
		return wire.Response{Status: http.StatusNotFound, Outcome: "NotFound"}
	case c.operation == "":
		return wire.Response{Status: http.StatusMethodNotAllowed, Outcome: "MethodNotAllowed"}
	}
	if refused := c.tokenRefusal(now); refused != "" {
		return wire.Response{Status: http.StatusUnauthorized, Outcome: refused}
	}
	if c.operation == opList {
		return c.list(now)
	}
	return c.one()
}

// one takes NAV's steps in NAV's order: the report, the right, the content. A report of another customer is not found.
// The refusals have no body.
func (c *call) one() wire.Response {
	id, err := strconv.ParseInt(c.id, 10, 64)
	if err != nil {
		return text(http.StatusBadRequest, "BadID", "id må være et tall")
	}
	report, err := c.nav.change(id, func(*Report) {})
	if err != nil || !c.mayRead(report.Organization, report.Type) {
		return wire.Response{Status: http.StatusNotFound, Outcome: "NotFound"}
	}
	switch c.operation {
	case opOne:
		return wire.JSON(http.StatusOK, "OK", elementOf(report))
	case opContent:
		return c.content(report)
	}
	if c.archived != "true" && c.archived != "false" {
		return text(http.StatusBadRequest, "BadRequest", "arkivert må være true eller false")
	}
	_, _ = c.nav.change(id, func(r *Report) { r.Archived = c.archived == "true" }) // the report exists
	return wire.Response{Status: http.StatusNoContent, Outcome: "Archived"}
}

// content returns the first form of the content that Accept names: a wildcard names none.
func (c *call) content(report Report) wire.Response {
	named := strings.FieldsFunc(c.accept, func(r rune) bool { return r == ',' || r == ' ' })
	response := wire.Response{Status: http.StatusOK, Outcome: "OK"}
	switch {
	case slices.Contains(named, wire.ContentTypePDF) && c.nav.faults.Load().NoPDF:
		return wire.Response{Status: http.StatusNotFound, Outcome: "NoPDF"}
	case slices.Contains(named, wire.ContentTypePDF):
		response.ContentType, response.Body = wire.ContentTypePDF, PDF(report.ID)
	case slices.Contains(named, wire.ContentTypeCSV):
		response.ContentType, response.Body = wire.ContentTypeCSV, CSV(report)
	default:
		return wire.Response{Status: http.StatusNotAcceptable, Outcome: "NotAcceptable"}
	}
	_, _ = c.nav.change(report.ID, func(r *Report) { r.Fetched++ }) // the report exists
	return response
}

func text(status int, outcome, message string) wire.Response {
	return wire.Response{Status: status, ContentType: wire.ContentTypeText, Outcome: outcome, Body: []byte(message)}
}

package navsickpay

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	endpointName   = "sickpay"
	maxFilterBytes = 1 << 20
	// limitReachedHeader marks a full page with more to follow.
	limitReachedHeader = "X-Warning-Limit-Reached"
)

// Handler serves NAV's API for sick notes and applications for sick pay (navikt/sykepenger-im-lps-api on GitHub):
//
//	POST /v1/sykmeldinger                      sick notes by a filter, at most 1000
//	GET  /v1/sykmelding/{id}                   one
//	GET  /v1/sykmelding/{id}/pdf               as a PDF
//	GET  /v1/sykmelding/{id}.pdf               410: it has moved
//	POST /v1/sykepengesoeknader                applications by a filter
//	GET  /v1/sykepengesoeknad/{id}[/pdf]       one
//	GET  /health/is-alive, /health/is-ready    probes, without a token
//
// It accepts tokens of a system user, and looks the user's rights up in Altinn at each request.
func (d *Service) Handler() http.Handler {
	return d.Serve(func(r *http.Request) wire.Request {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxFilterBytes)) // an incomplete body is no filter
		mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		c := &call{
			nav: d, method: r.Method, path: r.URL.Path, route: routeOf(r.URL.Path), token: accesstoken.Read(r),
			isJSON: err == nil && mediaType == wire.ContentTypeJSON,
		}
		c.filter, c.badFilter = readFilter(body)
		return c
	})
}

type call struct {
	nav          *Service
	method, path string
	route        route
	token        accesstoken.Token
	isJSON       bool // says the request's Content-Type
	filter       listFilter
	badFilter    error
}

// Operation is method and path, with names instead of values.
func (c *call) Operation() string {
	if c.route.kind == nil {
		return ""
	}
	return c.route.operation.method() + " " + c.route.pattern
}

func (c *call) Organization() string { return c.systemUser().Owner }

// Respond checks path and method before the token, as ktor does.
func (c *call) Respond(now time.Time) wire.Response {
	if body, isProbe := map[string]string{"/health/is-alive": "Alive", "/health/is-ready": "Ready"}[c.path]; isProbe {
		return wire.Response{Status: http.StatusOK, ContentType: wire.ContentTypeText, Outcome: "OK", Body: []byte(body)}
	}
	if c.route.kind == nil {
		return wire.Response{Status: http.StatusNotFound, Outcome: "NotFound"}
	}
	if c.method != c.route.operation.method() {
		return wire.Response{Status: http.StatusMethodNotAllowed, Outcome: "MethodNotAllowed"}
	}
	if refused := tokenRefusal(c.token, c.nav.tokens, now); refused != "" {
		return badTokenResponse(refused, c.readings())
	}
	faults := c.faults()
	switch {
	case c.route.operation == opMovedPDF:
		return movedResponse()
	case faults.Failing:
		return c.route.kind.failed(c.route.operation)
	case c.route.operation == opList:
		return c.list(now, faults)
	}
	return c.one(now, faults)
}

// list takes NAV's steps in NAV's order: the filter, the right, the documents.
func (c *call) list(now time.Time, faults Faults) wire.Response {
	if !c.isJSON {
		return wrongContentTypeResponse()
	}
	if c.badFilter != nil {
		return badFilterResponse(c.badFilter)
	}
	if refused := c.refuseRight(c.filter.unit, faults, now); refused != nil {
		return *refused
	}
	found := c.nav.page(c.route.kind, &c.filter, now, c.readings())
	listed := wire.Response{Status: http.StatusOK, ContentType: wire.ContentTypeJSON, Outcome: "OK"}
	if short := faults.PageRows; short > 0 && len(found.rows) > short {
		found.rows, found.more, listed.Outcome = found.rows[:short], false, "OK,PageRows"
	}
	if found.more {
		listed.Header = map[string]string{limitReachedHeader: "1000"}
	}
	listed.Body = c.route.kind.renderAll(found.rows)
	return listed
}

// one returns a document or its PDF. It returns 404 before it checks the right, as NAV does.
func (c *call) one(now time.Time, faults Faults) wire.Response {
	kind := c.route.kind
	id, err := uuid.Parse(c.route.id)
	if err != nil || len(c.route.id) != len(uuid.Nil.String()) { // other ways of writing a UUID are not Java's
		return kind.badIDResponse()
	}
	row, found := c.nav.one(kind, id, now)
	if !found {
		return kind.notFoundResponse(id.String())
	}
	if refused := c.refuseRight(row.Unit, faults, now); refused != nil {
		return *refused
	}
	if c.route.operation == opOne {
		return wire.Response{Status: http.StatusOK, ContentType: wire.ContentTypeJSON, Outcome: "OK", Body: kind.render(row)}
	}
	return wire.Response{
		Status: http.StatusOK, ContentType: wire.ContentTypePDF, Outcome: "OK", Body: wire.PDF(kind.name + " " + id.String()),
		Header: map[string]string{"Content-Disposition": `inline; filename="` + kind.name + "-" + id.String() + `.pdf"`},
	}
}

func (c *call) readings() Readings { return *c.nav.readings.Load() }

// operation is an operation on a kind of documents.
type operation int

const (
	opList operation = iota
	opOne
	opPDF
	opMovedPDF
)

func (o operation) method() string {
	if o == opList {
		return http.MethodPost
	}
	return http.MethodGet
}

// route is the route of a path. It has no kind if the path is unknown.
type route struct {
	kind      *documentKind
	operation operation
	pattern   string // the path with {id} for the id
	id        string
}

func routeOf(path string) route {
	for _, kind := range documentKinds {
		if path == kind.listPath {
			return route{kind: kind, operation: opList, pattern: path}
		}
		base := "/v1/" + kind.name + "/"
		id, isBelow := strings.CutPrefix(path, base)
		if !isBelow {
			continue
		}
		found := route{kind: kind, operation: opOne, pattern: base + "{id}", id: id}
		if document, isPDF := strings.CutSuffix(id, "/pdf"); isPDF {
			found = route{kind: kind, operation: opPDF, pattern: base + "{id}/pdf", id: document}
		}
		if document, isOldPDF := strings.CutSuffix(id, ".pdf"); isOldPDF && kind.hasMovedPDF {
			found = route{kind: kind, operation: opMovedPDF, pattern: base + "{id}.pdf", id: document}
		}
		if found.id == "" || strings.Contains(found.id, "/") {
			return route{}
		}
		return found
	}
	return route{}
}

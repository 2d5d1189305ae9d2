package simulator

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	endpointSickPay = "sickpay"
	// limitReachedHeader comes with a page that is full while there is more.
	limitReachedHeader = "X-Warning-Limit-Reached"
)

// SickPay serves NAV's API for sick notes and applications for sick pay (navikt/sykepenger-im-lps-api on GitHub):
//
//	POST /v1/sykmeldinger                      sick notes by a filter, at most 1000
//	GET  /v1/sykmelding/{id}                   one
//	GET  /v1/sykmelding/{id}/pdf               as a PDF
//	GET  /v1/sykmelding/{id}.pdf               410: it has moved
//	POST /v1/sykepengesoeknader                applications by a filter
//	GET  /v1/sykepengesoeknad/{id}[/pdf]       one
//	GET  /health/is-alive, /health/is-ready    probes, without a token
//
// It accepts tokens by system user. Whether that may see a unit's documents it looks up in the simulated Altinn at once.
func (s *Simulator) SickPay() http.Handler {
	faultsOf := func(f Faults) EndpointFaults { return f.SickPay }
	return s.serveCalls(endpointSickPay, faultsOf, func(r *http.Request) serviceCall {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxNAVBody)) // what breaks off is no filter
		mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		c := &sickPayCall{
			sim: s, method: r.Method, path: r.URL.Path, route: sickPayRouteOf(r.URL.Path), token: readSentToken(r),
			isJSON: err == nil && mediaType == contentTypeJSON,
		}
		c.filter, c.badFilter = readSickPayFilter(body)
		return c
	})
}

type sickPayCall struct {
	sim          *Simulator
	method, path string
	route        sickPayRoute
	token        sentToken
	isJSON       bool // says the request's Content-Type
	filter       sickPayFilter
	badFilter    error
}

// operation has names instead of values.
func (c *sickPayCall) operation() string {
	if c.route.kind == nil {
		return ""
	}
	return c.route.operation.method() + " " + c.route.pattern
}

func (c *sickPayCall) organization() string { return c.systemUser().owner }

// judge looks at path and method before the token, as ktor does.
func (c *sickPayCall) judge(now time.Time) answer {
	if body, isProbe := map[string]string{"/health/is-alive": "Alive", "/health/is-ready": "Ready"}[c.path]; isProbe {
		return answer{status: http.StatusOK, contentType: contentTypeText, outcome: "OK", body: []byte(body)}
	}
	if c.route.kind == nil {
		return answer{status: http.StatusNotFound, outcome: "NotFound"}
	}
	if c.method != c.route.operation.method() {
		return answer{status: http.StatusMethodNotAllowed, outcome: "MethodNotAllowed"}
	}
	if refused := c.token.sickPayRefusal(c.sim.keys.published(), c.sim.issuer, now); refused != "" {
		return badTokenAnswer(refused, c.readings())
	}
	faults := c.faults()
	switch {
	case c.route.operation == sickPayMovedPDF:
		return movedAnswer()
	case faults.Failing:
		return c.route.kind.failed(c.route.operation)
	case c.route.operation == sickPayList:
		return c.list(now, faults)
	}
	return c.one(now, faults)
}

// list takes NAV's steps in NAV's order: the filter, the right, the documents.
func (c *sickPayCall) list(now time.Time, faults SickPayFaults) answer {
	if !c.isJSON {
		return wrongContentTypeAnswer()
	}
	if c.badFilter != nil {
		return badFilterAnswer(c.badFilter)
	}
	if refused := c.refuseRight(c.filter.unit, faults, now); refused != nil {
		return *refused
	}
	found := c.sim.sickPay.page(c.route.kind, &c.filter, now, c.readings())
	listed := answer{status: http.StatusOK, contentType: contentTypeJSON, outcome: "OK"}
	if short := faults.PageRows; short > 0 && len(found.rows) > short {
		found.rows, found.more, listed.outcome = found.rows[:short], false, "OK,PageRows"
	}
	if found.more {
		listed.header = map[string]string{limitReachedHeader: "1000"}
	}
	listed.body = c.route.kind.renderAll(found.rows)
	return listed
}

// one gives a document, or its PDF. Whoever has no right learns all the same whether it is there.
func (c *sickPayCall) one(now time.Time, faults SickPayFaults) answer {
	kind := c.route.kind
	id, err := uuid.Parse(c.route.id)
	if err != nil || len(c.route.id) != len(uuid.Nil.String()) { // other ways of writing a UUID are not Java's
		return kind.badIDAnswer()
	}
	row, found := c.sim.sickPay.one(kind, id, now)
	if !found {
		return kind.notFoundAnswer(id.String())
	}
	if refused := c.refuseRight(row.Unit, faults, now); refused != nil {
		return *refused
	}
	if c.route.operation == sickPayOne {
		return answer{status: http.StatusOK, contentType: contentTypeJSON, outcome: "OK", body: kind.render(row)}
	}
	return answer{
		status: http.StatusOK, contentType: contentTypePDF, outcome: "OK", body: pdfOf(kind.name + " " + id.String()),
		header: map[string]string{"Content-Disposition": `inline; filename="` + kind.name + "-" + id.String() + `.pdf"`},
	}
}

func (c *sickPayCall) readings() Readings { return c.sim.currentFaults().Readings }

// sickPayOperation is what can be asked about a kind of documents.
type sickPayOperation int

const (
	sickPayList sickPayOperation = iota
	sickPayOne
	sickPayPDF
	sickPayMovedPDF
)

func (o sickPayOperation) method() string {
	if o == sickPayList {
		return http.MethodPost
	}
	return http.MethodGet
}

// sickPayRoute is where a path leads: nowhere if it has no kind.
type sickPayRoute struct {
	kind      *sickPayKind
	operation sickPayOperation
	pattern   string // the path with {id} for the id
	id        string
}

func sickPayRouteOf(path string) sickPayRoute {
	for _, kind := range sickPayKinds {
		if path == kind.listPath {
			return sickPayRoute{kind: kind, operation: sickPayList, pattern: path}
		}
		base := "/v1/" + kind.name + "/"
		id, isBelow := strings.CutPrefix(path, base)
		if !isBelow {
			continue
		}
		route := sickPayRoute{kind: kind, operation: sickPayOne, pattern: base + "{id}", id: id}
		if document, isPDF := strings.CutSuffix(id, "/pdf"); isPDF {
			route = sickPayRoute{kind: kind, operation: sickPayPDF, pattern: base + "{id}/pdf", id: document}
		}
		if document, isOldPDF := strings.CutSuffix(id, ".pdf"); isOldPDF && kind.hasMovedPDF {
			route = sickPayRoute{kind: kind, operation: sickPayMovedPDF, pattern: base + "{id}.pdf", id: document}
		}
		if route.id == "" || strings.Contains(route.id, "/") {
			return sickPayRoute{}
		}
		return route
	}
	return sickPayRoute{}
}

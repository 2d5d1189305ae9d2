package navletters

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	endpointName = "letters"
	listPath     = "/api/v1/documents"
)

// Handler serves NAV's API for letters (navikt/syfo-dokumentporten on GitHub):
//
//	GET /api/v1/documents?…                 a page, by orgNumber, documentType, createdAfter, isRead and pageSize
//	GET /api/v1/documents/{linkId}          the bytes, which marks it as read
//	GET /api/v1/documents/{linkId}/details  one item of a page
//
// It accepts tokens of a system user, and looks the user's rights up in Altinn at each request.
func (s *Service) Handler() http.Handler {
	return s.Serve(func(r *http.Request) wire.Request {
		c := &call{
			nav: s, method: r.Method, path: r.URL.Path, query: r.URL.Query(), token: accesstoken.Read(r),
		}
		c.linkID, c.operation = route(r.URL.Path)
		return c
	})
}

// The operations: method and path, with names instead of values.
const (
	opList    = "GET " + listPath
	opContent = "GET " + listPath + "/{linkId}"
	opDetails = "GET " + listPath + "/{linkId}/details"
)

// route returns the operation of a path, "" for an unknown one.
func route(path string) (linkID, operation string) {
	if path == listPath {
		return "", opList
	}
	linkID, isBelow := strings.CutPrefix(path, listPath+"/")
	linkID, isDetails := strings.CutSuffix(linkID, "/details")
	switch {
	case !isBelow || linkID == "" || strings.Contains(linkID, "/"):
		return "", ""
	case isDetails:
		return linkID, opDetails
	}
	return linkID, opContent
}

type call struct {
	nav          *Service
	method, path string
	query        url.Values
	token        accesstoken.Token
	linkID       string
	operation    string
}

func (c *call) Operation() string { return c.operation }

func (c *call) Organization() string { return c.token.SystemUser().Owner }

// Reference names the unit of a list and the link of another call.
func (c *call) Reference() string { return c.query.Get("orgNumber") + c.linkID }

// Respond checks path and method before the token, as ktor does.
func (c *call) Respond(now time.Time) wire.Response {
	if c.operation == "" {
		return wire.Response{Status: http.StatusNotFound, Outcome: "NotFound"}
	}
	if c.method != http.MethodGet {
		return wire.Response{Status: http.StatusMethodNotAllowed, Outcome: "MethodNotAllowed"}
	}
	faults := *c.nav.faults.Load()
	if refused := c.refuseToken(faults, now); refused != nil {
		return refused.response(c.path, now)
	}
	find := c.one
	if c.operation == opList {
		find = c.list
	}
	response, refused := find(faults, now)
	if refused != nil {
		return refused.response(c.path, now)
	}
	return response
}

// list takes NAV's steps in NAV's order: the parameters, the access, the page.
func (c *call) list(faults Faults, now time.Time) (wire.Response, *refusal) {
	f, refused := readFilter(c.query)
	if refused != nil {
		return wire.Response{}, refused
	}
	if refused := c.refuseAccess(f.unit, f.documentType, faults, now); refused != nil {
		return wire.Response{}, refused
	}
	if faults.PageItems > 0 {
		f.pageSize = min(f.pageSize, faults.PageItems)
	}
	f.leavesOut = faults.PartialLists
	return wire.JSON(http.StatusOK, "OK", c.nav.page(f, now)), nil
}

// one takes NAV's steps in NAV's order: the id, the letter, the access, the withdrawal, the bytes.
func (c *call) one(faults Faults, now time.Time) (wire.Response, *refusal) {
	id, err := uuid.Parse(c.linkID)
	if err != nil || len(c.linkID) != len(uuid.Nil.String()) { // other ways of writing a UUID are not Java's
		return wire.Response{}, badRequest("Request parameter uuid couldn't be parsed/converted to UUID")
	}
	letter, found := c.nav.byLink(id, now)
	if !found {
		return wire.Response{}, notFound("Document not found", "NotFound")
	}
	if refused := c.refuseAccess(letter.Unit, letter.Type, faults, now); refused != nil {
		return wire.Response{}, refused
	}
	switch {
	case c.nav.isGone(&letter, now):
		return wire.Response{}, notFound("Document is no longer available", "Withdrawn")
	case c.operation == opDetails:
		return wire.JSON(http.StatusOK, "OK", detailsOf(&letter)), nil
	case letter.NoContent:
		return wire.Response{}, notFound("Document content not found", "NoContent")
	}
	_, _ = c.nav.change(letter.ID, func(l *Letter) { // the letter exists
		l.Read = true
		l.Fetched++
	})
	return wire.Response{
		Status: http.StatusOK, ContentType: wire.ContentTypePDF, Outcome: "OK", Body: Content(letter.ID),
	}, nil
}

// byLink returns a letter that is visible, also a withdrawn one.
func (s *Service) byLink(linkID uuid.UUID, now time.Time) (Letter, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	letter := s.find(func(l *Letter) bool { return l.LinkID == linkID })
	if letter == nil || letter.Visible.After(now) {
		return Letter{}, false
	}
	return *letter, true
}

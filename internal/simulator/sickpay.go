package simulator

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

const endpointSickPay = "sickpay"

// SickPay serves NAV's API for sick notes and applications for sick pay (navikt/sykepenger-im-lps-api on GitHub):
//
//	POST /v1/sykmeldinger                      sick notes by a filter, at most 1000
//	GET  /v1/sykmelding/{id}                   one
//	GET  /v1/sykmelding/{id}/pdf               as a PDF
//	GET  /v1/sykmelding/{id}.pdf               410: it has moved
//	POST /v1/sykepengesoeknader                applications by a filter
//	GET  /v1/sykepengesoeknad/{id}[/pdf]       one
//
// It accepts tokens by system user. Whether that may see a unit's documents it looks up in the simulated Altinn at once.
func (s *Simulator) SickPay() http.Handler {
	faultsOf := func(f Faults) EndpointFaults { return f.SickPay }
	return s.serveCalls(endpointSickPay, faultsOf, func(r *http.Request) serviceCall {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxNAVBody)) // what breaks off is no filter
		return &sickPayCall{sim: s, method: r.Method, path: r.URL.Path, token: readSentToken(r), body: body}
	})
}

type sickPayCall struct {
	sim          *Simulator
	method, path string
	token        sentToken
	body         []byte
	asked        string
}

func (c *sickPayCall) operation() string { return c.asked }

func (c *sickPayCall) organization() string { return c.systemUser().owner }

// documentPath is a path of one document.
var documentPath = regexp.MustCompile(`^/v1/(sykmelding|sykepengesoeknad)/([^/]+?)(/pdf|\.pdf)?$`)

func (c *sickPayCall) judge(now time.Time) answer {
	for _, kind := range sickPayKinds {
		if c.path == kind.listPath {
			return c.allow(http.MethodPost, kind.listPath, func() answer { return c.list(kind, now) })
		}
	}
	parts := documentPath.FindStringSubmatch(c.path)
	if parts == nil {
		return answer{status: http.StatusNotFound, outcome: "NotFound"}
	}
	kind := sickPayKinds[0]
	if parts[1] == sickPayKinds[1].name {
		kind = sickPayKinds[1]
	}
	return c.allow(http.MethodGet, "/v1/"+kind.name+"/{id}"+parts[3], func() answer { return c.one(kind, parts[2], parts[3], now) })
}

// allow answers calls with the right method and a token that is good.
func (c *sickPayCall) allow(method, asked string, then func() answer) answer {
	c.asked = method + " " + asked
	if c.method != method {
		return answer{status: http.StatusMethodNotAllowed, outcome: "MethodNotAllowed"}
	}
	return then()
}

// list takes NAV's steps in NAV's order: the token, the filter, the right, the documents.
func (c *sickPayCall) list(kind *sickPayKind, now time.Time) answer {
	if refused := c.token.sickPayRefusal(c.sim.keys.published(), c.sim.issuer, now); refused != "" {
		return answer{status: http.StatusUnauthorized, outcome: refused} // without a body
	}
	filter, problem := readSickPayFilter(c.body)
	if problem != "" {
		return sickPayError(http.StatusBadRequest, "SERIALISERINGSFEIL", problem, "")
	}
	faults := c.sim.currentFaults().SickPayData
	if !c.mayRead(kind, filter.unit, faults) {
		return noRightAnswer()
	}
	documents, more := c.sim.sickPay.list(kind, &filter, now, faults.pageLimit())
	listed := answer{status: http.StatusOK, contentType: contentTypeJSON, outcome: "OK", body: documents}
	if more {
		listed.header = map[string]string{"X-Warning-limit-reached": "1000"}
	}
	return listed
}

// one gives a document, or its PDF. Whoever has no right learns all the same whether it is there.
func (c *sickPayCall) one(kind *sickPayKind, named, suffix string, now time.Time) answer {
	if refused := c.token.sickPayRefusal(c.sim.keys.published(), c.sim.issuer, now); refused != "" {
		return answer{status: http.StatusUnauthorized, outcome: refused}
	}
	if suffix == ".pdf" && kind == sickPayKinds[0] {
		return answer{
			status: http.StatusGone, contentType: contentTypeText, outcome: "Gone",
			body: []byte("Endepunktet har blitt flyttet. Bruk v1/sykmelding/{SYKMELDING_ID}/pdf i stedet."),
		}
	}
	id, err := uuid.Parse(named)
	if err != nil {
		return sickPayError(http.StatusBadRequest, kind.badID, kind.badIDMessage, "")
	}
	row, found := c.sim.sickPay.one(kind, id, now)
	if !found {
		return sickPayError(http.StatusNotFound, kind.notFound, kind.notFoundMessage, id.String())
	}
	if !c.mayRead(kind, row.Unit, c.sim.currentFaults().SickPayData) {
		return noRightAnswer()
	}
	if suffix == "" {
		return answer{status: http.StatusOK, contentType: contentTypeJSON, outcome: "OK", body: kind.render(row)}
	}
	return answer{
		status: http.StatusOK, contentType: "application/pdf", outcome: "OK", body: pdfOf(id),
		header: map[string]string{"Content-Disposition": `inline; filename="` + kind.name + "-" + id.String() + `.pdf"`},
	}
}

// pdfOf is a page with nothing on it but the document's id.
func pdfOf(id uuid.UUID) []byte {
	return []byte(strings.Join([]string{
		"%PDF-1.4",
		"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
		"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj",
		"% " + id.String(),
		"trailer<</Root 1 0 R>>",
		"%%EOF",
		"",
	}, "\n"))
}

// sickPayProblem is the body of NAV's errors (ErrorResponse.kt).
type sickPayProblem struct {
	Code      string  `json:"feilkode"`
	Message   string  `json:"feilmelding"`
	Reference *string `json:"referanseId"`
}

func sickPayError(status int, code, message, reference string) answer {
	problem := sickPayProblem{Code: code, Message: message}
	if reference != "" {
		problem.Reference = &reference
	}
	return jsonAnswer(status, code, problem)
}

func noRightAnswer() answer {
	return sickPayError(http.StatusUnauthorized, "IKKE_TILGANG_TIL_RESSURS", "Ikke tilgang til ressurs", "")
}

// Package conformancetest has an HRM system of the contract, api/hrm/openapi.yaml, in memory, for the tests of the
// suite that checks one. It is as plain as can be, and can break each of its promises.
package conformancetest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
)

// HRM is one customer's HRM system. Set its fields before it is used.
type HRM struct {
	Organization string
	Units        []string
	Token        string
	// WantsPDFs says whether PDFs are wanted, of all documents.
	WantsPDFs bool
	// RefusalHour is how long an hour lasts of the times for plans that NAV refuses for now; 0 is an hour.
	RefusalHour time.Duration
	// Broken is how it breaks its promises; "" is not at all.
	Broken Fault
	Now    func() time.Time

	mu        sync.Mutex
	plans     []*plan
	claims    map[uuid.UUID]*claim
	shelves   map[string]*shelf
	asked     int
	lastAsked time.Time
}

// plan is a follow-up plan and the state that it is in.
type plan struct {
	id    string
	state string // offered, claimed, sending, or a settlement's
	claim *claim // that it is claimed, sending or settled by
	// firstRefused, refusals and waitsUntil are those of a plan that NAV refuses for now.
	firstRefused, waitsUntil time.Time
	refusals                 int
}

// claim is what is kept of a claim, also after it has ended.
type claim struct {
	plan     *plan
	at, ends time.Time
	sending  *hrmapi.Sending
	deadline time.Time
	settled  *hrmapi.Settlement
}

// shelf is one kind of documents of one unit.
type shelf struct {
	cursor    int64
	overlap   *openapi_types.Date
	documents map[uuid.UUID]hrmapi.Document
	unwanted  map[uuid.UUID]bool
}

// Offer offers so many plans.
func (h *HRM) Offer(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for range n {
		h.plans = append(h.plans, &plan{id: uuid.NewString(), state: offered})
	}
}

// The states of a plan that no settlement has the name of.
const (
	offered = "offered"
	claimed = "claimed"
	sending = "sending"

	undecided = "undecided"
)

// Handler serves the contract, and stored documents below /stored.
func (h *HRM) Handler() http.Handler {
	h.claims, h.shelves = map[uuid.UUID]*claim{}, map[string]*shelf{}
	refuse := func(w http.ResponseWriter, _ *http.Request, _ error) { h.problem(w, http.StatusBadRequest) }
	api := hrmapi.HandlerWithOptions(
		hrmapi.NewStrictHandlerWithOptions(h, nil, hrmapi.StrictHTTPServerOptions{RequestErrorHandlerFunc: refuse, ResponseErrorHandlerFunc: refuse}),
		hrmapi.StdHTTPServerOptions{ErrorHandlerFunc: refuse})
	mux := http.NewServeMux()
	mux.Handle("/v1/", h.withoutUndecided(api))
	mux.HandleFunc("GET /stored/{unit}/{kind}/{id}", h.stored)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.Broken != NoContractHeader {
			w.Header().Set(hrmapi.ContractHeader, hrmapi.ContractVersion)
		}
		switch {
		case !h.knows(r.Header.Get("Authorization")):
			h.problem(w, http.StatusUnauthorized)
		case h.Broken == Redirects && r.URL.Path == "/v1/units":
			w.Header().Set("Location", "/v2/units")
			w.WriteHeader(http.StatusTemporaryRedirect)
		case h.Broken == LongAnswers && r.URL.Path == "/v1/units":
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"units":[]` + strings.Repeat(" ", 1<<20) + `}`))
		case h.tooLong(r):
			h.problem(w, http.StatusRequestEntityTooLarge)
		case h.Broken == HalfPages && strings.HasSuffix(r.URL.Path, "/pages"):
			h.halfPage(w, r, mux)
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

func (h *HRM) knows(authorization string) bool {
	switch h.Broken {
	case NoTokenNeeded:
		return authorization == "" || authorization == "Bearer "+h.Token
	case AnyTokenGoes:
		return authorization != ""
	default:
		return authorization == "Bearer "+h.Token
	}
}

func (h *HRM) tooLong(r *http.Request) bool {
	const much = 1 << 20
	return r.ContentLength > much && (h.Broken == SmallPages && r.Method == http.MethodPost || h.Broken == SmallPDFs && r.Method == http.MethodPut)
}

// problem is an error.
func (h *HRM) problem(w http.ResponseWriter, status int) {
	body := hrmapi.Problem{Status: &status}
	switch h.Broken {
	case PlainErrors:
		http.Error(w, "no", status)
		return
	case OtherStatusInProblem:
		other := status + 1
		body.Status = &other
	case ErrorsQuotePersons:
		detail := "not for 05908399546"
		body.Detail = &detail
	default:
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// refusal answers every operation with a problem.
type refusal struct {
	hrm    *HRM
	status int
}

func (r refusal) write(w http.ResponseWriter) error {
	r.hrm.problem(w, r.status)
	return nil
}

func (r refusal) VisitPutClaimResponse(w http.ResponseWriter) error       { return r.write(w) }
func (r refusal) VisitPutSendingResponse(w http.ResponseWriter) error     { return r.write(w) }
func (r refusal) VisitPutSettlementResponse(w http.ResponseWriter) error  { return r.write(w) }
func (r refusal) VisitGetCursorResponse(w http.ResponseWriter) error      { return r.write(w) }
func (r refusal) VisitStorePageResponse(w http.ResponseWriter) error      { return r.write(w) }
func (r refusal) VisitListWantedPDFsResponse(w http.ResponseWriter) error { return r.write(w) }
func (r refusal) VisitPutPDFResponse(w http.ResponseWriter) error         { return r.write(w) }

func (h *HRM) conflict() refusal { return refusal{h, http.StatusConflict} }

func (h *HRM) missing() refusal { return refusal{h, http.StatusNotFound} }

// GetOrganization answers whose it is.
func (h *HRM) GetOrganization(context.Context, hrmapi.GetOrganizationRequestObject) (hrmapi.GetOrganizationResponseObject, error) {
	if h.Broken == OtherOrganization {
		return hrmapi.GetOrganization200JSONResponse{OrganizationNumber: "810007842"}, nil
	}
	return hrmapi.GetOrganization200JSONResponse{OrganizationNumber: h.Organization}, nil
}

// ListUnits answers with the units.
func (h *HRM) ListUnits(context.Context, hrmapi.ListUnitsRequestObject) (hrmapi.ListUnitsResponseObject, error) {
	const tooMany = 1001
	if h.Broken == EndlessUnits {
		return hrmapi.ListUnits200JSONResponse{Units: slices.Repeat(h.Units[:1], tooMany)}, nil
	}
	return hrmapi.ListUnits200JSONResponse{Units: h.Units}, nil
}

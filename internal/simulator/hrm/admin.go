// Package hrm is a simulated HRM system that keeps the contract (api/hrm/openapi.yaml), with its data on disk.
package hrm

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/oapi-codegen/runtime/types"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/admin"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// AddAdmin adds the part of the admin API that arranges tenants, acts as their users and shows their data, without
// people's data.
func (h *Service) AddAdmin(mux *http.ServeMux) {
	mux.HandleFunc("GET /hrm/tenants", h.getTenants)
	mux.HandleFunc("PUT /hrm/tenants/{tenant}", h.putTenant)
	mux.HandleFunc("DELETE /hrm/tenants/{tenant}", h.deleteTenant)
	mux.HandleFunc("GET /hrm/tenants/{tenant}/plans", ofTenant(h, getPlans))
	mux.HandleFunc("PUT /hrm/tenants/{tenant}/plans/{plan}", ofTenant(h, putPlan))
	mux.HandleFunc("PUT /hrm/tenants/{tenant}/plans/{plan}/fate", ofTenant(h, putFate))
	mux.HandleFunc("PUT /hrm/tenants/{tenant}/plans/{plan}/decision", ofTenant(h, putDecision))
	mux.HandleFunc("GET /hrm/tenants/{tenant}/documents", ofTenant(h, getDocuments))
	mux.HandleFunc("GET /hrm/tenants/{tenant}/documents/{unit}/{kind}/{document}", ofTenant(h, getDocument))
	mux.HandleFunc("GET /hrm/tenants/{tenant}/cursors", ofTenant(h, getCursors))
	mux.HandleFunc("PUT /hrm/tenants/{tenant}/pdfs", ofTenant(h, putPDFs))
	mux.HandleFunc("GET /hrm/tenants/{tenant}/letters", ofTenant(h, getLetters))
}

// ofTenant serves the data of a registered tenant, so that a misspelt name does not create one.
func ofTenant(h *Service, serve func(http.ResponseWriter, *http.Request, *hrmstore.Tenant) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, known := h.tenant(r.PathValue("tenant")); !known {
			admin.WriteProblem(w, http.StatusNotFound, "there is no such tenant")
			return
		}
		tenant, err := h.Tenant(r.PathValue("tenant"))
		if err == nil {
			err = serve(w, r, tenant)
		}
		switch {
		case errors.Is(err, hrmstore.ErrNotFound):
			admin.WriteProblem(w, http.StatusNotFound, err.Error())
		case errors.Is(err, hrmstore.ErrConflict):
			admin.WriteProblem(w, http.StatusConflict, "the plan is in another state")
		case err != nil:
			admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		}
	}
}

// PlanView is a plan without its content.
type PlanView struct {
	ID     string         `json:"id"`
	State  hrmstore.State `json:"state"`
	Since  time.Time      `json:"since"`
	CallID uuid.UUID      `json:"navCallID"`
	// NAVUUID is NAV's id of a sent plan, Rejection the type of a rejection.
	NAVUUID      uuid.UUID `json:"navUUID"`
	Rejection    string    `json:"rejection,omitempty"`
	Practitioner string    `json:"generalPractitioner,omitempty"`
	// Refusals counts NAV's refusals, LastRefusal is the type of the last, and OfferedFrom when its wait ends.
	Refusals    int        `json:"refusals,omitempty"`
	LastRefusal string     `json:"lastRefusal,omitempty"`
	OfferedFrom *time.Time `json:"offeredFrom,omitempty"`
}

func getPlans(w http.ResponseWriter, _ *http.Request, t *hrmstore.Tenant) error {
	plans, err := t.Plans()
	if err != nil {
		return err
	}
	views := make([]PlanView, 0, len(plans))
	for i := range plans {
		p := &plans[i]
		view := PlanView{ID: p.ID, State: p.State, Since: p.History[len(p.History)-1].Time, CallID: p.CallID}
		if p.Settlement != nil && p.Settlement.Sent != nil {
			view.NAVUUID, view.Practitioner = p.Settlement.Sent.NAVUUID, string(p.Settlement.Sent.GeneralPractitioner)
		}
		if p.Settlement != nil && p.Settlement.Rejected != nil {
			view.Rejection = p.Settlement.Rejected.Type
		}
		if p.Refusals != nil {
			view.Refusals, view.LastRefusal = p.Refusals.Count, p.Refusals.Answer.Type
		}
		if p.State == hrmstore.Refused {
			view.OfferedFrom = &p.Until
		}
		views = append(views, view)
	}
	admin.WriteJSON(w, views)
	return nil
}

// putPlan finishes a plan as a person, which offers it.
func putPlan(w http.ResponseWriter, r *http.Request, t *hrmstore.Tenant) error {
	var document json.RawMessage
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, admin.MaxBytes)).Decode(&document); err != nil {
		return err
	}
	if err := t.Offer(map[string]json.RawMessage{r.PathValue("plan"): document}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Fate is a person's settlement of an unknown plan.
type Fate struct {
	// NAVUUID is NAV's id of it; zero if NAV does not have it.
	NAVUUID uuid.UUID `json:"navUUID"`
}

func putFate(w http.ResponseWriter, r *http.Request, t *hrmstore.Tenant) error {
	var fate Fate
	if err := admin.ReadJSON(w, r, &fate); err != nil {
		return err
	}
	if err := t.SettleByPerson(r.PathValue("plan"), fate.NAVUUID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// PlanDecision is a person's decision on a plan that NAV refuses.
type PlanDecision struct {
	Decision hrmstore.Decision `json:"decision"`
}

func putDecision(w http.ResponseWriter, r *http.Request, t *hrmstore.Tenant) error {
	var decision PlanDecision
	if err := admin.ReadJSON(w, r, &decision); err != nil {
		return err
	}
	if decision.Decision != hrmstore.OfferAgain && decision.Decision != hrmstore.Abandon {
		return fmt.Errorf("the decision is %s or %s", hrmstore.OfferAgain, hrmstore.Abandon)
	}
	if err := t.Decide(r.PathValue("plan"), decision.Decision); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// DocumentView is a document without its content.
type DocumentView struct {
	Unit           string    `json:"unit"`
	Kind           string    `json:"kind"`
	ID             uuid.UUID `json:"id"`
	SequenceNumber int64     `json:"sequenceNumber"`
	PDF            bool      `json:"pdf"`
	CSV            bool      `json:"csv"`
}

// getDocument shows a stored document, as hrm-conformance reads it.
func getDocument(w http.ResponseWriter, r *http.Request, t *hrmstore.Tenant) error {
	id, err := uuid.Parse(r.PathValue("document"))
	if err != nil {
		return err
	}
	d, err := t.Document(r.PathValue("unit"), hrmapi.Kind(r.PathValue("kind")), id)
	if err != nil {
		return err
	}
	admin.WriteJSON(w, hrmapi.Document{ID: d.ID, SequenceNumber: d.SequenceNumber, Times: d.Times, Document: d.Content})
	return nil
}

func getDocuments(w http.ResponseWriter, _ *http.Request, t *hrmstore.Tenant) error {
	views := []DocumentView{}
	err := t.Each(func(d hrmstore.Document) error {
		views = append(views, DocumentView{d.Unit, string(d.Kind), d.ID, d.SequenceNumber, d.HasPDF, d.HasCSV})
		return nil
	})
	if err != nil {
		return err
	}
	admin.WriteJSON(w, views)
	return nil
}

// CursorView is the cursor of a unit and kind.
type CursorView struct {
	Unit   string `json:"unit"`
	Kind   string `json:"kind"`
	Cursor int64  `json:"cursor"`
	// LastOverlap is the day of the last overlap, if there was one.
	LastOverlap *types.Date `json:"lastOverlap,omitempty"`
}

func getCursors(w http.ResponseWriter, _ *http.Request, t *hrmstore.Tenant) error {
	places, err := t.Places()
	if err != nil {
		return err
	}
	views := make([]CursorView, 0, len(places))
	for _, p := range places {
		views = append(views, CursorView{p.Unit, string(p.Kind), p.Cursor, p.LastOverlap})
	}
	admin.WriteJSON(w, views)
	return nil
}

// putPDFs has the tenant want PDFs, and CSV files of settlement reports.
func putPDFs(w http.ResponseWriter, _ *http.Request, t *hrmstore.Tenant) error {
	if err := errors.Join(t.WantPDFs(true), t.WantCSVs(true)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

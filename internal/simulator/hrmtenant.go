package simulator

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// hrmTenant answers for one tenant of the HRM solution.
type hrmTenant struct {
	tenant tenant
	data   *hrmstore.Tenant
}

var _ hrmapi.StrictServerInterface = &hrmTenant{}

func problemOf(status int, detail string) hrmapi.Problem {
	title := http.StatusText(status)
	return hrmapi.Problem{Status: &status, Title: &title, Detail: &detail}
}

// withinAnHour reports whether seconds are within the contract's bounds.
func withinAnHour(seconds int) bool { return seconds >= 1 && seconds <= 3600 }

func (t *hrmTenant) GetOrganization(context.Context, hrmapi.GetOrganizationRequestObject) (hrmapi.GetOrganizationResponseObject, error) {
	return hrmapi.GetOrganization200JSONResponse{OrganizationNumber: t.tenant.organizationNumber}, nil
}

func (t *hrmTenant) ListUnits(context.Context, hrmapi.ListUnitsRequestObject) (hrmapi.ListUnitsResponseObject, error) {
	return hrmapi.ListUnits200JSONResponse{Units: append([]string{}, t.tenant.units...)}, nil
}

func (t *hrmTenant) PutClaim(_ context.Context, r hrmapi.PutClaimRequestObject) (hrmapi.PutClaimResponseObject, error) {
	if !withinAnHour(r.Body.LeaseSeconds) {
		return hrmapi.PutClaimdefaultApplicationProblemPlusJSONResponse{
			StatusCode: http.StatusBadRequest, Body: problemOf(http.StatusBadRequest, "leaseSeconds is out of bounds"),
		}, nil
	}
	plan, open, err := t.data.Claim(r.ClaimID, time.Duration(r.Body.LeaseSeconds)*time.Second)
	if errors.Is(err, hrmstore.ErrConflict) {
		return hrmapi.PutClaim409ApplicationProblemPlusJSONResponse{StaleApplicationProblemPlusJSONResponse: stale()}, nil
	}
	if err != nil {
		return nil, err
	}
	said := hrmapi.PutClaim200JSONResponse{OpenUnknown: int32(open)} //nolint:gosec // It counts plans of one customer.
	if plan != nil {
		said.Claim = &hrmapi.Claim{PlanID: plan.ID, Plan: plan.Document}
	}
	return said, nil
}

func stale() hrmapi.StaleApplicationProblemPlusJSONResponse {
	return hrmapi.StaleApplicationProblemPlusJSONResponse(problemOf(http.StatusConflict, "The claim is not valid, or not for this any more"))
}

func (t *hrmTenant) PutSending(_ context.Context, r hrmapi.PutSendingRequestObject) (hrmapi.PutSendingResponseObject, error) {
	if !withinAnHour(r.Body.DeadlineSeconds) {
		return hrmapi.PutSendingdefaultApplicationProblemPlusJSONResponse{
			StatusCode: http.StatusBadRequest, Body: problemOf(http.StatusBadRequest, "deadlineSeconds is out of bounds"),
		}, nil
	}
	err := t.data.Sending(r.ClaimID, r.Body.NAVCallID, time.Duration(r.Body.DeadlineSeconds)*time.Second)
	if errors.Is(err, hrmstore.ErrConflict) {
		return hrmapi.PutSending409ApplicationProblemPlusJSONResponse{StaleApplicationProblemPlusJSONResponse: stale()}, nil
	}
	return hrmapi.PutSending204Response{}, err
}

func (t *hrmTenant) PutSettlement(_ context.Context, r hrmapi.PutSettlementRequestObject) (hrmapi.PutSettlementResponseObject, error) {
	if !wholeSettlement(*r.Body) {
		return hrmapi.PutSettlementdefaultApplicationProblemPlusJSONResponse{
			StatusCode: http.StatusBadRequest, Body: problemOf(http.StatusBadRequest, "the state and what belongs to it do not agree"),
		}, nil
	}
	err := t.data.Settle(r.ClaimID, *r.Body)
	if errors.Is(err, hrmstore.ErrConflict) {
		return hrmapi.PutSettlement409ApplicationProblemPlusJSONResponse{StaleApplicationProblemPlusJSONResponse: stale()}, nil
	}
	return hrmapi.PutSettlement204Response{}, err
}

// wholeSettlement reports whether a settlement has what belongs to its state, and nothing else.
func wholeSettlement(s hrmapi.Settlement) bool {
	parts := map[hrmapi.SettledState]bool{
		hrmapi.SettledStateSent: s.Sent != nil, hrmapi.SettledStateRejected: s.Rejected != nil, hrmapi.SettledStateUnknown: s.Unknown != nil,
	}
	for state, there := range parts {
		if there != (state == s.State) {
			return false
		}
	}
	return s.State.Valid()
}

func (t *hrmTenant) knows(unit string) bool { return slices.Contains(t.tenant.units, unit) }

func unknownUnit() hrmapi.UnknownUnitApplicationProblemPlusJSONResponse {
	return hrmapi.UnknownUnitApplicationProblemPlusJSONResponse(problemOf(http.StatusNotFound, "There is no such unit, or no such document"))
}

func (t *hrmTenant) GetCursor(_ context.Context, r hrmapi.GetCursorRequestObject) (hrmapi.GetCursorResponseObject, error) {
	if !t.knows(r.Unit) {
		return hrmapi.GetCursor404ApplicationProblemPlusJSONResponse{UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit()}, nil
	}
	place, err := t.data.Place(r.Unit, r.Kind)
	return hrmapi.GetCursor200JSONResponse{Cursor: place.Cursor, LastOverlap: place.LastOverlap}, err
}

// maxDocuments is how many a page may have.
const maxDocuments = 1000

func (t *hrmTenant) StorePage(_ context.Context, r hrmapi.StorePageRequestObject) (hrmapi.StorePageResponseObject, error) {
	if !t.knows(r.Unit) {
		return hrmapi.StorePage404ApplicationProblemPlusJSONResponse{UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit()}, nil
	}
	if len(r.Body.Documents) > maxDocuments || r.Body.Cursor < r.Body.PreviousCursor {
		return hrmapi.StorePagedefaultApplicationProblemPlusJSONResponse{
			StatusCode: http.StatusBadRequest, Body: problemOf(http.StatusBadRequest, "too many documents, or a cursor that goes backwards"),
		}, nil
	}
	err := t.data.StorePage(r.Unit, r.Kind, *r.Body)
	if errors.Is(err, hrmstore.ErrConflict) {
		return hrmapi.StorePage409ApplicationProblemPlusJSONResponse(problemOf(http.StatusConflict, "The cursor is elsewhere; nothing was stored")), nil
	}
	return hrmapi.StorePage204Response{}, err
}

func (t *hrmTenant) ListWantedPDFs(_ context.Context, r hrmapi.ListWantedPDFsRequestObject) (hrmapi.ListWantedPDFsResponseObject, error) {
	if !t.knows(r.Unit) {
		return hrmapi.ListWantedPDFs404ApplicationProblemPlusJSONResponse{UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit()}, nil
	}
	ids, err := t.data.WantedPDFs(r.Unit, r.Kind)
	return hrmapi.ListWantedPDFs200JSONResponse{Ids: ids}, err
}

func (t *hrmTenant) PutPDF(_ context.Context, r hrmapi.PutPDFRequestObject) (hrmapi.PutPDFResponseObject, error) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	err = hrmstore.ErrNotFound
	if t.knows(r.Unit) {
		err = t.data.StorePDF(r.Unit, r.Kind, r.DocumentID, content)
	}
	if errors.Is(err, hrmstore.ErrNotFound) {
		return hrmapi.PutPDF404ApplicationProblemPlusJSONResponse{UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit()}, nil
	}
	return hrmapi.PutPDF204Response{}, err
}

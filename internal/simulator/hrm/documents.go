package hrm

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/simulator/hrmstore"
)

// knows reports whether there are such documents. The main unit has settlement reports only.
func (t *contract) knows(unit string, kind hrmapi.Kind) bool {
	isMain := kind == hrmapi.SettlementReports && unit == t.tenant.organizationNumber
	return kind.Valid() && (isMain || slices.Contains(t.tenant.units, unit))
}

func unknownUnit() hrmapi.UnknownUnitApplicationProblemPlusJSONResponse {
	return hrmapi.UnknownUnitApplicationProblemPlusJSONResponse(problemOf(http.StatusNotFound,
		"There is no such unit, or no such document"))
}

func (t *contract) GetCursor(
	_ context.Context, r hrmapi.GetCursorRequestObject,
) (hrmapi.GetCursorResponseObject, error) {
	if !t.knows(r.Unit, r.Kind) {
		return hrmapi.GetCursor404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	place, err := t.data.Place(r.Unit, r.Kind)
	return hrmapi.GetCursor200JSONResponse{Cursor: place.Cursor, LastOverlap: place.LastOverlap}, err
}

// maxDocuments is how many a page may have.
const maxDocuments = 1000

// pageFault returns what is wrong with a page, or "". That a cursor must not go backwards is a rule of the simulator.
func pageFault(page *hrmapi.Page) string {
	if len(page.Documents) > maxDocuments {
		return "there are too many documents"
	}
	if page.PreviousCursor < 0 || page.Cursor < page.PreviousCursor {
		return "the cursor is negative, or goes backwards"
	}
	for i := range page.Documents {
		if page.Documents[i].SequenceNumber < 0 {
			return "a sequence number is negative"
		}
	}
	return ""
}

func (t *contract) StorePage(
	_ context.Context, r hrmapi.StorePageRequestObject,
) (hrmapi.StorePageResponseObject, error) {
	if !t.knows(r.Unit, r.Kind) {
		return hrmapi.StorePage404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	if detail := pageFault(r.Body); detail != "" {
		return hrmapi.StorePagedefaultApplicationProblemPlusJSONResponse{
			StatusCode: http.StatusBadRequest, Body: problemOf(http.StatusBadRequest, detail),
		}, nil
	}
	if t.refusesAny(r.Body.Documents) {
		return hrmapi.StorePagedefaultApplicationProblemPlusJSONResponse{
			StatusCode: http.StatusUnprocessableEntity, Body: problemOf(http.StatusUnprocessableEntity,
				"A document of the page cannot be stored"),
		}, nil
	}
	err := t.data.StorePage(r.Unit, r.Kind, *r.Body)
	if errors.Is(err, hrmstore.ErrConflict) {
		return hrmapi.StorePage409ApplicationProblemPlusJSONResponse(problemOf(http.StatusConflict,
			"The cursor is elsewhere; nothing was stored")), nil
	}
	return hrmapi.StorePage204Response{}, err
}

func (t *contract) ListWantedPDFs(
	_ context.Context, r hrmapi.ListWantedPDFsRequestObject,
) (hrmapi.ListWantedPDFsResponseObject, error) {
	if !t.knows(r.Unit, r.Kind) {
		return hrmapi.ListWantedPDFs404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	ids, err := t.data.WantedPDFs(r.Unit, r.Kind)
	return hrmapi.ListWantedPDFs200JSONResponse{Ids: ids}, err
}

func (t *contract) PutPDF(_ context.Context, r hrmapi.PutPDFRequestObject) (hrmapi.PutPDFResponseObject, error) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	err = hrmstore.ErrNotFound
	if t.knows(r.Unit, r.Kind) {
		err = t.data.StorePDF(r.Unit, r.Kind, r.DocumentID, content)
	}
	if errors.Is(err, hrmstore.ErrNotFound) {
		return hrmapi.PutPDF404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	return hrmapi.PutPDF204Response{}, err
}

func (t *contract) ListWantedCSVs(
	_ context.Context, r hrmapi.ListWantedCSVsRequestObject,
) (hrmapi.ListWantedCSVsResponseObject, error) {
	if !t.knows(r.Unit, r.Kind) {
		return hrmapi.ListWantedCSVs404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	ids, err := t.data.WantedCSVs(r.Unit, r.Kind)
	return hrmapi.ListWantedCSVs200JSONResponse{Ids: ids}, err
}

func (t *contract) PutCSV(_ context.Context, r hrmapi.PutCSVRequestObject) (hrmapi.PutCSVResponseObject, error) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	err = hrmstore.ErrNotFound
	if t.knows(r.Unit, r.Kind) {
		err = t.data.StoreCSV(r.Unit, r.Kind, r.DocumentID, content)
	}
	if errors.Is(err, hrmstore.ErrNotFound) {
		return hrmapi.PutCSV404ApplicationProblemPlusJSONResponse{
			UnknownUnitApplicationProblemPlusJSONResponse: unknownUnit(),
		}, nil
	}
	return hrmapi.PutCSV204Response{}, err
}

// DocumentRefusal reports whether the HRM system refuses a document.
type DocumentRefusal func(hrmapi.Document) bool

// SetDocumentRefusal sets a function that selects documents whose pages are refused with 422; nil removes it.
func (h *Service) SetDocumentRefusal(refuses DocumentRefusal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refuses = refuses
}

func (h *Service) documentRefusal() DocumentRefusal {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.refuses
}

func (t *contract) refusesAny(documents []hrmapi.Document) bool {
	return t.refuses != nil && slices.ContainsFunc(documents, t.refuses)
}

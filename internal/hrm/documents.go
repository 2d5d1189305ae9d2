package hrm

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
)

// Cursor asks how far documents of a kind have been fetched for a unit.
func (c *Client) Cursor(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) (hrmapi.Cursor, error) {
	const doing = "asking the HRM solution for its cursor"
	got, err := again(ctx, c, doing, http.StatusOK, func(ctx context.Context) (*hrmapi.GetCursorResponse, error) {
		return c.api.GetCursorWithResponse(ctx, unit.String(), kind)
	})
	if err != nil {
		return hrmapi.Cursor{}, err
	}
	if got.JSON200 == nil || got.JSON200.Cursor < 0 {
		return hrmapi.Cursor{}, noJSON(doing)
	}
	if err := checkMembers(doing, got.Body, "cursor"); err != nil {
		return hrmapi.Cursor{}, err
	}
	return *got.JSON200, nil
}

// StorePage stores documents and moves the cursor. It is asked once: whether an answer that was lost was yes is seen by
// the cursor. ErrConflict means that the cursor was elsewhere, and nothing was stored.
func (c *Client) StorePage(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind, page hrmapi.Page) error {
	const doing = "storing documents at the HRM solution"
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // or <, > and & within a document would be written in another way than NAV's
	if err := encoder.Encode(page); err != nil {
		return runreport.Errorf(runreport.InternalError, "%s: the page cannot be written", doing)
	}
	_, err := once(ctx, c, doing, http.StatusNoContent, func(ctx context.Context) (*hrmapi.StorePageResponse, error) {
		return c.api.StorePageWithBodyWithResponse(ctx, unit.String(), kind, "application/json", &body)
	})
	return err
}

// maxWanted bounds how many PDFs are wanted at once: the contract's.
const maxWanted = 100

// WantedPDFs asks of which documents a PDF is wanted. ErrNotFound means of none.
func (c *Client) WantedPDFs(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) ([]uuid.UUID, error) {
	const doing = "asking the HRM solution for the PDFs that it wants"
	got, err := again(ctx, c, doing, http.StatusOK, func(ctx context.Context) (*hrmapi.ListWantedPDFsResponse, error) {
		return c.api.ListWantedPDFsWithResponse(ctx, unit.String(), kind)
	})
	if err != nil {
		return nil, err
	}
	if got.JSON200 == nil {
		return nil, noJSON(doing)
	}
	if err := checkMembers(doing, got.Body, "ids"); err != nil {
		return nil, err
	}
	if len(got.JSON200.Ids) > maxWanted {
		return nil, runreport.Errorf(runreport.HRMBadResponse, "%s: more than %d at once", doing, maxWanted)
	}
	return got.JSON200.Ids, nil
}

// StorePDF stores the PDF of a document. ErrNotFound means that the HRM solution does not know the document.
func (c *Client) StorePDF(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind, id uuid.UUID, pdf []byte) error {
	const doing = "storing a PDF at the HRM solution"
	_, err := again(ctx, c, doing, http.StatusNoContent, func(ctx context.Context) (*hrmapi.PutPDFResponse, error) {
		return c.api.PutPDFWithBodyWithResponse(ctx, unit.String(), kind, id, "application/pdf", bytes.NewReader(pdf))
	})
	return err
}

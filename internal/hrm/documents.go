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

// Cursor returns the cursor of a unit's documents of a kind.
func (c *Client) Cursor(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) (hrmapi.Cursor, error) {
	const doing = "requesting the cursor of the HRM system"
	got, err := callRepeatedly(ctx, c, doing, http.StatusOK, func(ctx context.Context) (*hrmapi.GetCursorResponse, error) {
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

// StorePage stores documents and moves the cursor. It sends the request once: after a lost response, the cursor shows
// whether the HRM system has stored the page. ErrConflict means that the cursor was at another number. The HRM system
// stored nothing.
func (c *Client) StorePage(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind, page hrmapi.Page) error {
	const doing = "storing documents at the HRM system"
	body, err := encode(page)
	if err != nil {
		return runreport.Errorf(runreport.InternalError, "%s: the page cannot be encoded", doing)
	}
	_, err = callOnce(ctx, c, doing, http.StatusNoContent, func(ctx context.Context) (*hrmapi.StorePageResponse, error) {
		return c.api.StorePageWithBodyWithResponse(ctx, unit.String(), kind, "application/json", bytes.NewReader(body))
	})
	return err
}

// encode encodes JSON. It keeps <, > and & as NAV wrote them.
func encode(document any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(document)
	return body.Bytes(), err
}

// maxWanted is the contract's bound of wanted PDFs and of wanted CSV files.
const maxWanted = 100

// WantedPDFs returns the documents whose PDFs the HRM system wants. ErrNotFound means that it wants none.
func (c *Client) WantedPDFs(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) ([]uuid.UUID, error) {
	const doing = "requesting the PDFs that the HRM system wants"
	got, err := callRepeatedly(ctx, c, doing, http.StatusOK,
		func(ctx context.Context) (*hrmapi.ListWantedPDFsResponse, error) {
			return c.api.ListWantedPDFsWithResponse(ctx, unit.String(), kind)
		})
	if err != nil {
		return nil, err
	}
	return wantedOf(doing, got.Body, got.JSON200)
}

// WantedCSVs returns the documents whose CSV files the HRM system wants. ErrNotFound means that it wants none.
func (c *Client) WantedCSVs(ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind) ([]uuid.UUID, error) {
	const doing = "requesting the CSV files that the HRM system wants"
	got, err := callRepeatedly(ctx, c, doing, http.StatusOK,
		func(ctx context.Context) (*hrmapi.ListWantedCSVsResponse, error) {
			return c.api.ListWantedCSVsWithResponse(ctx, unit.String(), kind)
		})
	if err != nil {
		return nil, err
	}
	return wantedOf(doing, got.Body, got.JSON200)
}

// wantedOf returns the ids of a list of wanted contents.
func wantedOf(doing string, body []byte, list *hrmapi.WantedDocuments) ([]uuid.UUID, error) {
	if list == nil {
		return nil, noJSON(doing)
	}
	if err := checkMembers(doing, body, "ids"); err != nil {
		return nil, err
	}
	if len(list.Ids) > maxWanted {
		return nil, runreport.Errorf(runreport.HRMBadResponse, "%s: more than %d", doing, maxWanted)
	}
	return list.Ids, nil
}

// StorePDF stores the PDF of a document. ErrNotFound means that the HRM system does not have the document.
func (c *Client) StorePDF(
	ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind, id uuid.UUID, pdf []byte,
) error {
	const doing = "storing a PDF at the HRM system"
	_, err := callRepeatedly(ctx, c, doing, http.StatusNoContent,
		func(ctx context.Context) (*hrmapi.PutPDFResponse, error) {
			return c.api.PutPDFWithBodyWithResponse(ctx, unit.String(), kind, id, "application/pdf", bytes.NewReader(pdf))
		})
	return err
}

// StoreCSV stores the CSV file of a document. ErrNotFound means that the HRM system does not have the document.
func (c *Client) StoreCSV(
	ctx context.Context, unit orgnumber.Number, kind hrmapi.Kind, id uuid.UUID, csv []byte,
) error {
	const doing = "storing a CSV file at the HRM system"
	_, err := callRepeatedly(ctx, c, doing, http.StatusNoContent,
		func(ctx context.Context) (*hrmapi.PutCSVResponse, error) {
			return c.api.PutCSVWithBodyWithResponse(ctx, unit.String(), kind, id, "text/csv", bytes.NewReader(csv))
		})
	return err
}

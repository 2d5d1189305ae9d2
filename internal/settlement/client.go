// Package settlement is the client of NAV's API for settlement reports ("oppgjørsrapporter"): refunds of sick pay (K27)
// and deductions (T12, T14). NAV numbers the reports. It verifies with Altinn that the customer's system user may read
// them.
//
// Reports contain bank accounts, and their contents people. Errors and logs do not quote them.
// The HRM system receives the list without bank accounts.
//
// Source: github.com/navikt/sokos-oppgjorsrapporter.
package settlement

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// maxList bounds a list, in bytes. NAV sends some hundred bytes for each report, and a few reports a month.
	maxList = 16 << 20
	// path is the path of all reports.
	path = "api/rapport/v1"
	// typeCSV is the content type of CSV files.
	typeCSV = "text/csv"
)

// Client is a client of the API. It is safe for concurrent use. Each error of its methods is a *runreport.Error:
// NAVUnreachable, NAVError, NAVTokenRejected, RightMissing or InternalError.
type Client struct {
	api navapi.API
}

// New returns a Client. It sends no request.
func New(cfg navapi.Config) (*Client, error) {
	api, err := navapi.New("settlement reports", cfg, refusalError)
	return &Client{api: api}, err
}

// listRequest is the body of a request for a list. It always has an id, 0 for all reports: NAV lists those of the
// current year if it has neither date nor id, and those of one year if it has a first date. Without an organization,
// NAV takes the owner of the system user, who may be an agent.
type listRequest struct {
	Unit            string `json:"orgnr"`
	After           int64  `json:"etterId"`
	IncludeArchived bool   `json:"inkluderArkiverte"`
}

// List returns the reports of a unit after f.After whose value date is f.From or later, ordered by number. A person may
// have archived a report, which hides it from NAV's list for everybody, so List includes archived ones. An error is the
// only element.
func (c *Client) List(
	ctx context.Context, token outbound.Bearer, f navapi.Filter,
) iter.Seq2[navapi.Document, error] {
	return func(yield func(navapi.Document, error) bool) {
		reports, err := c.list(ctx, token, f)
		if err != nil {
			yield(navapi.Document{}, err)
			return
		}
		for _, d := range reports {
			if !yield(d, nil) {
				return
			}
		}
	}
}

func (c *Client) list(ctx context.Context, token outbound.Bearer, f navapi.Filter) ([]navapi.Document, error) {
	const doing = "listing settlement reports at NAV"
	body, err := json.Marshal(listRequest{Unit: f.Unit.String(), After: f.After, IncludeArchived: true})
	if err != nil {
		return nil, runreport.Errorf(runreport.InternalError, "%s: %w", doing, err)
	}
	body, err = c.api.Read(ctx, token, navapi.Call{
		Doing: doing, Method: http.MethodPost, Path: []string{path}, Body: body, Accept: navapi.JSON, Limit: maxList,
		ContentType: navapi.JSON,
	})
	if err != nil {
		return nil, err
	}
	reports, err := parseList(body, f)
	if err != nil {
		return nil, runreport.Errorf(runreport.NAVError, "%s: %w", doing, err)
	}
	slices.SortStableFunc(reports, func(a, b navapi.Document) int {
		return cmp.Compare(a.SequenceNumber, b.SequenceNumber)
	})
	return slices.CompactFunc(reports, func(a, b navapi.Document) bool {
		return a.SequenceNumber == b.SequenceNumber
	}), nil
}

// PDF returns the PDF of a report. navapi.ErrNotFound means that NAV does not have it, or that it is not the
// customer's.
func (c *Client) PDF(ctx context.Context, token outbound.Bearer, id uuid.UUID) ([]byte, error) {
	const doing = "fetching the PDF of a settlement report from NAV"
	pdf, err := c.content(ctx, token, id, doing, navapi.PDF)
	if err != nil {
		return nil, err
	}
	return pdf, navapi.CheckPDF(doing, pdf)
}

// CSV returns the CSV file of a report byte for byte, in NAV's encoding. navapi.ErrNotFound is as for PDF.
func (c *Client) CSV(ctx context.Context, token outbound.Bearer, id uuid.UUID) ([]byte, error) {
	const doing = "fetching the CSV file of a settlement report from NAV"
	csv, err := c.content(ctx, token, id, doing, typeCSV)
	if err != nil {
		return nil, err
	}
	firstLine, _, _ := bytes.Cut(csv, []byte("\n"))
	if len(csv) == 0 || len(bytes.TrimSpace(firstLine)) > 0 && !bytes.Contains(firstLine, []byte(";")) {
		return nil, runreport.Errorf(runreport.NAVError, "%s: %w: the body is no CSV file", doing, navapi.ErrUnusable)
	}
	return csv, nil
}

// content returns the content of a report in one form. NAV returns it only for an Accept that names the form.
func (c *Client) content(
	ctx context.Context, token outbound.Bearer, id uuid.UUID, doing, contentType string,
) ([]byte, error) {
	number, ok := numberOf(id)
	if !ok {
		return nil, runreport.Errorf(runreport.NAVError, "%s: %w: its id has no number of NAV's", doing, navapi.ErrNotFound)
	}
	return c.api.Read(ctx, token, navapi.Call{
		Doing: doing, Method: http.MethodGet, Path: []string{path, strconv.FormatInt(number, 10), "innhold"},
		Accept: contentType, ContentType: contentType, Limit: navapi.MaxContent,
	})
}

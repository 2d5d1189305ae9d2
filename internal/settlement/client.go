// Package settlement is the client of NAV's API for settlement reports ("oppgjørsrapporter"): refunds of sick pay (K27)
// and deductions (T12, T14). NAV numbers the reports. It verifies with Altinn that the customer's system user may read
// them.
//
// Reports contain bank accounts, and their contents people. Errors and logs contain nothing of them, and of the list
// the HRM system receives no bank account.
//
// Source: github.com/navikt/sokos-oppgjorsrapporter.
package settlement

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"time"

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
	// earliest is the first date of a list that has no other limit. A list without a date has the current year only.
	earliest = "2000-01-01"
)

// Client is a client of the API. It is safe for concurrent use. Each error of its methods is a *runreport.Error:
// NAVUnreachable, NAVError, NAVTokenRejected, RightMissing or InternalError.
type Client struct {
	api navapi.API
}

// New returns a Client. It sends no request.
func New(cfg navapi.Config) (*Client, error) {
	api, err := navapi.New("settlement reports", cfg)
	api.Refusal = refusalError
	return &Client{api: api}, err
}

// listRequest is the body of a request for a list. With neither date nor id, NAV lists the current year only. Without
// an organization, NAV takes the owner of the system user, who may be an agent.
type listRequest struct {
	Unit            string `json:"orgnr"`
	From            string `json:"fraDato,omitempty"`
	After           int64  `json:"etterId,omitempty"`
	IncludeArchived bool   `json:"inkluderArkiverte"`
}

// List returns the reports of a unit, ordered by number: those after f.After, or if that is 0 those from f.From on. A
// person may have archived a report, which hides it from NAV's list for everybody, so List includes archived ones. An
// error is the only element.
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
	wanted := listRequest{Unit: f.Unit.String(), After: f.After, IncludeArchived: true}
	if f.After == 0 {
		wanted.From = firstDate(f.From)
	}
	body, err := json.Marshal(wanted)
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

// firstDate returns a month before a date: NAV does not document whether it compares the date on which it pays, or the
// one on which it made the report. The caller leaves out reports that NAV pays before the date.
func firstDate(from string) string {
	date, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return earliest
	}
	return date.AddDate(0, -1, 0).Format(time.DateOnly)
}

// PDF returns the PDF of a report. navapi.ErrNotFound means that NAV does not have it, or that it is not the
// customer's.
func (c *Client) PDF(ctx context.Context, token outbound.Bearer, id uuid.UUID) ([]byte, error) {
	const doing = "fetching a settlement report from NAV"
	number, ok := numberOf(id)
	if !ok {
		return nil, runreport.Errorf(runreport.NAVError, "%s: %w: its id has no number of NAV's", doing, navapi.ErrNotFound)
	}
	pdf, err := c.api.Read(ctx, token, navapi.Call{
		Doing: doing, Method: http.MethodGet, Path: []string{path, strconv.FormatInt(number, 10), "innhold"},
		Accept: navapi.PDF, ContentType: navapi.PDF, Limit: navapi.MaxContent, // NAV refuses any other Accept
	})
	if err != nil {
		return nil, err
	}
	return pdf, navapi.CheckPDF(doing, pdf)
}

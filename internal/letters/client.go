// Package letters is the client of NAV's API for documents that NAV sends employers ("dokumentporten"): letters about
// dialogue meetings and follow-up plans made in NAV's own tool. Each request for a list names a sub-unit. NAV verifies
// with Altinn that the customer's system user may read its documents.
//
// Letters are personal data, some of them health data. Errors and logs do not quote them.
//
// Source: github.com/navikt/syfo-dokumentporten.
package letters

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// PageSize is the number of letters of a full page, NAV's greatest.
	PageSize = 200
	// maxPage bounds a page, in bytes. NAV sends less than a thousand bytes for each letter.
	maxPage = 4 << 20
	// documents is the path of all letters.
	documents = "api/v1/documents"
)

// Client is a client of the API. It is safe for concurrent use. Each error of its methods is a *runreport.Error:
// NAVUnreachable, NAVError, NAVTokenRejected, RightMissing or InternalError.
type Client struct {
	api navapi.API
}

// New returns a Client. It sends no request.
func New(cfg navapi.Config) (*Client, error) {
	api, err := navapi.New("letters", cfg, refusalError)
	return &Client{api: api}, err
}

// Filter selects letters.
type Filter struct {
	Unit orgnumber.Number
	Kind Kind
	// After is the time after which the letters were created. Letters of exactly that time are not listed.
	After time.Time
}

// List returns a page of letters, by the time of their creation. It does not mark them as read.
func (c *Client) List(ctx context.Context, token outbound.Bearer, f Filter) (Page, error) {
	const doing = "listing letters at NAV"
	query := url.Values{
		"orgNumber": {f.Unit.String()}, "documentType": {f.Kind.documentType},
		"createdAfter": {f.After.UTC().Format(time.RFC3339Nano)}, "pageSize": {strconv.Itoa(PageSize)},
	}
	body, err := c.api.Read(ctx, token, navapi.Call{
		Doing: doing, Method: http.MethodGet, Path: []string{documents}, Query: query, Limit: maxPage,
		ContentType: navapi.JSON,
	})
	if err != nil {
		return Page{}, err
	}
	return parsePage(body, f)
}

// Check returns nil if NAV has the letter, and ErrWithdrawn if NAV has withdrawn it. It does not mark it as read.
func (c *Client) Check(ctx context.Context, token outbound.Bearer, linkID uuid.UUID) error {
	const doing = "checking a letter at NAV"
	body, err := c.api.Read(ctx, token, navapi.Call{
		Doing: doing, Method: http.MethodGet, Path: []string{documents, linkID.String(), "details"}, Limit: maxPage,
		ContentType: navapi.JSON,
	})
	if err != nil {
		return err
	}
	var read item
	if json.Unmarshal(body, &read) != nil || read.LinkID != linkID {
		return runreport.Errorf(runreport.NAVError, "%s: the body is not this letter", doing)
	}
	return nil
}

// Content returns the content of a letter, a PDF. NAV then shows the letter as read to everybody. ErrWithdrawn means
// that NAV has withdrawn it, navapi.ErrNotFound that NAV does not have its content, and navapi.ErrUnusable that it is
// too large or no PDF.
func (c *Client) Content(ctx context.Context, token outbound.Bearer, linkID uuid.UUID) ([]byte, error) {
	const doing = "fetching a letter from NAV"
	pdf, err := c.api.Read(ctx, token, navapi.Call{
		Doing: doing, Method: http.MethodGet, Path: []string{documents, linkID.String()}, Limit: navapi.MaxContent,
		ContentType: navapi.PDF,
	})
	if err != nil {
		return nil, err
	}
	return pdf, navapi.CheckPDF(doing, pdf)
}

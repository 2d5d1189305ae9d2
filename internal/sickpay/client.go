// Package sickpay is the client of NAV's API for sick notes and applications for sick pay ("Sykepenger API"). Each
// request names a sub-unit. NAV verifies with Altinn that the customer's system user may read its documents.
//
// The documents are health data. Errors and logs do not quote them.
//
// Source: github.com/navikt/sykepenger-im-lps-api.
package sickpay

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"mime"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// maxPage bounds a page, in bytes. NAV sends up to 1000 documents of one or two thousand bytes.
const maxPage = 16 << 20

// Client is a client of the API, for one kind of documents. It is safe for concurrent use. Each error of its methods is
// a *runreport.Error: NAVUnreachable, NAVError, NAVTokenRejected, RightMissing or InternalError.
type Client struct {
	api  navapi.API
	kind Kind
}

// New returns a Client. It sends no request.
func New(cfg navapi.Config, kind Kind) (*Client, error) {
	api, err := navapi.New("sick pay", cfg, refusalError)
	return &Client{api: api, kind: kind}, err
}

// listRequest is the body of a request for a page. NAV refuses unknown fields.
type listRequest struct {
	Unit  string `json:"orgnr"`
	From  string `json:"fom,omitempty"`
	After int64  `json:"fraLoepenr"`
}

// List returns the documents of a page, ordered by sequence number. An unreadable document has a Problem. An error is
// the last element. Even a page with few documents may not be the last one; see PageRows. NAV has no documents of main
// units.
func (c *Client) List(
	ctx context.Context, token outbound.Bearer, f navapi.Filter,
) iter.Seq2[navapi.Document, error] {
	return func(yield func(navapi.Document, error) bool) {
		if err := c.list(ctx, token, f, func(d navapi.Document) bool { return yield(d, nil) }); err != nil {
			yield(navapi.Document{}, err)
		}
	}
}

// list yields the documents of a page. It returns nil if yield returns false.
func (c *Client) list(
	ctx context.Context, token outbound.Bearer, f navapi.Filter, yield func(navapi.Document) bool,
) error {
	const doing = "fetching documents from NAV"
	body, err := json.Marshal(listRequest{Unit: f.Unit.String(), From: f.From, After: f.After})
	if err != nil {
		return runreport.Errorf(runreport.InternalError, "%s: %w", doing, err)
	}
	response, err := c.api.Do(ctx, token, navapi.Call{
		Doing: doing, Method: http.MethodPost, Path: []string{c.kind.list}, Body: body, Accept: navapi.JSON,
		Limit: maxPage, ContentType: navapi.JSON,
	})
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	return readPage(response.Body, c.kind, f, yield)
}

// PDF returns the PDF of a document, which NAV renders on request. navapi.ErrNotFound means that NAV does not have the
// document.
func (c *Client) PDF(ctx context.Context, token outbound.Bearer, id uuid.UUID) ([]byte, error) {
	const doing = "fetching a PDF from NAV"
	response, err := c.api.Do(ctx, token, navapi.Call{
		Doing: doing, Method: http.MethodGet, Path: []string{c.kind.one, id.String(), "pdf"}, Limit: navapi.MaxContent,
		Accept:      navapi.PDF + ", " + navapi.JSON, // refusals are JSON
		ContentType: navapi.PDF,
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if namesAnother(response.Header.Get("Content-Disposition"), id) {
		return nil, runreport.Errorf(runreport.NAVError, "%s: the PDF is named after another document", doing)
	}
	pdf, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, navapi.BodyError(doing, err)
	}
	return pdf, navapi.CheckPDF(doing, pdf)
}

// namesAnother reports whether a Content-Disposition has a file name without the document's id. NAV names each PDF
// after its document (navikt/sykepenger-im-lps-api: inline; filename="sykmelding-<id>.pdf").
func namesAnother(disposition string, id uuid.UUID) bool {
	_, params, err := mime.ParseMediaType(disposition)
	return err == nil && params["filename"] != "" && !strings.Contains(strings.ToLower(params["filename"]), id.String())
}

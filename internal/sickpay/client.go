// Package sickpay is the client of NAV's API for sick notes and applications for sick pay ("Sykepenger API"). Each
// request names a sub-unit. NAV verifies with Altinn that the customer's system user may read its documents.
//
// The documents are health data. Errors and logs contain nothing of them.
//
// Source: github.com/navikt/sykepenger-im-lps-api.
package sickpay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// maxPage bounds a page, in bytes. NAV sends up to 1000 documents of one or two thousand bytes.
	maxPage = 16 << 20
	// maxPDF bounds a PDF, in bytes.
	maxPDF = 16 << 20
)

// ErrNotFound means that NAV responded that it does not have the document. Errors wrap it.
var ErrNotFound = errors.New("NAV does not have the document (status 404)")

// Config configures a Client.
type Config struct {
	// BaseURL is the API's base URL, http or https, such as https://sykepenger-api.nav.no.
	BaseURL string
	Calls   outbound.Caller
	Log     *slog.Logger
}

// Client is a client of the API. It is safe for concurrent use. Each error of its methods is a *runreport.Error:
// NAVUnreachable, NAVError, NAVTokenRejected, RightMissing or InternalError.
type Client struct {
	base  *url.URL
	calls outbound.Caller
	log   *slog.Logger
}

// New returns a Client. It sends no request.
func New(cfg Config) (*Client, error) {
	base, err := outbound.ParseBase(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("parsing the base URL of NAV's API for sick pay: %w", err)
	}
	return &Client{base: base, calls: cfg.Calls, log: cfg.Log}, nil
}

// Filter selects documents.
type Filter struct {
	// Unit is the sub-unit. NAV has no documents of main units.
	Unit orgnumber.Number
	// From is the first date on which the employer received the document, "" for no limit.
	From string
	// After is the sequence number after which the page begins.
	After int64
}

// listRequest is the body of a request for a page. NAV refuses unknown fields.
type listRequest struct {
	Unit  string `json:"orgnr"`
	From  string `json:"fom,omitempty"`
	After int64  `json:"fraLoepenr"`
}

// List returns the documents of a page, ordered by sequence number. An unreadable document has a Problem. An error is
// the last element. Even a page with few documents may not be the last one; see PageRows.
func (c *Client) List(ctx context.Context, token outbound.Bearer, kind Kind, f Filter) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		if err := c.list(ctx, token, kind, f, func(d Document) bool { return yield(d, nil) }); err != nil {
			yield(Document{}, err)
		}
	}
}

// list yields the documents of a page. It returns nil if yield returns false.
func (c *Client) list(
	ctx context.Context, token outbound.Bearer, kind Kind, f Filter, yield func(Document) bool,
) error {
	const doing = "fetching documents from NAV"
	body, err := json.Marshal(listRequest{Unit: f.Unit.String(), From: f.From, After: f.After})
	if err != nil {
		return runreport.Errorf(runreport.InternalError, "%s: %w", doing, err)
	}
	response, err := c.do(ctx, token, request{
		doing: doing, method: http.MethodPost, path: kind.list, body: body, accept: "application/json", limit: maxPage,
		contentType: "application/json",
	})
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	return readPage(response.Body, kind, f, yield)
}

// PDF returns the PDF of a document, which NAV renders on request. ErrNotFound means that NAV does not have the
// document.
func (c *Client) PDF(ctx context.Context, token outbound.Bearer, kind Kind, id uuid.UUID) ([]byte, error) {
	const doing = "fetching a PDF from NAV"
	response, err := c.do(ctx, token, request{
		doing: doing, method: http.MethodGet, path: kind.one + "/" + id.String() + "/pdf", limit: maxPDF,
		accept:      "application/pdf, application/json", // refusals are JSON
		contentType: "application/pdf",
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
		return nil, bodyError(doing, err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return nil, runreport.Errorf(runreport.NAVError, "%s: the body is no PDF", doing)
	}
	return pdf, nil
}

// namesAnother reports whether a Content-Disposition has a file name without the document's id. NAV names each PDF
// after its document (navikt/sykepenger-im-lps-api: inline; filename="sykmelding-<id>.pdf").
func namesAnother(disposition string, id uuid.UUID) bool {
	_, params, err := mime.ParseMediaType(disposition)
	return err == nil && params["filename"] != "" && !strings.Contains(strings.ToLower(params["filename"]), id.String())
}

type request struct {
	doing, method, path, accept string
	body                        []byte
	limit                       int64  // of the response's body, in bytes
	contentType                 string // of a 200 by NAV
}

// do sends a request. It returns a 200 of NAV's content type, whose body the caller must close.
func (c *Client) do(ctx context.Context, token outbound.Bearer, r request) (*http.Response, error) {
	began := c.calls.Now()
	toSend, err := http.NewRequestWithContext(ctx, r.method, c.base.JoinPath(r.path).String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, runreport.Errorf(runreport.InternalError, "%s: invalid request", r.doing)
	}
	toSend.Header.Set("Accept", r.accept)
	if len(r.body) > 0 {
		toSend.Header.Set("Content-Type", "application/json")
	}
	response, err := outbound.NewDoer(c.calls, token, r.limit).Do(toSend)
	log := c.log.With("call", r.doing, "durationMs", c.calls.Now().Sub(began).Milliseconds())
	if err != nil {
		log.WarnContext(ctx, "NAV did not respond", "err", err)
		return nil, runreport.Errorf(runreport.NAVUnreachable, "%s: %w", r.doing, err)
	}
	log.InfoContext(ctx, "NAV responded", "status", response.StatusCode)
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if response.StatusCode == http.StatusOK && mediaType == r.contentType {
		return response, nil
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		return nil, runreport.Errorf(runreport.NAVError, "%s: status 200 with another content type than %s",
			r.doing, r.contentType)
	}
	return nil, refusalError(r.doing, response)
}

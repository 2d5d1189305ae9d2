// Package letters is the client of NAV's API for documents that NAV sends employers ("dokumentporten"): letters about
// dialogue meetings and follow-up plans made in NAV's own tool. Each request for a list names a sub-unit. NAV verifies
// with Altinn that the customer's system user may read its documents.
//
// Letters are personal data, some of them health data. Errors and logs contain nothing of them.
//
// Source: github.com/navikt/syfo-dokumentporten.
package letters

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

const (
	// PageSize is the number of letters of a full page, NAV's greatest.
	PageSize = 200
	// maxPage bounds a page, in bytes. NAV sends less than a thousand bytes for each letter.
	maxPage = 4 << 20
	// maxContent bounds the content of a letter, in bytes.
	maxContent = 16 << 20
)

// Config configures a Client.
type Config struct {
	// BaseURL is the API's base URL, http or https, such as https://syfo-dokumentporten.nav.no.
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
		return nil, fmt.Errorf("parsing the base URL of NAV's API for letters: %w", err)
	}
	return &Client{base: base, calls: cfg.Calls, log: cfg.Log}, nil
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
	body, err := c.get(ctx, token, request{doing: doing, query: query, limit: maxPage, contentType: typeJSON})
	if err != nil {
		return Page{}, err
	}
	return parsePage(body, f)
}

// Check returns nil if NAV has the letter, and ErrWithdrawn if NAV has withdrawn it. It does not mark it as read.
func (c *Client) Check(ctx context.Context, token outbound.Bearer, linkID uuid.UUID) error {
	const doing = "checking a letter at NAV"
	body, err := c.get(ctx, token, request{
		doing: doing, path: []string{linkID.String(), "details"}, limit: maxPage, contentType: typeJSON,
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
// that NAV has withdrawn it, ErrNotFound that NAV does not have its content, and ErrUnusable that it is too large or no
// PDF.
func (c *Client) Content(ctx context.Context, token outbound.Bearer, linkID uuid.UUID) ([]byte, error) {
	const doing = "fetching a letter from NAV"
	pdf, err := c.get(ctx, token, request{
		doing: doing, path: []string{linkID.String()}, limit: maxContent, contentType: "application/pdf",
	})
	if err == nil && !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return nil, runreport.Errorf(runreport.NAVError, "%s: %w: it is no PDF", doing, ErrUnusable)
	}
	return pdf, err
}

const typeJSON = "application/json"

type request struct {
	doing string
	// path follows that of all letters.
	path  []string
	query url.Values
	limit int64 // of the response's body, in bytes
	// contentType is that of a 200 by NAV.
	contentType string
}

// get sends a request and returns the body of a 200.
func (c *Client) get(ctx context.Context, token outbound.Bearer, r request) ([]byte, error) {
	at := c.base.JoinPath("api/v1/documents").JoinPath(r.path...)
	at.RawQuery = r.query.Encode()
	toSend, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, runreport.Errorf(runreport.InternalError, "%s: invalid request", r.doing)
	}
	began := c.calls.Now()
	response, err := outbound.NewDoer(c.calls, token, r.limit).Do(toSend)
	log := c.log.With("call", r.doing, "durationMs", c.calls.Now().Sub(began).Milliseconds())
	if err != nil {
		log.WarnContext(ctx, "NAV did not respond", "err", err)
		return nil, runreport.Errorf(runreport.NAVUnreachable, "%s: %w", r.doing, err)
	}
	defer func() { _ = response.Body.Close() }()
	log.InfoContext(ctx, "NAV responded", "status", response.StatusCode)
	if response.StatusCode != http.StatusOK {
		return nil, refusalError(r.doing, response)
	}
	return readBody(r, response)
}

// readBody returns the body of a 200.
func readBody(r request, response *http.Response) ([]byte, error) {
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if mediaType != r.contentType {
		return nil, runreport.Errorf(runreport.NAVError, "%s: %w: status 200 with another content type than %s",
			r.doing, ErrUnusable, r.contentType)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, bodyError(r.doing, err)
	}
	return body, nil
}

// Package sickpay is the client of NAV's API for sick notes and applications for sick pay ("Sykepenger API"). It reads:
// whose documents stands in each question, and whether the customer's system user may see them NAV asks Altinn.
//
// The documents are about people's health. Nothing of them is shown in an error or a log.
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

// ErrNotFound means that NAV has no such document, as NAV itself says. It is wrapped.
var ErrNotFound = errors.New("NAV does not have the document (status 404)")

// Config is what a Client needs to know.
type Config struct {
	// BaseURL of the API, http or https, such as https://sykepenger-api.nav.no.
	BaseURL string
	// Calls makes the calls.
	Calls outbound.Caller
	// Log is told of each call.
	Log *slog.Logger
}

// Client asks NAV. It may be used by many at once. Every error of its methods that is not the caller's own is a
// *runreport.Error: NAVUnreachable, NAVError, NAVTokenRejected or RightMissing.
type Client struct {
	base  *url.URL
	calls outbound.Caller
	log   *slog.Logger
}

// New makes a Client. It makes no outside call.
func New(cfg Config) (*Client, error) {
	base, err := outbound.ParseBase(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("the base URL of NAV's API for sick pay cannot be used: %w", err)
	}
	return &Client{base: base, calls: cfg.Calls, log: cfg.Log}, nil
}

// Filter is what documents are asked for.
type Filter struct {
	// Unit is the sub-unit. For a main unit NAV has nothing.
	Unit orgnumber.Number
	// From is the date since which the employer was given the document, "" for no limit.
	From string
	// After is the sequence number after which.
	After int64
}

// listRequest is the body of a question. NAV refuses a field that it does not know.
type listRequest struct {
	Unit  string `json:"orgnr"`
	From  string `json:"fom,omitempty"`
	After int64  `json:"fraLoepenr"`
}

// List calls each with every document of a page, in the order of their sequence numbers, and returns how many had one. After
// a page that has some there may be more, however few there were; see also PageRows. A document that cannot be read comes
// with its Problem. List ends with the error of each, if it has one.
func (c *Client) List(ctx context.Context, token outbound.Bearer, kind Kind, f Filter, each func(Document) error) (int, error) {
	const doing = "fetching documents from NAV"
	body, err := json.Marshal(listRequest{Unit: f.Unit.String(), From: f.From, After: f.After})
	if err != nil {
		return 0, runreport.Errorf(runreport.InternalError, "%s: %w", doing, err)
	}
	answer, err := c.ask(ctx, token, question{
		doing: doing, method: http.MethodPost, path: kind.list, body: body, accept: "application/json", limit: maxPage, contentType: "application/json",
	})
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	return readPage(answer.Body, kind, f, each)
}

// PDF gives the PDF of a document, which NAV makes when it is asked. ErrNotFound means that it does not know it.
func (c *Client) PDF(ctx context.Context, token outbound.Bearer, kind Kind, id uuid.UUID) ([]byte, error) {
	const doing = "fetching a PDF from NAV"
	answer, err := c.ask(ctx, token, question{
		doing: doing, method: http.MethodGet, path: kind.one + "/" + id.String() + "/pdf", limit: maxPDF,
		accept:      "application/pdf, application/json", // refusals are JSON
		contentType: "application/pdf",
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if namesAnother(answer.Header.Get("Content-Disposition"), id) {
		return nil, runreport.Errorf(runreport.NAVError, "%s: the PDF is named after another document", doing)
	}
	pdf, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, unreadable(doing, err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return nil, runreport.Errorf(runreport.NAVError, "%s: what came is no PDF", doing)
	}
	return pdf, nil
}

// namesAnother reports whether a Content-Disposition has a file name without the document's id. NAV names each PDF after its
// document (navikt/sykepenger-im-lps-api: inline; filename="sykmelding-<id>.pdf").
func namesAnother(disposition string, id uuid.UUID) bool {
	_, params, err := mime.ParseMediaType(disposition)
	return err == nil && params["filename"] != "" && !strings.Contains(strings.ToLower(params["filename"]), id.String())
}

// question is what NAV is asked.
type question struct {
	doing, method, path, accept string
	body                        []byte
	limit                       int64  // of the answer's body, in bytes
	contentType                 string // of a 200; another one is not NAV's
}

// ask returns a 200 of NAV's content type, whose body the caller must close.
func (c *Client) ask(ctx context.Context, token outbound.Bearer, q question) (*http.Response, error) {
	began := c.calls.Now()
	request, err := http.NewRequestWithContext(ctx, q.method, c.base.JoinPath(q.path).String(), bytes.NewReader(q.body))
	if err != nil {
		return nil, runreport.Errorf(runreport.InternalError, "%s: the request cannot be made", q.doing)
	}
	request.Header.Set("Accept", q.accept)
	if len(q.body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := outbound.NewDoer(c.calls, token, q.limit).Do(request)
	log := c.log.With("call", q.doing, "durationMs", c.calls.Now().Sub(began).Milliseconds())
	if err != nil {
		log.WarnContext(ctx, "NAV did not answer", "err", err)
		return nil, runreport.Errorf(runreport.NAVUnreachable, "%s: %w", q.doing, err)
	}
	log.InfoContext(ctx, "NAV answered", "status", answer.StatusCode)
	mediaType, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if answer.StatusCode == http.StatusOK && mediaType == q.contentType {
		return answer, nil
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode == http.StatusOK {
		return nil, runreport.Errorf(runreport.NAVError, "%s: status 200 with another content type than %s", q.doing, q.contentType)
	}
	return nil, refused(q.doing, answer)
}

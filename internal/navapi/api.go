// Package navapi is what the worker's clients of NAV's APIs share: calls with their log and errors, and the documents
// that NAV numbers.
package navapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// MaxContent bounds the content of a document, in bytes.
const MaxContent = 16 << 20

// The content types of NAV's responses.
const (
	JSON = "application/json"
	PDF  = "application/pdf"
)

// Config configures the client of an API.
type Config struct {
	// BaseURL is the API's base URL, http or https, such as https://sykepenger-api.nav.no.
	BaseURL string
	Calls   outbound.Caller
	// Log records each call.
	Log *slog.Logger
}

// API is one of NAV's APIs. It is safe for concurrent use.
type API struct {
	Base  *url.URL
	Calls outbound.Caller
	Log   *slog.Logger
	// Refusal returns the *runreport.Error of a response with another status than 200. Errors must not quote its body.
	Refusal func(doing string, response *http.Response) error
}

// New returns an API. purpose is what it is for, such as "sick pay", and refusal is API.Refusal. It sends no request.
func New(purpose string, cfg Config, refusal func(doing string, response *http.Response) error) (API, error) {
	base, err := outbound.ParseBase(cfg.BaseURL)
	if err != nil {
		return API{}, fmt.Errorf("parsing the base URL of NAV's API for %s: %w", purpose, err)
	}
	return API{Base: base, Calls: cfg.Calls, Log: cfg.Log, Refusal: refusal}, nil
}

// Call is a request to an API, and what its response must be.
type Call struct {
	// Doing is what the call does, for logs and errors.
	Doing  string
	Method string
	// Path follows the base URL.
	Path  []string
	Query url.Values
	// Body is JSON, nil for none.
	Body []byte
	// Accept is the content types that the client accepts, "" for any.
	Accept string
	// ContentType is what a 200 of NAV's must have.
	ContentType string
	// Limit bounds the response's body, in bytes.
	Limit int64
}

// Do sends a request. It returns a 200 of NAV's content type, whose body the caller must close. Each error is a
// *runreport.Error.
func (a *API) Do(ctx context.Context, token outbound.Bearer, c Call) (*http.Response, error) {
	request, err := a.request(ctx, c)
	if err != nil {
		return nil, runreport.Errorf(runreport.InternalError, "%s: invalid request", c.Doing)
	}
	began := a.Calls.Now()
	response, err := outbound.NewDoer(a.Calls, token, c.Limit).Do(request)
	log := a.Log.With("call", c.Doing, "durationMs", a.Calls.Now().Sub(began).Milliseconds())
	if err != nil {
		log.WarnContext(ctx, "NAV did not respond", "err", err)
		return nil, runreport.Errorf(runreport.NAVUnreachable, "%s: %w", c.Doing, err)
	}
	log.InfoContext(ctx, "NAV responded", "status", response.StatusCode)
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if response.StatusCode == http.StatusOK && mediaType == c.ContentType {
		return response, nil
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		return nil, runreport.Errorf(runreport.NAVError, "%s: %w: status 200 with another content type than %s",
			c.Doing, ErrUnusable, c.ContentType)
	}
	return nil, a.Refusal(c.Doing, response)
}

func (a *API) request(ctx context.Context, c Call) (*http.Request, error) {
	at := a.Base.JoinPath(c.Path...)
	at.RawQuery = c.Query.Encode()
	request, err := http.NewRequestWithContext(ctx, c.Method, at.String(), bytes.NewReader(c.Body))
	if err != nil {
		return nil, err
	}
	if c.Accept != "" {
		request.Header.Set("Accept", c.Accept)
	}
	if len(c.Body) > 0 {
		request.Header.Set("Content-Type", JSON)
	}
	return request, nil
}

// Read sends a request and returns the body of a 200.
func (a *API) Read(ctx context.Context, token outbound.Bearer, c Call) ([]byte, error) {
	response, err := a.Do(ctx, token, c)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, BodyError(c.Doing, err)
	}
	return body, nil
}

// CheckPDF returns an error unless the content is a PDF.
func CheckPDF(doing string, content []byte) error {
	if !bytes.HasPrefix(content, []byte("%PDF-")) {
		return runreport.Errorf(runreport.NAVError, "%s: %w: the body is no PDF", doing, ErrUnusable)
	}
	return nil
}

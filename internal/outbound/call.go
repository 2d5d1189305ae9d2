package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"github.com/4human/integration-operator/internal/version"
)

// userAgent returns the name and version that every request has in its header User-Agent.
func userAgent() string {
	return "4human-integration-operator/" + version.Number()
}

// Caller makes calls. It is safe for concurrent use.
type Caller struct {
	// Transport makes the calls; see NewTransport.
	Transport http.RoundTripper
	// Timeout bounds each call, including the response's body. It must be positive.
	Timeout time.Duration
	// Now is the clock, for a Retry-After that is a date.
	Now func() time.Time
}

// Request is a request.
type Request struct {
	// Method is the HTTP method.
	Method string
	// URL is absolute.
	URL string
	// Header is sent besides the user agent, and besides Accept: application/json if it has no Accept. It may be nil.
	Header http.Header
	// Bearer is sent in the Authorization header, unless it is zero.
	Bearer Bearer
	// Body is sent as it is.
	Body string
	// NotAfter is when it is too late to send the body. It is checked right before the first byte: if it has passed, the
	// error is TooLate. The zero time means no limit.
	NotAfter time.Time
	// Limit bounds the response's body, in bytes.
	Limit int64
}

// Response is what a service returned.
type Response struct {
	// Status is the HTTP status, which may be a redirect's.
	Status int
	// Header is the response's. It is not trusted and must not be shown.
	Header http.Header
	// RetryAfter is how long the server wants no further request: 0 if it does not say, and at most an hour.
	RetryAfter time.Duration
	// Body is the whole body. It is empty if BodyErr is not nil.
	Body []byte
	// BodyErr is why the body could not be read whole, an *Error, or nil.
	BodyErr error
}

// ErrRedirect is why a redirect is not a success.
var ErrRedirect = errors.New("redirects are not followed")

// IsRedirect reports whether a status sends the client to another URL: 301, 302, 303, 307 and 308. A 304 does not.
func IsRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect,
		http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// Do sends one request and reads the response. A request that has a body is sent at most once. An error means that no
// response began, and is an *Error.
func (c Caller) Do(ctx context.Context, r Request) (*Response, error) {
	body := &timedBody{Reader: strings.NewReader(r.Body), notAfter: r.NotAfter, now: c.Now}
	req, err := r.build(ctx, body)
	if err != nil {
		return nil, &Error{Kind: InvalidRequest, NothingSent: true, Err: err}
	}
	resp, err := c.send(req, r.Limit)
	if err != nil && body.late.Load() {
		return nil, &Error{Kind: TooLate, NothingSent: true, Err: err}
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	got := &Response{
		Status: resp.StatusCode, Header: resp.Header, RetryAfter: retryAfter(resp.Header.Get("Retry-After"), c.Now()),
	}
	if got.Body, got.BodyErr = io.ReadAll(resp.Body); got.BodyErr != nil {
		got.Body = nil
	}
	return got, nil
}

// send sends a request and returns the response. The caller must close the response's body.
func (c Caller) send(r *http.Request, limit int64) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), c.Timeout)
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	r = r.WithContext(httptrace.WithClientTrace(ctx, trace))
	// If a kept connection fails, net/http silently repeats the request, over HTTP/2 even after the server has seen it (a
	// PROTOCOL_ERROR of the peer). Without GetBody it does not repeat a request that has a body.
	r.GetBody = nil
	resp, err := c.Transport.RoundTrip(r)
	if err != nil {
		cancel()
		return nil, noResponse(err, !connected.Load())
	}
	resp.Body = &boundedBody{from: resp.Body, left: limit, ended: ctx.Err, done: cancel}
	return resp, nil
}

func (r Request) build(ctx context.Context, body io.Reader) (*http.Request, error) {
	if r.Body == "" {
		body = http.NoBody
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = int64(len(r.Body))
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	setHeader(req.Header, r.Bearer)
	return req, nil
}

// setHeader sets the header fields that every request has.
func setHeader(header http.Header, bearer Bearer) {
	if header.Get("Accept") == "" {
		header.Set("Accept", "application/json")
	}
	header.Set("User-Agent", userAgent())
	bearer.Authorize(header)
}

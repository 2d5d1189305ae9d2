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
)

const userAgent = "4human-integration-operator"

// Caller makes outside calls. It may be used by many at once.
type Caller struct {
	// Transport makes the calls; see NewTransport.
	Transport http.RoundTripper
	// Timeout bounds each call, the answer's body included. It must be positive.
	Timeout time.Duration
	// Now tells the time, for a Retry-After that is a date.
	Now func() time.Time
}

// Request is what is sent.
type Request struct {
	// Method is that of HTTP.
	Method string
	// URL is absolute.
	URL string
	// Header is sent besides the user agent, and besides Accept: application/json
	// where it names no other. nil is none.
	Header http.Header
	// Bearer goes into the Authorization header, unless it is no token.
	Bearer Bearer
	// Body is sent as it is.
	Body string
	// NotAfter is when it is too late to send the body, which is looked at right before
	// its first byte; the zero time is never. What is too late is a TooLate.
	NotAfter time.Time
	// Limit bounds the answer's body, in bytes.
	Limit int64
}

// Answer is what a server said.
type Answer struct {
	// Status is that of HTTP, a redirect's among them.
	Status int
	// Header is the answer's. It is not trusted and must not be shown.
	Header http.Header
	// RetryAfter is how long the server asks us to wait: 0 if it does not say, and
	// never more than an hour.
	RetryAfter time.Duration
	// Body is whole, or else empty.
	Body []byte
	// BodyErr is why the body could not be read whole, an *Error, or nil.
	BodyErr error
}

// Do sends one request and reads the answer. A request that has a body is sent at
// most once. An error means that no answer began, and is an *Error.
func (c Caller) Do(ctx context.Context, r Request) (*Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	body := &timedBody{Reader: strings.NewReader(r.Body), notAfter: r.NotAfter, now: c.Now}
	req, err := r.build(ctx, body)
	if err != nil {
		return nil, &Error{Kind: InvalidRequest, NothingSent: true, Err: err}
	}
	resp, err := c.Transport.RoundTrip(req)
	if err != nil && body.late.Load() {
		return nil, &Error{Kind: TooLate, NothingSent: true, Err: err}
	}
	if err != nil {
		return nil, unanswered(err, !connected.Load())
	}
	defer func() { _ = resp.Body.Close() }()
	got := &Answer{Status: resp.StatusCode, Header: resp.Header, RetryAfter: retryAfter(resp.Header.Get("Retry-After"), c.Now())}
	got.Body, got.BodyErr = readBody(resp.Body, r.Limit)
	// A server that sees us leave may end its answer in good order, in the middle of what it had to say.
	if err := ctx.Err(); err != nil && got.BodyErr == nil {
		got.Body, got.BodyErr = nil, brokenBody(err)
	}
	return got, nil
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
	// net/http sends a request again without a word if a kept connection fails, and
	// over HTTP/2 even after the server has seen it (a PROTOCOL_ERROR of the peer),
	// but a body only if it can get it anew. It cannot: what has a body is sent once.
	req.GetBody = nil
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	setHeader(req.Header, r.Bearer)
	return req, nil
}

// setHeader adds what every request has.
func setHeader(header http.Header, bearer Bearer) {
	if header.Get("Accept") == "" {
		header.Set("Accept", "application/json")
	}
	header.Set("User-Agent", userAgent)
	if !bearer.IsZero() {
		header.Set("Authorization", "Bearer "+bearer.token())
	}
}

// timedBody is a request's body that is not begun too late. Without its body a request
// is none: who gets its head alone does nothing.
type timedBody struct {
	*strings.Reader

	notAfter time.Time
	now      func() time.Time
	late     atomic.Bool
}

var errTooLate = errors.New("too late to send the body")

func (b *timedBody) Read(p []byte) (int, error) {
	begun := b.Len() < int(b.Size())
	if !begun && !b.notAfter.IsZero() && passed(b.notAfter, b.now()) {
		b.late.Store(true)
		return 0, errTooLate
	}
	return b.Reader.Read(p)
}

// passed reports whether a time has passed by the monotonic clock, or by the wall clock: the one goes on while the other
// is set, and stands still while a machine sleeps.
func passed(at, now time.Time) bool {
	return now.After(at) || now.Round(0).After(at.Round(0))
}

// WriteTo hides that of strings.Reader, which would go past Read.
func (b *timedBody) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{b})
}

func readBody(from io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return nil, brokenBody(err)
	}
	if int64(len(body)) > limit {
		return nil, &Error{Kind: TooLarge}
	}
	return body, nil
}

// brokenBody is the error of a body that could not be read whole.
func brokenBody(err error) *Error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{Kind: Truncated, Err: err}
	}
	return &Error{Kind: Unreachable, Err: err}
}

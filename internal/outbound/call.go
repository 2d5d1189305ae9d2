package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
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
	// Limit bounds the answer's body, in bytes.
	Limit int64
}

// Answer is what a server said.
type Answer struct {
	// Status is that of HTTP, a redirect's among them.
	Status int
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
	req, err := r.build(ctx)
	if err != nil {
		return nil, &Error{Kind: InvalidRequest, Err: err}
	}
	resp, err := c.Transport.RoundTrip(req)
	if err != nil {
		return nil, &Error{Kind: Unreachable, Err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	got := &Answer{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header.Get("Retry-After"), c.Now())}
	got.Body, got.BodyErr = readBody(resp.Body, r.Limit)
	return got, nil
}

func (r Request) build(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	// net/http sends a request again without a word if a kept connection fails, and
	// over HTTP/2 even after the server has seen it (a PROTOCOL_ERROR of the peer),
	// but a body only if it can get it anew. It cannot: what has a body is sent once.
	req.GetBody = nil
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	req.Header.Set("User-Agent", userAgent)
	if !r.Bearer.IsZero() {
		req.Header.Set("Authorization", "Bearer "+r.Bearer.token())
	}
	return req, nil
}

func readBody(from io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(from, limit+1))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, &Error{Kind: Truncated, Err: err}
	}
	if err != nil {
		return nil, &Error{Kind: Unreachable, Err: err}
	}
	if int64(len(body)) > limit {
		return nil, &Error{Kind: TooLarge}
	}
	return body, nil
}

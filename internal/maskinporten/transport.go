package maskinporten

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// maxAnswer bounds the body of a token answer or of the metadata.
	maxAnswer = 64 << 10
	// maxKeySet bounds the body of the key set.
	maxKeySet = 256 << 10
	// maxRetryAfter bounds what a server can make us wait.
	maxRetryAfter = time.Hour
	userAgent     = "4human-integration-operator"
)

// defaultTransport is used if the configuration has none. Connections are kept
// for less time than load balancers usually do, for a grant whose connection
// turns out to be closed is lost and not sent again.
func defaultTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // the answers are small, and bounds stay plain
		MaxIdleConns:           16,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxResponseHeaderBytes: maxAnswer,
	}
}

// caller makes outside calls, all in the same shape: a time-out over the whole
// call, a bound on the body, no redirects. It uses the transport without an
// http.Client, which is what would follow redirects and keep cookies.
type caller struct {
	transport http.RoundTripper
	timeout   time.Duration
	now       func() time.Time
}

// answer is what a server said. If the body could not be read whole, bodyErr says
// why and body is empty.
type answer struct {
	status     int
	retryAfter time.Duration
	body       []byte
	bodyErr    *Error
}

// get fetches a JSON document of at most limit bytes into doc.
func (c *caller) get(ctx context.Context, address string, limit int64, doc any) error {
	got, err := c.call(ctx, http.MethodGet, address, "", limit)
	if err != nil {
		return err
	}
	if got.status != http.StatusOK {
		return classify(got.status, got.retryAfter, nil, question{})
	}
	if got.bodyErr != nil {
		return got.bodyErr
	}
	if json.Unmarshal(got.body, doc) != nil {
		return &Error{Class: ClassBadResponse, Status: got.status, Err: errors.New("the body is not the JSON document that was asked for")}
	}
	return nil
}

// post sends a form.
func (c *caller) post(ctx context.Context, address string, form url.Values) (*answer, error) {
	return c.call(ctx, http.MethodPost, address, form.Encode(), maxAnswer)
}

// call sends one request, at most once, and reads the answer. An error means that
// no answer began.
func (c *caller) call(ctx context.Context, method, address, form string, limit int64) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form))
	if err != nil {
		return nil, failure(ClassMetadataInvalid, "making the request: %w", foreignError{err})
	}
	// net/http sends a request again without a word if a kept connection fails, and
	// over HTTP/2 even after the server has seen it (a PROTOCOL_ERROR of the peer),
	// but a body only if it can get it anew. It cannot: a grant is sent once.
	req.GetBody = nil
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, &Error{Class: ClassUnreachable, Err: foreignError{err}}
	}
	defer func() { _ = resp.Body.Close() }()
	got := &answer{status: resp.StatusCode, retryAfter: retryAfter(resp.Header.Get("Retry-After"), c.now())}
	got.body, got.bodyErr = readBody(resp, limit)
	return got, nil
}

func readBody(resp *http.Response, limit int64) ([]byte, *Error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, &Error{Class: ClassBadResponse, Status: resp.StatusCode, Err: errors.New("the body is cut off")}
	}
	if err != nil {
		return nil, &Error{Class: ClassUnreachable, Status: resp.StatusCode, Err: foreignError{err}}
	}
	if int64(len(body)) > limit {
		return nil, &Error{Class: ClassBadResponse, Status: resp.StatusCode, Err: errors.New("the body is larger than any real one")}
	}
	return body, nil
}

// retryAfter reads a Retry-After header (RFC 9110, 10.2.3): seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	if header == "" {
		return 0
	}
	if date, err := http.ParseTime(header); err == nil {
		return min(max(date.Sub(now), 0), maxRetryAfter)
	}
	seconds, err := strconv.ParseUint(header, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
}

package maskinporten

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/4human/integration-operator/internal/outbound"
)

// defaultTimeout bounds a call if the configuration does not.
const defaultTimeout = 10 * time.Second

const (
	// maxResponse bounds the body of a token response or of the metadata.
	maxResponse = 64 << 10
	// maxKeySet bounds the body of the key set.
	maxKeySet = 256 << 10
)

// caller makes calls, and returns our classes of their errors.
type caller struct {
	transport http.RoundTripper
	timeout   time.Duration
	now       func() time.Time
}

// get fetches a JSON document of at most limit bytes into doc.
func (c *caller) get(ctx context.Context, address string, limit int64, doc any) error {
	got, err := c.call(ctx, outbound.Request{Method: http.MethodGet, URL: address, Limit: limit})
	if err != nil {
		return err
	}
	if got.Status != http.StatusOK {
		return classify(got.Status, got.RetryAfter, nil, subject{})
	}
	if got.BodyErr != nil {
		return noResponse(got.Status, got.BodyErr)
	}
	if json.Unmarshal(got.Body, doc) != nil {
		return &Error{
			Class: ClassBadResponse, Status: got.Status,
			Err: errors.New("the body is not the expected JSON document"),
		}
	}
	return nil
}

// post sends a form, at most once: a grant is good for one use.
func (c *caller) post(ctx context.Context, address string, form url.Values) (*outbound.Response, error) {
	return c.call(ctx, outbound.Request{
		Method: http.MethodPost,
		URL:    address,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:   form.Encode(),
		Limit:  maxResponse,
	})
}

// call sends one request and reads the response. An error means that no response began.
func (c *caller) call(ctx context.Context, r outbound.Request) (*outbound.Response, error) {
	got, err := outbound.Caller{Transport: c.transport, Timeout: c.timeout, Now: c.now}.Do(ctx, r)
	if err != nil {
		return nil, noResponse(0, err)
	}
	return got, nil
}

// noResponse returns the error of a response that is missing or incomplete. Status is that of a response that began, or
// 0.
func noResponse(status int, err error) *Error {
	cause := foreignError{cmp.Or(errors.Unwrap(err), err)}
	switch outbound.KindOf(err) {
	case outbound.TooLarge, outbound.Truncated:
		return &Error{Class: ClassBadResponse, Status: status, Err: err}
	case outbound.InvalidRequest:
		return failure(ClassMetadataInvalid, "making the request: %w", cause)
	default:
		return &Error{Class: ClassUnreachable, Status: status, Err: cause}
	}
}

package enhetsregisteret

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

// maxResponse bounds the body of a response, in bytes. A unit has a few kilobytes.
const maxResponse = 256 << 10

// collections are the register's collections and their kinds. A number is in at most one.
var collections = []struct {
	path string
	kind Kind
}{{"enheter", MainUnit}, {"underenheter", SubUnit}}

// ErrNotFound is returned for a number that the register does not have.
var ErrNotFound = errors.New("enhetsregisteret has no organization with this number")

// Error is why there is no usable response. It says nothing about the organization.
type Error struct {
	// Status is the HTTP status, 0 if there was no response.
	Status int
	// RetryAfter is how long the register wants no further request: 0 if it does not say, and at most an hour.
	RetryAfter time.Duration
	// Err is the cause. Its text does not quote the response.
	Err error
}

// Error returns the status and the cause.
func (e *Error) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("enhetsregisteret: %s", e.Err)
	}
	return fmt.Sprintf("enhetsregisteret (status %d): %s", e.Status, e.Err)
}

// Unwrap returns the cause, such as context.DeadlineExceeded.
func (e *Error) Unwrap() error { return e.Err }

// Client calls Enhetsregisteret. It is safe for concurrent use.
type Client struct {
	base    *url.URL
	calls   outbound.Caller
	witness orgnumber.Number
}

// New returns a Client for a base URL. The witness is the supplier's own organization: while the register does not
// return it, no other organization counts as not found. New sends no request.
func New(baseURL string, witness orgnumber.Number, calls outbound.Caller) (*Client, error) {
	base, err := outbound.ParseBase(baseURL)
	if err != nil {
		return nil, fmt.Errorf("the base URL of Enhetsregisteret cannot be used: %w", err)
	}
	if witness.IsZero() {
		return nil, errors.New("the number of an organization that exists is missing")
	}
	return &Client{base: base, calls: calls, witness: witness}, nil
}

// Lookup returns what the register says about an organization. It sends one request for a main unit and two for a
// sub-unit. Its error is ErrNotFound or an *Error.
func (c *Client) Lookup(ctx context.Context, number orgnumber.Number) (*Unit, error) {
	unit, err := c.find(ctx, number)
	if !errors.Is(err, ErrNotFound) {
		return unit, err
	}
	if _, err := c.find(ctx, c.witness); err != nil {
		return nil, &Error{Err: fmt.Errorf("the register does not return the supplier's own organization: %w", err)}
	}
	return nil, ErrNotFound
}

// find looks up a number in both collections.
func (c *Client) find(ctx context.Context, number orgnumber.Number) (*Unit, error) {
	for _, in := range collections {
		got, err := c.calls.Do(ctx, outbound.Request{
			Method: http.MethodGet, URL: c.base.JoinPath(in.path, number.String()).String(), Limit: maxResponse,
		})
		if err != nil {
			return nil, &Error{Err: err}
		}
		if got.Status == http.StatusNotFound {
			continue
		}
		return read(got, number, in.kind)
	}
	return nil, ErrNotFound
}

// read reads a response other than 404. With 410 the register says that it removed a unit for legal reasons.
func read(got *outbound.Response, number orgnumber.Number, kind Kind) (*Unit, error) {
	failed := func(err error) error {
		return &Error{Status: got.Status, RetryAfter: got.RetryAfter, Err: err}
	}
	switch {
	case got.Status != http.StatusOK && got.Status != http.StatusGone:
		return nil, failed(errors.New("the response is not one of the register's"))
	case got.BodyErr != nil:
		return nil, failed(got.BodyErr)
	case !strings.Contains(got.Header.Get("Content-Type"), "json"):
		return nil, failed(errors.New("the body is not JSON"))
	}
	unit, err := parse(got.Body, number, kind)
	if err != nil {
		return nil, failed(err)
	}
	if got.Status == http.StatusGone && unit.DeletedOn.IsZero() {
		return nil, failed(errors.New("a removed organization without slettedato"))
	}
	return unit, nil
}

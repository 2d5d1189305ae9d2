package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
)

// Doer makes calls that others have prepared, generated clients above all, in the shape of this package. Its errors, and
// those of reading a body, are *Error. It may be used by many at once.
type Doer struct {
	calls  Caller
	bearer Bearer
	limit  int64
}

// NewDoer makes a Doer that sends a bearer token, unless it is none, and bounds the bodies of answers to limit bytes.
func NewDoer(calls Caller, bearer Bearer, limit int64) *Doer {
	return &Doer{calls: calls, bearer: bearer, limit: limit}
}

// Do sends a request and gives the answer, a redirect's among them. What has a body is sent at most once. The time-out
// bounds the whole call, until the answer's body is read or closed, which the caller must do.
func (d *Doer) Do(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), d.calls.Timeout)
	r = r.WithContext(ctx)
	r.GetBody = nil // see Request.build
	setHeader(r.Header, d.bearer)
	resp, err := d.calls.Transport.RoundTrip(r)
	if err != nil {
		cancel()
		return nil, unanswered(err, false)
	}
	resp.Body = &boundedBody{from: resp.Body, left: d.limit, ended: ctx.Err, done: cancel}
	return resp, nil
}

// boundedBody is an answer's body that is read up to a limit, and then is an error.
type boundedBody struct {
	from io.ReadCloser
	left int64
	// ended says why the call has ended before its answer, nil if it has not.
	ended func() error
	done  context.CancelFunc
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, &Error{Kind: TooLarge}
	}
	if int64(len(p)) > b.left+1 { // one byte more tells whether there are more
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, &Error{Kind: TooLarge}
	}
	if err == nil {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		if left := b.ended(); left != nil { // the server may end its answer in good order then: see Caller.Do
			return n, brokenBody(left)
		}
		return n, io.EOF
	}
	return n, brokenBody(err)
}

// Close ends the call.
func (b *boundedBody) Close() error {
	defer b.done()
	return b.from.Close()
}

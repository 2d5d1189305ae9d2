package outbound

import "net/http"

// Doer sends requests that others have built, such as generated clients. Its errors, and those of reading a body, are
// *Error. It is safe for concurrent use.
type Doer struct {
	calls  Caller
	bearer Bearer
	limit  int64
}

// NewDoer returns a Doer that sends a bearer token, unless it is zero, and bounds the bodies of responses to limit
// bytes.
func NewDoer(calls Caller, bearer Bearer, limit int64) *Doer {
	return &Doer{calls: calls, bearer: bearer, limit: limit}
}

// Do sends a request and returns the response, which may be a redirect. A request that has a body is sent at most once.
// The time-out bounds the whole call, until the response's body is read or closed, which the caller must do. Do does
// not change the request's header, which may be another request's too.
func (d *Doer) Do(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if r.Header == nil {
		r.Header = http.Header{}
	}
	setHeader(r.Header, d.bearer)
	return d.calls.send(r, d.limit)
}

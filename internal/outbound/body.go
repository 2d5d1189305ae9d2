package outbound

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"time"
)

// timedBody is a request's body that cannot be read for the first time after notAfter. A server that receives a request
// without its body does nothing.
type timedBody struct {
	*strings.Reader

	notAfter time.Time
	now      func() time.Time
	late     atomic.Bool
}

var errTooLate = errors.New("too late to send the body")

func (b *timedBody) Read(p []byte) (int, error) {
	begun := b.Len() < int(b.Size())
	if !begun && !b.notAfter.IsZero() && hasPassed(b.notAfter, b.now()) {
		b.late.Store(true)
		return 0, errTooLate
	}
	return b.Reader.Read(p)
}

// WriteTo hides that of strings.Reader, which would bypass Read.
func (b *timedBody) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{b})
}

// hasPassed reports whether a time has passed by the monotonic clock or by the wall clock. The monotonic clock
// continues while the wall clock is set, but stops while the machine sleeps.
func hasPassed(at, now time.Time) bool {
	return now.After(at) || now.Round(0).After(at.Round(0))
}

// boundedBody is a response's body. Reading beyond its limit is an error.
type boundedBody struct {
	from io.ReadCloser
	left int64
	// ended returns why the call ended before the body did, or nil.
	ended func() error
	done  context.CancelFunc
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, &Error{Kind: TooLarge}
	}
	if int64(len(p)) > b.left+1 { // one byte more shows whether there are more
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
		// A server that sees the client leave may end its response in good order, before its end.
		if left := b.ended(); left != nil {
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

// brokenBody returns the error of a body that could not be read whole.
func brokenBody(err error) *Error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{Kind: Truncated, Err: err}
	}
	return &Error{Kind: Unreachable, Err: err}
}

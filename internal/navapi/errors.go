package navapi

import (
	"errors"
	"io"
	"net/http"

	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// Errors that the clients' errors wrap.
var (
	// ErrNotFound means that NAV responded that it does not have the document or its content.
	ErrNotFound = errors.New("NAV does not have the document (status 404)")
	// ErrUnusable means that NAV responded with a body that is too large or is of another type.
	ErrUnusable = errors.New("the worker cannot use the body")

	errTransient = errors.New("transient error at NAV")
)

// maxRefusal bounds the part of a refusal's body that is read, in bytes.
const maxRefusal = 64 << 10

// ReadRefusal returns the body of a refusal, or the part of it that arrived.
func ReadRefusal(response *http.Response) []byte {
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxRefusal)) // an incomplete body is no error of NAV's
	return body
}

// StatusError returns the error of a status that says nothing else.
func StatusError(doing string, status int) error {
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return runreport.Errorf(runreport.NAVError, "%s: %w (status %d)", doing, errTransient, status)
	}
	return runreport.Errorf(runreport.NAVError, "%s: status %d", doing, status)
}

// RefusalError returns the error of a refusal that is NAV's own, and no gateway's, if its status says all.
func RefusalError(doing string, status int) error {
	switch status {
	case http.StatusUnauthorized:
		return runreport.Errorf(runreport.NAVTokenRejected, "%s: NAV does not accept the access token", doing)
	case http.StatusForbidden:
		return RightMissing(doing, status)
	case http.StatusNotFound:
		return runreport.Errorf(runreport.NAVError, "%s: %w", doing, ErrNotFound)
	default:
		return StatusError(doing, status)
	}
}

// RightMissing returns the error of a refusal by which NAV reports that the system user lacks the right.
func RightMissing(doing string, status int) error {
	return runreport.Errorf(runreport.RightMissing,
		"%s: NAV reports that the customer's system user lacks the right (status %d)", doing, status)
}

// BodyError returns the error of a body that breaks off, is too large, or is not what it should be. It omits the text
// of a decoder, which may quote the body.
func BodyError(doing string, err error) error {
	failed, ok := errors.AsType[*outbound.Error](err)
	switch {
	case !ok:
		return runreport.Errorf(runreport.NAVError, "%s: the body is no list of documents", doing)
	case failed.Kind == outbound.Unreachable || failed.Kind == outbound.Truncated:
		return runreport.Errorf(runreport.NAVUnreachable, "%s: %w", doing, failed)
	case failed.Kind == outbound.TooLarge:
		return runreport.Errorf(runreport.NAVError, "%s: %w: %w", doing, ErrUnusable, failed)
	default:
		return runreport.Errorf(runreport.NAVError, "%s: %w", doing, failed)
	}
}

// IsTransient reports whether the same request may succeed soon: NAV sent no complete response or had an error of its
// own.
func IsTransient(err error) bool {
	return runreport.ReasonOf(err) == runreport.NAVUnreachable || errors.Is(err, errTransient)
}

package letters

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/4human/integration-operator/internal/runreport"
)

// maxRefusal bounds the part of a refusal's body that is read, in bytes.
const maxRefusal = 64 << 10

// Errors that the methods of Client wrap.
var (
	// ErrWithdrawn means that NAV responded that the letter is no longer available.
	ErrWithdrawn = errors.New("NAV has withdrawn the letter (status 404)")
	// ErrNotFound means that NAV responded that it does not have the letter or its content.
	ErrNotFound = errors.New("NAV does not have the letter (status 404)")
	// ErrUnusable means that NAV responded with a body that is too large or is of another type.
	ErrUnusable = errors.New("the worker cannot use the body")
	// ErrCannotVerify means that NAV could not look at the access token. Its sidecar for tokens is down, or the token is
	// unreadable.
	ErrCannotVerify = errors.New("NAV could not verify the access token (status 401)")

	errTransient = errors.New("transient error at NAV")
)

// NAV's texts by which errors of the same type differ (navikt/syfo-dokumentporten, ValidationService.kt and
// MaskinportenIdportenAndTokenXAuthPlugin.kt).
const (
	textWithdrawn    = "Document is no longer available"
	textCannotVerify = "Failed to introspect token"
)

// apiError is the body of NAV's errors. Its text must not reach a log or an error.
type apiError struct {
	Status struct {
		Value int `json:"value"`
	} `json:"status"`
	Type string `json:"type"`
	Text string `json:"message"`
}

// refusalError returns the error of a response that is no 200. Only an error in NAV's form says something about the
// token, a right or a letter: a gateway's error says nothing.
func refusalError(doing string, response *http.Response) error {
	status := response.StatusCode
	refusal := readRefusal(response)
	switch {
	case status >= http.StatusInternalServerError || status == http.StatusTooManyRequests:
		return runreport.Errorf(runreport.NAVError, "%s: %w (status %d)", doing, errTransient, status)
	case refusal == nil:
		return runreport.Errorf(runreport.NAVError, "%s: status %d", doing, status)
	case status == http.StatusUnauthorized && strings.HasPrefix(refusal.Text, textCannotVerify):
		return runreport.Errorf(runreport.NAVTokenRejected, "%s: %w", doing, ErrCannotVerify)
	case status == http.StatusUnauthorized:
		return runreport.Errorf(runreport.NAVTokenRejected, "%s: NAV does not accept the access token", doing)
	case status == http.StatusForbidden:
		return runreport.Errorf(runreport.RightMissing,
			"%s: NAV reports that the customer's system user lacks the right (status 403)", doing)
	case status == http.StatusNotFound && refusal.Text == textWithdrawn:
		return runreport.Errorf(runreport.NAVError, "%s: %w", doing, ErrWithdrawn)
	case status == http.StatusNotFound:
		return runreport.Errorf(runreport.NAVError, "%s: %w", doing, ErrNotFound)
	default:
		return runreport.Errorf(runreport.NAVError, "%s: status %d", doing, status)
	}
}

// readRefusal returns NAV's error, or nil for any other body.
func readRefusal(response *http.Response) *apiError {
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxRefusal)) // an incomplete body is no error of NAV's
	var refusal apiError
	if json.Unmarshal(body, &refusal) != nil || refusal.Type == "" || refusal.Status.Value != response.StatusCode {
		return nil
	}
	return &refusal
}

// IsTransient reports whether the same request may succeed soon: NAV sent no complete response or had an error of its
// own.
func IsTransient(err error) bool {
	return runreport.ReasonOf(err) == runreport.NAVUnreachable || errors.Is(err, errTransient)
}

package letters

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/runreport"
)

// Errors that the methods of Client wrap.
var (
	// ErrWithdrawn means that NAV responded that the letter is no longer available.
	ErrWithdrawn = errors.New("NAV has withdrawn the letter (status 404)")
	// ErrCannotVerify means that NAV could not verify the access token: its sidecar for tokens is down, or the token is
	// unreadable.
	ErrCannotVerify = errors.New("NAV could not verify the access token (status 401)")
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

// refusalError returns the error of a response with another status than 200. Only an error in NAV's form says something
// about the token, a right or a letter: a gateway's error says nothing.
func refusalError(doing string, response *http.Response) error {
	status := response.StatusCode
	refusal := readRefusal(response)
	switch {
	case refusal == nil:
		return navapi.StatusError(doing, status)
	case status == http.StatusUnauthorized && strings.HasPrefix(refusal.Text, textCannotVerify):
		return runreport.Errorf(runreport.NAVTokenRejected, "%s: %w", doing, ErrCannotVerify)
	case status == http.StatusNotFound && refusal.Text == textWithdrawn:
		return runreport.Errorf(runreport.NAVError, "%s: %w", doing, ErrWithdrawn)
	default:
		return navapi.RefusalError(doing, status)
	}
}

// readRefusal returns NAV's error, or nil for any other body.
func readRefusal(response *http.Response) *apiError {
	var refusal apiError
	if json.Unmarshal(navapi.ReadRefusal(response), &refusal) != nil || refusal.Type == "" ||
		refusal.Status.Value != response.StatusCode {
		return nil
	}
	return &refusal
}

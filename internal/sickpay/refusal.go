package sickpay

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"

	"github.com/4human/integration-operator/internal/navapi"
)

// noRight is NAV's error code for a system user that lacks the right to a resource. NAV sends it with 401, and also
// while it cannot reach Altinn. NAV's OpenAPI document lists 403 for the same case, and older versions sent it
// (navikt/sykepenger-im-lps-api, TokenValidationUtils.kt and ErrorResponse.kt).
const noRight = "IKKE_TILGANG_TIL_RESSURS"

// unauthorized is NAV's error code for an access token that it does not accept, if it does not send an empty body
// (navikt/sykepenger-im-lps-api, ErrorResponse.kt).
const unauthorized = "UAUTORISERT"

// notFound are NAV's error codes for a document that it does not have (navikt/sykepenger-im-lps-api, ErrorResponse.kt).
var notFound = []string{"SOEKNAD_IKKE_FUNNET", "SYKMELDING_IKKE_FUNNET"}

// errorCode matches NAV's error codes.
var errorCode = regexp.MustCompile(`^[A-Z]{2,32}(_[A-Z]{1,32}){0,9}$`)

// refusalError returns the error of a response with another status than 200. A 401 means a rejected token if its body
// is empty or has NAV's code for that, and a missing right if its body has NAV's code for that. A 403 means a missing
// right if its body is an error of NAV's: a proxy's 403 says nothing about rights. A 404 means navapi.ErrNotFound if
// its body has NAV's code for that: a gateway's 404 says nothing about documents.
func refusalError(doing string, response *http.Response) error {
	body := navapi.ReadRefusal(response)
	code := errorCodeOf(body)
	switch {
	case response.StatusCode == http.StatusUnauthorized && code == noRight, response.StatusCode == http.StatusForbidden &&
		code != "":
		return navapi.RightMissing(doing, response.StatusCode)
	case response.StatusCode == http.StatusUnauthorized && (len(body) == 0 || code == unauthorized),
		response.StatusCode == http.StatusNotFound && slices.Contains(notFound, code):
		return navapi.RefusalError(doing, response.StatusCode)
	default:
		return navapi.StatusError(doing, response.StatusCode)
	}
}

// errorCodeOf returns the code of an error of NAV's, "" for any other body.
func errorCodeOf(body []byte) string {
	var refusal struct {
		Code string `json:"feilkode"`
	}
	if json.Unmarshal(body, &refusal) != nil || !errorCode.MatchString(refusal.Code) {
		return ""
	}
	return refusal.Code
}

package navplans

import (
	"cmp"
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// apiError is the body of every error of NAV's API (navikt/lps-oppfolgingsplan-mottak, ApiError.kt).
type apiError struct {
	Status  apiStatus `json:"status"`
	Type    string    `json:"type"`
	Message string    `json:"message"`
}

type apiStatus struct {
	Value       int    `json:"value"`
	Description string `json:"description"`
}

const authenticationFailed = "Authentication failed. Please check your token"

// messages has NAV's messages about a refused token by the simulator's name of the refusal. NAV's code has both
// messages about exp and iat (AuthUtil.kt); which claim each is for is the simulator's choice.
var messages = map[string]string{
	"NoExpiry":    "Missing iat-claim in JWT",
	"NoIssueTime": "Missing exp or iat-claim in JWT",
	"WrongScope":  "Invalid scope in JWT",
	"NoConsumer":  "Missing consumer claim in JWT",
}

// tokenRefusalResponse has no WWW-Authenticate, as NAV's has none.
func tokenRefusalResponse(refused string) wire.Response {
	return wire.JSON(http.StatusUnauthorized, refused, apiError{
		Status:  apiStatus{Value: http.StatusUnauthorized, Description: http.StatusText(http.StatusUnauthorized)},
		Type:    "AUTHENTICATION_ERROR",
		Message: cmp.Or(messages[refused], authenticationFailed),
	})
}

// refusal is an error of NAV's, except of the token.
type refusal struct {
	status        int
	kind, message string
}

func (r refusal) response() wire.Response {
	return wire.JSON(r.status, r.kind, apiError{
		Status: apiStatus{Value: r.status, Description: http.StatusText(r.status)}, Type: r.kind, Message: r.message,
	})
}

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

const (
	authenticationFailed = "Authentication failed. Please check your token"
	missingIssueTime     = "Missing iat-claim in JWT"
	missingTime          = "Missing exp or iat-claim in JWT"
)

// messages has NAV's messages about a refused token by the simulator's name of the refusal. It is not certain which of
// the two about missing times belongs to which: NAV's code seems to have them this way round, and [Readings] has the
// other.
var messages = map[string]string{
	"NoExpiry":    missingIssueTime,
	"NoIssueTime": missingTime,
	"WrongScope":  "Invalid scope in JWT",
	"NoConsumer":  "Missing consumer claim in JWT",
}

// messageOf returns NAV's message for a refusal under this reading.
func (r Readings) messageOf(refused string) string {
	if r.MissingTimesSwapped {
		switch refused {
		case "NoExpiry":
			return missingTime
		case "NoIssueTime":
			return missingIssueTime
		}
	}
	return cmp.Or(messages[refused], authenticationFailed)
}

// tokenRefusalAnswer has no WWW-Authenticate, as NAV's has none.
func tokenRefusalAnswer(refused string, readings Readings) wire.Answer {
	return wire.JSON(http.StatusUnauthorized, refused, apiError{
		Status:  apiStatus{Value: http.StatusUnauthorized, Description: http.StatusText(http.StatusUnauthorized)},
		Type:    "AUTHENTICATION_ERROR",
		Message: readings.messageOf(refused),
	})
}

// refusal is an error of NAV's, except of the token.
type refusal struct {
	status        int
	kind, message string
}

func (r refusal) answer() wire.Answer {
	return wire.JSON(r.status, r.kind, apiError{
		Status: apiStatus{Value: r.status, Description: http.StatusText(r.status)}, Type: r.kind, Message: r.message,
	})
}

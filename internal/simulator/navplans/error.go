package navplans

import (
	"cmp"
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// navError is the body of every error of NAV's API (navikt/lps-oppfolgingsplan-mottak, ApiError.kt).
type navError struct {
	Status  navStatus `json:"status"`
	Type    string    `json:"type"`
	Message string    `json:"message"`
}

type navStatus struct {
	Value       int    `json:"value"`
	Description string `json:"description"`
}

const (
	navAuthenticationFailed = "Authentication failed. Please check your token"
	navMissingIssueTime     = "Missing iat-claim in JWT"
	navMissingTime          = "Missing exp or iat-claim in JWT"
)

// navMessages has NAV's messages about a refused token by the simulator's name of the refusal. It is not certain which of the two
// about missing times belongs to which: NAV's code seems to have them this way round, and [Readings] has the other.
var navMessages = map[string]string{
	"NoExpiry":    navMissingIssueTime,
	"NoIssueTime": navMissingTime,
	"WrongScope":  "Invalid scope in JWT",
	"NoConsumer":  "Missing consumer claim in JWT",
}

// messageOf returns NAV's message for a refusal under this reading.
func (r Readings) messageOf(refused string) string {
	if r.MissingTimesSwapped {
		switch refused {
		case "NoExpiry":
			return navMissingTime
		case "NoIssueTime":
			return navMissingIssueTime
		}
	}
	return cmp.Or(navMessages[refused], navAuthenticationFailed)
}

// navRefusalAnswer has no WWW-Authenticate, as NAV's has none.
func navRefusalAnswer(refused string, readings Readings) wire.Answer {
	return wire.JSON(http.StatusUnauthorized, refused, navError{
		Status:  navStatus{Value: http.StatusUnauthorized, Description: http.StatusText(http.StatusUnauthorized)},
		Type:    "AUTHENTICATION_ERROR",
		Message: readings.messageOf(refused),
	})
}

// navRefusal is an error of NAV's, except of the token.
type navRefusal struct {
	status        int
	kind, message string
}

func (r navRefusal) answer() wire.Answer {
	return wire.JSON(r.status, r.kind, navError{
		Status: navStatus{Value: r.status, Description: http.StatusText(r.status)}, Type: r.kind, Message: r.message,
	})
}

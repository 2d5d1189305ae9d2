package navletters

import (
	"net/http"
	"time"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// The types of errors (navikt/syfo-dokumentporten, ApiError.kt). Its 401s have the type of a 403.
const (
	errorAuthorization = "AUTHORIZATION_ERROR"
	errorNotFound      = "NOT_FOUND"
	errorBadRequest    = "BAD_REQUEST"
	errorInternal      = "INTERNAL_SERVER_ERROR"
)

// refusal is an error of NAV's.
type refusal struct {
	status        int
	kind, message string
	// outcome is the word under which it is counted. Default: kind.
	outcome string
}

// response returns the response as NAV writes it (navikt/syfo-dokumentporten, ApiPlugins.kt).
func (r refusal) response(path string, now time.Time) wire.Response {
	type status struct {
		Value       int    `json:"value"`
		Description string `json:"description"`
	}
	outcome := r.outcome
	if outcome == "" {
		outcome = r.kind
	}
	return wire.JSON(r.status, outcome, struct {
		Status    status `json:"status"`
		Type      string `json:"type"`
		Message   string `json:"message"`
		Path      string `json:"path"`
		Timestamp string `json:"timestamp"`
	}{status{r.status, http.StatusText(r.status)}, r.kind, r.message, path, instant(now)})
}

func badRequest(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, kind: errorBadRequest, message: message}
}

func notFound(message, outcome string) *refusal {
	return &refusal{status: http.StatusNotFound, kind: errorNotFound, message: message, outcome: outcome}
}

func internalError(message, outcome string) *refusal {
	return &refusal{status: http.StatusInternalServerError, kind: errorInternal, message: message, outcome: outcome}
}

// instant writes a time as Java's Instant does: with three, six or nine digits of a second, or none.
func instant(at time.Time) string {
	at = at.UTC()
	layout := "2006-01-02T15:04:05"
	switch nanos := at.Nanosecond(); {
	case nanos == 0:
	case nanos%int(time.Millisecond) == 0:
		layout += ".000"
	case nanos%int(time.Microsecond) == 0:
		layout += ".000000"
	default:
		layout += ".000000000"
	}
	return at.Format(layout + "Z")
}

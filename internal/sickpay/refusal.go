package sickpay

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/4human/integration-operator/internal/runreport"
)

// maxRefusal is how much of a refusal's body is read, in bytes.
const maxRefusal = 64 << 10

// noRight is how NAV says that a system user lacks the right to a resource. It says the same while it cannot ask Altinn
// (navikt/sykepenger-im-lps-api, TokenValidationUtils.kt and ErrorResponse.kt).
const noRight = "IKKE_TILGANG_TIL_RESSURS"

// refused decides what an answer means that is no 200. A 401 has two meanings, told apart by its body: empty, the token
// is not good; with NAV's error, the right is missing.
func refused(doing string, answer *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(answer.Body, maxRefusal)) // what could not be read says nothing
	var said struct {
		Code string `json:"feilkode"`
	}
	known := json.Unmarshal(body, &said) == nil
	switch {
	case answer.StatusCode == http.StatusUnauthorized && known && said.Code == noRight:
		return runreport.Errorf(runreport.RightMissing, "%s: NAV says that the customer's system user lacks the right", doing)
	case answer.StatusCode == http.StatusUnauthorized && len(body) == 0:
		return runreport.Errorf(runreport.NAVTokenRejected, "%s: the access token is not accepted", doing)
	case answer.StatusCode == http.StatusNotFound:
		return runreport.Errorf(runreport.NAVError, "%s: %w", doing, ErrNotFound)
	case answer.StatusCode >= http.StatusInternalServerError || answer.StatusCode == http.StatusTooManyRequests:
		return runreport.Errorf(runreport.NAVError, "%s: %w (status %d)", doing, errPassing, answer.StatusCode)
	default:
		return runreport.Errorf(runreport.NAVError, "%s: status %d", doing, answer.StatusCode)
	}
}

var errPassing = errors.New("NAV has an error of its own")

// Passes reports whether the same question may get an answer soon: none came, or not whole, or NAV had an error of its own.
func Passes(err error) bool {
	return runreport.ReasonOf(err) == runreport.NAVUnreachable || errors.Is(err, errPassing)
}

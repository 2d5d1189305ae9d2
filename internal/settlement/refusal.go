package settlement

import (
	"mime"
	"net/http"

	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/runreport"
)

// refusalError returns the error of a response that is no 200. NAV's refusals have no body, or one of plain text: a
// gateway's page says nothing about the token, a right or a report.
func refusalError(doing string, response *http.Response) error {
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if mediaType != "" && mediaType != "text/plain" {
		return navapi.StatusError(doing, response.StatusCode)
	}
	switch response.StatusCode {
	case http.StatusUnauthorized:
		return runreport.Errorf(runreport.NAVTokenRejected, "%s: NAV does not accept the access token", doing)
	case http.StatusForbidden:
		return runreport.Errorf(runreport.RightMissing,
			"%s: NAV reports that the customer's system user lacks the right (status 403)", doing)
	case http.StatusNotFound:
		return runreport.Errorf(runreport.NAVError, "%s: %w", doing, navapi.ErrNotFound)
	default:
		return navapi.StatusError(doing, response.StatusCode)
	}
}

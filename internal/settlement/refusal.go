package settlement

import (
	"mime"
	"net/http"

	"github.com/4human/integration-operator/internal/navapi"
)

// refusalError returns the error of a response with another status than 200. NAV's refusals have no body, or one of
// plain text: a gateway's page says nothing about the token, a right or a report.
func refusalError(doing string, response *http.Response) error {
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if mediaType != "" && mediaType != "text/plain" {
		return navapi.StatusError(doing, response.StatusCode)
	}
	return navapi.RefusalError(doing, response.StatusCode)
}

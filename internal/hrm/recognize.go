package hrm

import (
	"encoding/json"
	"errors"
	"net/http"

	hrmapi "github.com/4human/integration-operator/api/hrm"
	"github.com/4human/integration-operator/internal/outbound"
)

// errForeign means that a success may not be the HRM system's.
var errForeign = errors.New(`status 204 without the header "HRM-Contract: 1", possibly from a proxy`)

// recognizer is a Doer that returns errForeign for a success without a body that is not marked as the HRM system's.
type recognizer struct{ *outbound.Doer }

// Do sends a request.
func (r recognizer) Do(request *http.Request) (*http.Response, error) {
	response, err := r.Doer.Do(request)
	if err != nil || !hrmapi.IsForeign(response.StatusCode, response.Header) {
		return response, err
	}
	_ = response.Body.Close()
	return nil, errForeign
}

// checkMembers returns an error if a required member of a JSON object is absent or null. Without this check, any JSON
// object would mean "none".
func checkMembers(doing string, body []byte, required ...string) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return noJSON(doing)
	}
	for _, name := range required {
		if value, ok := members[name]; !ok || string(value) == "null" {
			return noJSON(doing)
		}
	}
	return nil
}

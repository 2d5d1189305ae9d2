package nav

import (
	"encoding/json"
	"regexp"
)

// apiError is the body of NAV's refusals, all of them. Its message is free text and may
// quote what was sent: it must not be shown.
type apiError struct {
	Status  json.RawMessage `json:"status"`
	Type    string          `json:"type"`
	Message string          `json:"message"`
}

// errorType is how NAV writes the types of its refusals, "AUTHENTICATION_ERROR". No
// access token looks like that.
var errorType = regexp.MustCompile(`^[A-Z]{2,32}(_[A-Z]{2,32}){0,7}$`)

// maxErrorType bounds a type, in bytes.
const maxErrorType = 64

// parseAPIError reads a body as a refusal of NAV's, with the status that the answer
// had. It gives nil for anything else: HTML, nothing, a proxy's or a framework's own
// JSON.
func parseAPIError(status int, body []byte) *apiError {
	var e apiError
	if json.Unmarshal(body, &e) != nil || len(e.Type) > maxErrorType || !errorType.MatchString(e.Type) || e.status() != status {
		return nil
	}
	return &e
}

// status is an object with a value, or a plain number. 0 is neither.
func (e *apiError) status() int {
	var plain int
	if json.Unmarshal(e.Status, &plain) == nil {
		return plain
	}
	var object struct {
		Value int `json:"value"`
	}
	if json.Unmarshal(e.Status, &object) == nil {
		return object.Value
	}
	return 0
}

// kind gives the type of a refusal, "" for none.
func (e *apiError) kind() string {
	if e == nil {
		return ""
	}
	return e.Type
}

package nav

import (
	"encoding/json"
	"regexp"
)

// apiError is the body of each refusal by NAV. Its message may quote the plan, so it must not reach a log or an error.
type apiError struct {
	Status  json.RawMessage `json:"status"`
	Type    string          `json:"type"`
	Message string          `json:"message"`
}

// errorType matches the types of NAV's refusals, such as "AUTHENTICATION_ERROR". It matches no access token.
var errorType = regexp.MustCompile(`^[A-Z]{2,32}(_[A-Z]{2,32}){0,7}$`)

// maxErrorType bounds a type, in bytes.
const maxErrorType = 64

// parseAPIError parses the body of a response as a refusal by NAV. It returns nil for any other body, such as HTML or a
// proxy's JSON, and if the body contradicts the response's status.
func parseAPIError(status int, body []byte) *apiError {
	var e apiError
	if json.Unmarshal(body, &e) != nil || len(e.Type) > maxErrorType || !errorType.MatchString(e.Type) ||
		e.status() != status {
		return nil
	}
	return &e
}

// status returns the status in the body, which is a number or an object with a value. It returns 0 if it is neither.
func (e *apiError) status() int {
	var number int
	if json.Unmarshal(e.Status, &number) == nil {
		return number
	}
	var object struct {
		Value int `json:"value"`
	}
	if json.Unmarshal(e.Status, &object) == nil {
		return object.Value
	}
	return 0
}

// kind returns the type of a refusal, "" for nil.
func (e *apiError) kind() string {
	if e == nil {
		return ""
	}
	return e.Type
}

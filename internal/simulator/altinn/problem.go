package altinn

import (
	"encoding/json"
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// ASP.NET writes a charset.
const (
	contentTypeJSON    = "application/json; charset=utf-8"
	contentTypeProblem = "application/problem+json; charset=utf-8"
	contentTypeText    = "text/plain; charset=utf-8"
)

// problemBody is the body of an error (Altinn/altinn-authorization-utils, Altinn.Authorization.ProblemDetails).
type problemBody struct {
	Type              string              `json:"type"`
	Title             string              `json:"title"`
	Status            int                 `json:"status"`
	Code              string              `json:"code,omitempty"`
	Errors            map[string][]string `json:"errors,omitempty"`
	TraceID           string              `json:"traceId"`
	StatusDescription string              `json:"statusDescription,omitempty"`
}

// problems are Altinn's problems that a request can meet, by code (Altinn/altinn-authentication, Problem.cs).
var problems = map[string]problemBody{
	"AUTH-00000": {
		Status: http.StatusBadRequest,
		Title:  "Can't resolve the Organisation Number from the logged in Reportee PartyId.",
	},
	"AUTH-00001": {Status: http.StatusBadRequest, Title: "One or more Right not found or not delegable."},
	"AUTH-00004": {
		Status: http.StatusBadRequest,
		Title:  "Failed to create new SystemUser, existing SystemUser tied to the given System-Id.",
	},
	"AUTH-00006": {
		Status: http.StatusBadRequest,
		Title:  "The combination of External Ids refer to an already Accepted SystemUser.",
	},
	"AUTH-00007": {
		Status: http.StatusBadRequest,
		Title:  "The combination of External Ids refer to a Pending Request, please reuse or delete.",
	},
	"AUTH-00008": {
		Status: http.StatusBadRequest,
		Title:  "The combination of External Ids refer to a Denied Request, please delete and renew the Request.",
	},
	"AUTH-00009": {
		Status: http.StatusBadRequest,
		Title:  "The combination of External Ids refer to a Rejected Request, please delete and renew the Request.",
	},
	"AUTH-00010": {Status: http.StatusNotFound, Title: "The Id does not refer to a Request in our system."},
	"AUTH-00011": {Status: http.StatusNotFound, Title: "The Id does not refer to a Registered System."},
	"AUTH-00012": {Status: http.StatusNotFound, Title: "An error occured when storing the Request."}, //nolint:misspell // so it is written there
	"AUTH-00015": {Status: http.StatusNotFound, Title: "The SystemUser was not found."},
	"AUTH-00021": {Status: http.StatusBadRequest, Title: "The RedirectUri was not found or not valid."},
	"AUTH-00023": {
		Status: http.StatusUnauthorized,
		Title:  "Can't resolve the Organisation Number for the Vendor from the Token.",
	},
	"AUTH-00026": {Status: http.StatusBadRequest, Title: "No redirect uris are set for the system."},
	"AUTH-00030": {Status: http.StatusNotFound, Title: "The Id does not refer to an AgentRequest in our system."},
	"AUTH-00058": {
		Status: http.StatusBadRequest,
		Title:  "No AccessPackages found, an Agent SystemUser must have at least one",
	},
	"AUTH-00059": {
		Status: http.StatusBadRequest,
		Title:  "No AccessPackages or Single Rights found, a SystemUser must have at least one.",
	},
	"AUTH-00061": {
		Status: http.StatusConflict,
		Title:  "The Status of the Request is not New. Please generate a new CorrellationId for a new Change Request.",
	},
	"AUTH-00063": {
		Status: http.StatusBadRequest,
		Title:  "One or more accesspackage is not found in the referenced system in the System Register.",
	},
}

// refuse returns the response with one of Altinn's codes.
func refuse(code string) wire.Response {
	problem := problems[code]
	problem.Type, problem.Code = "urn:altinn:error:"+code, code
	problem.StatusDescription = http.StatusText(problem.Status)
	return problem.response(code)
}

// invalid returns ASP.NET's response to a parameter or field that it cannot read.
func invalid(field, message string) wire.Response {
	return problemBody{
		Type:   "https://tools.ietf.org/html/rfc9110#section-15.5.1",
		Title:  "One or more validation errors occurred.",
		Status: http.StatusBadRequest,
		Errors: map[string][]string{field: {message}},
	}.response("InvalidRequest")
}

// required returns ASP.NET's response to a missing field.
func required(field string) wire.Response {
	return invalid(field, "The "+field+" field is required.")
}

// bare returns the response to a status for which Altinn has no code.
func (c *call) bare(status int, outcome string) wire.Response {
	if c.readings.BareStatusIsEmpty {
		return wire.Response{Status: status, Outcome: outcome}
	}
	return statusProblem(status, outcome)
}

// statusProblem returns ASP.NET's response to a status without a body.
func statusProblem(status int, outcome string) wire.Response {
	section := map[int]string{
		http.StatusBadRequest: "15.5.1", http.StatusUnauthorized: "15.5.2", http.StatusForbidden: "15.5.4",
		http.StatusNotFound:         "15.5.5",
		http.StatusMethodNotAllowed: "15.5.6", http.StatusConflict: "15.5.10", http.StatusGone: "15.5.11",
		http.StatusUnsupportedMediaType: "15.5.16", http.StatusInternalServerError: "15.6.1",
		http.StatusServiceUnavailable: "15.6.4",
	}[status]
	return problemBody{
		Type: "https://tools.ietf.org/html/rfc9110#section-" + section, Title: http.StatusText(status), Status: status,
	}.response(outcome)
}

// response returns the problem with a new trace id (W3C Trace Context).
func (p problemBody) response(outcome string) wire.Response {
	traced := p
	traced.TraceID = "00-" + wire.RandomHex(16) + "-" + wire.RandomHex(8) + "-00"
	problem := wire.JSON(p.Status, outcome, traced)
	problem.ContentType = contentTypeProblem
	return problem
}

func respondWith(status int, outcome string, document any) wire.Response {
	good := wire.JSON(status, outcome, document)
	good.ContentType = contentTypeJSON
	return good
}

func plainBadRequest(text string) wire.Response {
	return wire.Response{
		Status: http.StatusBadRequest, ContentType: contentTypeText, Outcome: "InvalidRequest",
		Body: []byte(text),
	}
}

// decode reads the body as ASP.NET does: it ignores the case of names, and unknown names.
func (c *call) decode(into any) (wire.Response, bool) {
	if len(c.body) == 0 {
		return invalid("", "A non-empty request body is required."), false
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		return invalid("$", "The JSON value could not be converted."), false
	}
	return wire.Response{}, true
}

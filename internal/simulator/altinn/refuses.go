package altinn

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Refusal is a refusal of Altinn: a code such as AUTH-00015, or a status without a code. Bare404 is ASP.NET's problem
// for a status, and Empty404 the status alone.
type Refusal string

const (
	codePrefix   = "AUTH-"
	bareRefusal  = "Bare"
	emptyRefusal = "Empty"
	// validationCode is the problem with which Altinn's library refuses a request that does not pass its validation.
	validationCode = "AUTH.VLD"
)

// bareStatuses are those that Bare and Empty take: what a controller, ASP.NET or a gateway returns without a code.
var bareStatuses = []int{
	http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
	http.StatusConflict, http.StatusGone, http.StatusInternalServerError, http.StatusServiceUnavailable,
}

// rareProblems are Altinn's problems that no request to the simulator meets by itself, by code
// (Altinn/altinn-authentication, Problem.cs). The titles from 66 on are the simulator's: only their meaning is known.
var rareProblems = map[string]problemBody{
	"AUTH-00002": {Status: http.StatusBadRequest, Title: "The Delegation failed."},
	"AUTH-00003": {Status: http.StatusBadRequest, Title: "Failed to create the SystemUser."},
	"AUTH-00005": {
		Status: http.StatusBadRequest,
		Title:  "Default error at the end of logic chain. Not supposed to appear.",
	},
	"AUTH-00013": {Status: http.StatusConflict, Title: "The Status of the Request is not New."},
	"AUTH-00014": {Status: http.StatusForbidden, Title: "DelegationCheck failed with unknown error."},
	"AUTH-00017": {Status: http.StatusNotFound, Title: "The SystemName was not found."},
	"AUTH-00041": {Status: http.StatusForbidden, Title: "Party does not match request's orgno"},
	"AUTH-00051": {Status: http.StatusBadRequest, Title: "The delegation of access package to the system user failed"},
	"AUTH-00052": {Status: http.StatusBadRequest, Title: "One or more access packages are invalid"},
	"AUTH-00053": {
		Status: http.StatusBadRequest,
		Title:  "The user does not have enough access to delegate the requested access packages",
	},
	"AUTH-00060": {Status: http.StatusNotFound, Title: "An error occured when Updating the Request."}, //nolint:misspell // so it is written there
	"AUTH-00062": {Status: http.StatusInternalServerError, Title: "Failed to get delegated rights"},
	"AUTH-00064": {
		Status: http.StatusBadRequest,
		Title: "One or more access packages cannot be delegated. Either they are intended for clients or they cannot be " +
			"delegated further.",
	},
	"AUTH-00065": {
		Status: http.StatusBadRequest,
		Title:  "One or more access packages cannot be delegated because they are not intended for client relationships",
	},
	"AUTH-00066": {Status: http.StatusForbidden, Title: "The user is not an access manager."},
	"AUTH-00071": {
		Status: http.StatusForbidden,
		Title: "DelegationCheck failed with error: The resource is not delegable because it is a Maskinporten schema " +
			"resource.",
	},
	"AUTH-00079": {Status: http.StatusForbidden, Title: "The client delegation failed."},
	"AUTH-00080": {Status: http.StatusForbidden, Title: "The client delegation was not found."},
}

// Refusals lists every refusal.
func Refusals() []Refusal {
	codes := slices.AppendSeq(slices.Collect(maps.Keys(problems)), maps.Keys(rareProblems))
	slices.Sort(codes)
	codes = slices.Compact(codes)
	all := make([]Refusal, 0, 1+len(codes)+2*len(bareStatuses))
	all = append(all, validationCode)
	for _, code := range codes {
		all = append(all, Refusal(code))
	}
	for _, status := range bareStatuses {
		all = append(all, Refusal(bareRefusal+strconv.Itoa(status)), Refusal(emptyRefusal+strconv.Itoa(status)))
	}
	return all
}

// Refuses makes Altinn refuse requests, endpoint by endpoint. A request without a good token is refused for that first,
// and a refused request changes nothing.
type Refuses struct {
	// ByQuery is for the look-up of one system user.
	ByQuery Refusal `json:"byQuery,omitempty" help:"Altinn refuses to look one system user up"`
	// Users is for the list of system users.
	Users Refusal `json:"users,omitempty" help:"Altinn refuses the list of system users"`
	// Request is for reading one request, by its id and by its reference.
	Request Refusal `json:"request,omitempty" help:"Altinn refuses to show one request"`
	// Requests is for the list of requests.
	Requests Refusal `json:"requests,omitempty" help:"Altinn refuses the list of requests"`
	// Create is for a new request.
	Create Refusal `json:"create,omitempty" help:"Altinn refuses a new request"`
	// Delete is for the deletion of a request.
	Delete Refusal `json:"delete,omitempty" help:"Altinn refuses to delete a request"`
	// Change is for reading a change.
	Change Refusal `json:"change,omitempty" help:"Altinn refuses to show a change"`
	// CreateChange is for a new change.
	CreateChange Refusal `json:"createChange,omitempty" help:"Altinn refuses a new change"`
	// Exchange is for the exchange of a token.
	Exchange Refusal `json:"exchange,omitempty" help:"Altinn refuses to exchange a token of Maskinporten's"`
	// Parties is for the list of those that a system user acts for.
	Parties Refusal `json:"parties,omitempty" help:"Altinn refuses the list of authorized parties"`
}

// Check reports an unknown refusal.
func (f Refuses) Check() error {
	for _, field := range reflect.ValueOf(f).Fields() {
		if refusal := Refusal(field.String()); refusal != "" && !slices.Contains(Refusals(), refusal) {
			return fmt.Errorf("refusal %q is unknown, use one of %v", refusal, Refusals())
		}
	}
	return nil
}

// of returns the refusal of what a route serves, "" for none.
func (f Refuses) of(r route) Refusal {
	isPost := r.method == http.MethodPost
	switch {
	case r.exchanged:
		return f.Parties
	case strings.HasSuffix(r.path, "exchange/maskinporten"):
		return f.Exchange
	case strings.Contains(r.path, "changerequest/") && isPost:
		return f.CreateChange
	case strings.Contains(r.path, "changerequest/"):
		return f.Change
	case strings.HasSuffix(r.path, "vendor/byquery"):
		return f.ByQuery
	case strings.Contains(r.path, "request/vendor/bysystem/"), strings.Contains(r.path, "request/vendor/agent/bysystem/"):
		return f.Requests
	case strings.Contains(r.path, "vendor/bysystem/"):
		return f.Users
	case r.method == http.MethodDelete:
		return f.Delete
	case isPost:
		return f.Create
	}
	return f.Request
}

// forcedRefusal returns the response of a fault, if one applies.
func (c *call) forcedRefusal() (wire.Response, bool) {
	refusal := c.altinn.refuses.Load().of(c.route)
	if refusal == "" {
		return wire.Response{}, false
	}
	return refusal.response(), true
}

func (r Refusal) response() wire.Response {
	code := string(r)
	if rare, isRare := rareProblems[code]; isRare {
		rare.Type, rare.Code = "urn:altinn:error:"+code, code
		rare.StatusDescription = http.StatusText(rare.Status)
		return rare.response(code)
	}
	if strings.HasPrefix(code, codePrefix) {
		return refuse(code)
	}
	if r == validationCode {
		return validationResponse()
	}
	text, isEmpty := strings.CutPrefix(code, emptyRefusal)
	status, _ := strconv.Atoi(strings.TrimPrefix(text, bareRefusal)) // it was checked
	if isEmpty {
		return wire.Response{Status: status, Outcome: code}
	}
	return statusProblem(status, code)
}

// validationResponse returns the response of Altinn's library to a request that fails validation
// (Altinn/altinn-authorization-utils, AltinnValidationProblemDetails).
func validationResponse() wire.Response {
	type validationError struct {
		Code  string   `json:"code"`
		Title string   `json:"title"`
		Paths []string `json:"paths"`
	}
	refused := wire.JSON(http.StatusBadRequest, validationCode, struct {
		problemBody

		ValidationErrors []validationError `json:"validationErrors"`
	}{
		problemBody: problemBody{
			Type: "urn:altinn:error:STD-00000", Title: "One or more validation errors occurred.", Status: http.StatusBadRequest,
			Code: "STD-00000", StatusDescription: http.StatusText(http.StatusBadRequest),
			TraceID: "00-" + wire.RandomHex(16) + "-" + wire.RandomHex(8) + "-00",
		},
		ValidationErrors: []validationError{{
			validationCode + "-00017", "The resource type is not delegable.",
			[]string{"/rights/0/resource"},
		}},
	})
	refused.ContentType = contentTypeProblem
	return refused
}

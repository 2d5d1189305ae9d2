package maskinporten

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// refusal is an error of the token endpoint (docs.digdir.no, Maskinporten troubleshooting).
type refusal struct {
	status int
	// name is the MP code, or a name of the simulator's for an error without one.
	name string
	// err is the error of OAuth 2 (RFC 6749, section 5.2), or one of Maskinporten's.
	err string
	// description may mention {consumer}, {supplier}, {scope} and {scopes}.
	description string

	faults Faults
}

const clientAuthenticationFailed = "Invalid assertion. Client authentication failed. "

// refusalTable has the documented errors. Names that do not begin with MP- have no documented code. If a text is
// documented in part, the rest is the simulator's: a client must look for the documented part.
var refusalTable = map[string]refusal{
	"InvalidRequest": {
		err:         "invalid_request",
		description: "Invalid request. A POST with one grant_type and one assertion is needed",
	},
	"UnsupportedGrantType": {err: "unsupported_grant_type", description: "Unsupported grant type"},
	"InvalidAssertion":     {err: "invalid_request", description: "Invalid assertion"},
	"MissingKeyID": {
		err: "invalid_grant",
		description: clientAuthenticationFailed +
			"The client requires pre-registered jwk and no key identifier (kid) provided",
	},
	"UnknownKeyID": {
		err:         "invalid_grant",
		description: clientAuthenticationFailed + "Unknown key identifier (kid) for client.",
	},
	"IssuedInTheFuture": {err: "invalid_grant", description: "Invalid assertion. Issue time is after now"},
	"OwnConsumerOrg": {
		err: "invalid_request",
		description: "Validation of JWT claim failed: The combination consumer_org in claim and delegation scope on client " +
			"is invalid",
	},

	"MP-011": {err: "invalid_request", description: "Invalid assertion. Invalid parameter value"},
	"MP-012": {err: "invalid_grant", description: "Invalid assertion. Grant is used before"},
	"MP-100": {err: "invalid_grant", description: clientAuthenticationFailed + "Client not found"},
	"MP-110": {err: "invalid_grant", description: clientAuthenticationFailed + "Invalid JWT claim aud"},
	"MP-120": {
		err:         "invalid_grant",
		description: clientAuthenticationFailed + "The JWT is signed with an invalid certificate.",
	},
	"MP-121": {err: "invalid_grant", description: clientAuthenticationFailed + "Expired key."},
	"MP-122": {
		err:         "invalid_grant",
		description: "Invalid JWT. Invalid organization number for client. Does not match certificate orgno",
	},
	"MP-123": {err: "invalid_grant", description: "Invalid JWT header x5c"},
	"MP-124": {err: "invalid_grant", description: clientAuthenticationFailed + "Invalid JWT signature."},
	"MP-130": {err: "invalid_grant", description: clientAuthenticationFailed + "JWT is expired"},
	"MP-200": {err: "invalid_scope", description: "Token request contains invalid scopes for client, {scopes}"},
	"MP-201": {err: "invalid_scope", description: "Token request contains scopes not allowed for maskinporten"},
	"MP-250": {
		err: "forbidden", status: http.StatusForbidden,
		description: "Consumer has not been granted access to the scope {scope}.",
	},
	"MP-251": {
		err: "forbidden", status: http.StatusForbidden,
		description: "Consumer {consumer} has not delegated access to the scope {scope} to supplier {supplier}.",
	},
	// The error of these two is not documented; this is the one that RFC 9396 defines.
	"MP-301": {err: "invalid_authorization_details", description: "Unknown authorization_details type"},
	"MP-302": {err: "invalid_authorization_details", description: "Unknown fields in the authorization details"},
	"MP-303": {
		err:         "invalid_altinn_customer_configuration",
		description: "No system user found for organization {consumer}",
	},
}

// Refusals lists the refusals of a token request: MP codes, and names of the simulator's for errors without one.
func Refusals() []string {
	return slices.Sorted(maps.Keys(refusalTable))
}

// refuse returns the refusal of that name, about the first requested scope.
func (e *evaluation) refuse(name string) *refusal {
	scopes, _ := e.grant.Text("scope")
	first, _, _ := strings.Cut(scopes, " ")
	return e.refuseScope(name, first)
}

// refuseWithText returns the refusal of that name with another text.
func (e *evaluation) refuseWithText(name, description string) *refusal {
	refused := e.refuse(name)
	refused.description = description
	return refused
}

// refuseScope returns the refusal of that name, about one scope.
func (e *evaluation) refuseScope(name, scope string) *refusal {
	refused := refusalTable[name]
	refused.name = name
	refused.status = cmp.Or(refused.status, http.StatusBadRequest)
	refused.err = e.readings.errorOf(name, refused.err)
	refused.description = strings.NewReplacer(
		"{consumer}", e.consumerAskedFor(),
		"{supplier}", e.client.OrganizationNumber,
		"{scopes}", strings.Join(e.scopesNotOnClient(), " "),
		"{scope}", scope,
	).Replace(refused.description)
	refused.faults = e.faults
	return &refused
}

func (e *evaluation) scopesNotOnClient() []string {
	asked, _ := e.grant.Text("scope")
	return slices.DeleteFunc(strings.Fields(asked), func(name string) bool {
		_, known := e.sim.scope(name)
		return known && slices.Contains(e.client.Scopes, name)
	})
}

// errorOf is the error of a refusal under this reading.
func (r Readings) errorOf(name, documented string) string {
	switch {
	case r.MalformedGrantIsInvalidGrant && (name == "MP-011" || name == "InvalidAssertion"),
		r.OwnConsumerOrgIsInvalidGrant && name == "OwnConsumerOrg":
		return "invalid_grant"
	case r.FutureIssueTimeIsInvalidRequest && name == "IssuedInTheFuture":
		return "invalid_request"
	}
	return documented
}

// unknownKeyID is the name of the refusal of an unknown key id under this reading.
func (r Readings) unknownKeyID() string {
	if r.UnknownKeyIDIsClientUnknown {
		return "MP-100"
	}
	return "UnknownKeyID"
}

// errorEnvelope is the body of a refusal. Only the URI has the MP code, and it may be missing.
type errorEnvelope struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	URI         string `json:"error_uri,omitempty"`
}

func (s *Service) refusalResponse(refused *refusal) wire.Response {
	envelope := errorEnvelope{Error: refused.err}
	code := ""
	if strings.HasPrefix(refused.name, "MP-") {
		code = refused.name
		envelope.URI = s.origin + "/errors/" + code
	}
	trace := wire.RandomHex(16)
	envelope.Description = fmt.Sprintf("%s (trace_id: %s)", refused.description, trace)
	if refused.faults.LegacyCorrelationID {
		envelope.Description = fmt.Sprintf("%s (correlation id: %s-%s-%s-%s-%s)",
			refused.description, trace[:8], trace[8:12], trace[12:16], trace[16:20], trace[20:])
	}
	if refused.faults.LegacyCorrelationID || refused.faults.WithoutErrorURI {
		envelope.URI = ""
	}
	refusedResponse := wire.JSON(refused.status, refused.name, envelope)
	refusedResponse.Code = code
	return refusedResponse
}

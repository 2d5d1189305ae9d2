package altinn

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// problem is the body of Altinn's refusals, RFC 9457 in three styles: Altinn's library with a code, its older versions
// with the URL of a status' RFC as type and the sentence in detail, and ASP.NET's own without a code. Its traceId
// differs from response to response and is not kept.
type problem struct {
	Type        string       `json:"type"`
	Title       string       `json:"title"`
	Detail      string       `json:"detail"`
	Code        string       `json:"code"`
	TraceID     string       `json:"traceId"`
	Status      int          `json:"status"`
	Validations []validation `json:"validationErrors"`
}

// validation is one of the errors within a problem of code STD-00000.
type validation struct {
	Code string `json:"code"`
}

const (
	typePrefix       = "urn:altinn:error:"
	validationPrefix = "AUTH.VLD-"
)

var (
	// code matches Altinn's codes, and no access token.
	code = regexp.MustCompile(`^[A-Z]{2,8}-[0-9]{5}$`)
	// rfcType matches ASP.NET's type of a problem: where its status is defined.
	rfcType = regexp.MustCompile(`^https://(tools\.ietf\.org/html|www\.rfc-editor\.org/rfc)/rfc(7231|7235|9110)#section-[0-9.]+$`)
	// title matches sentences that can be shown: they have no digits.
	title = regexp.MustCompile(`^[A-Za-z][A-Za-z' ,.:()-]{1,199}$`)
	// longWord matches words that are longer than any of Altinn's, such as secrets.
	longWord = regexp.MustCompile(`[A-Za-z'.:()-]{33,}`)
)

// parseProblem parses the body of a refusal of Altinn's, with the response's status. It returns nil for any other body:
// HTML, an empty one, a proxy's or a gateway's JSON.
func parseProblem(status int, body []byte) *problem {
	var p problem
	if json.Unmarshal(body, &p) != nil || p.Status != status {
		return nil
	}
	if p.Code == "" {
		p.Code = strings.TrimPrefix(p.Type, typePrefix)
	}
	if !code.MatchString(p.Code) {
		p.Code = ""
	}
	if p.Code == "" && !p.isBare() {
		return nil
	}
	return &p
}

// isBare reports whether p is a problem of ASP.NET itself, or of Altinn's older library.
func (p *problem) isBare() bool {
	return rfcType.MatchString(p.Type) && p.Title != "" && (p.TraceID != "" || p.Detail != "")
}

// sentence returns the explanation of p, or "" if it cannot be shown.
func (p *problem) sentence() string {
	said := p.Title
	if p.Detail != "" && rfcType.MatchString(p.Type) {
		said = p.Detail
	}
	if !title.MatchString(said) || longWord.MatchString(said) {
		return ""
	}
	return said
}

// classOfCode has the classes of Altinn's codes (altinn-authentication, Problem).
var classOfCode = map[string]Class{
	"AUTH-00000": ClassPartyUnknown,
	"AUTH-00001": ClassRightsRejected,
	"AUTH-00004": ClassAlreadyExists,
	"AUTH-00006": ClassAlreadyAccepted,
	"AUTH-00007": ClassPending,
	"AUTH-00008": ClassDenied,
	"AUTH-00009": ClassRejected,
	"AUTH-00010": ClassRequestNotFound,
	"AUTH-00011": ClassSystemNotFound,
	"AUTH-00012": ClassServerError,
	"AUTH-00015": ClassSystemUserNotFound,
	"AUTH-00021": ClassRightsRejected,
	"AUTH-00023": ClassUnauthorized,
	"AUTH-00026": ClassRightsRejected,
	"AUTH-00030": ClassRequestNotFound,
	"AUTH-00051": ClassRightsRejected,
	"AUTH-00052": ClassRightsRejected,
	"AUTH-00058": ClassRightsRejected,
	"AUTH-00059": ClassRightsRejected,
	"AUTH-00060": ClassServerError,
	"AUTH-00061": ClassIDUsed,
	"AUTH-00063": ClassRightsRejected,
	"AUTH-00064": ClassRightsRejected,
	"AUTH-00065": ClassRightsRejected,
	"AUTH-00071": ClassRightsRejected,
}

// classOfSentence has the classes of sentences without a code, in lower case, without the full stop.
var classOfSentence = map[string]Class{
	"the combination of external ids refer to an already accepted systemuser":                          ClassAlreadyAccepted,
	"the combination of external ids refer to a pending request, please reuse or delete":               ClassPending,
	"the combination of external ids refer to a denied request, please delete and renew the request":   ClassDenied,
	"the combination of external ids refer to a rejected request, please delete and renew the request": ClassRejected,
	"failed to create new systemuser, existing systemuser tied to the given system-id":                 ClassAlreadyExists,
	"the id does not refer to a request in our system":                                                 ClassRequestNotFound,
	"the id does not refer to an agentrequest in our system":                                           ClassRequestNotFound,
	"the id does not refer to a registered system":                                                     ClassSystemNotFound,
	"the systemuser was not found":                                                                     ClassSystemUserNotFound,
	"can't resolve the organisation number from the logged in reportee partyid":                        ClassPartyUnknown,
	"can't resolve the organisation number for the vendor from the token":                              ClassUnauthorized,
	"one or more right not found or not delegable":                                                     ClassRightsRejected,
	"the redirecturi was not found or not valid":                                                       ClassRightsRejected,
	"no redirect uris are set for the system":                                                          ClassRightsRejected,
	"one or more access packages are invalid":                                                          ClassRightsRejected,
	"no accesspackages or single rights found, a systemuser must have at least one":                    ClassRightsRejected,
	"one or more accesspackage is not found in the referenced system in the system register":           ClassRightsRejected,
}

// class returns the class of p by its code, or without one by its sentence. It returns "" if neither is known.
func (p *problem) class() Class {
	if p.Code != "" {
		if slices.ContainsFunc(p.Validations,
			func(v validation) bool { return strings.HasPrefix(v.Code, validationPrefix) }) {
			return ClassRightsRejected
		}
		return classOfCode[p.Code]
	}
	return classOfSentence[strings.ToLower(strings.TrimSuffix(p.sentence(), "."))]
}

// plainNotFound is the title of ASP.NET's 404.
const plainNotFound = "Not Found"

// isPlainNotFound reports whether p is the 404 that ASP.NET makes of a controller's "not found".
func (p *problem) isPlainNotFound() bool {
	return p.Code == "" && p.Status == 404 && p.Detail == "" && p.TraceID != "" && p.Title == plainNotFound
}

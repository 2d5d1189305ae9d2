package maskinporten

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
)

// Class is what a response of Maskinporten, or its absence, means. The set is closed (Classes) and fit for metrics'
// labels and conditions' reasons.
type Class string

// Answers: about the customer of the request.
const (
	// ClassNotDelegated is MP-251: the consumer has not delegated the scope to us, or has withdrawn it, or did it in
	// another environment of Altinn.
	ClassNotDelegated Class = "NotDelegated"
	// ClassScopeNotGranted is MP-250: the scope's owner has not granted it to the consumer. Neither the consumer nor the
	// supplier can change that. In a request by system user the consumer is the supplier: there it is ClassClientRejected.
	ClassScopeNotGranted Class = "ScopeNotGranted"
	// ClassSystemUserMissing is MP-303: Maskinporten finds no system user of the owner for our client. There are several
	// causes: none was approved, it has another reference, or Altinn's system register does not have our client on the
	// system. So it says something about the customer only if Altinn's register of system users agrees.
	ClassSystemUserMissing Class = "SystemUserMissing"
)

// Refusals because of the customer of the request.
const (
	// ClassRequestRejected is MP-011 and other refusals of the request's form, if it had a consumer: nothing else
	// distinguishes one request from another.
	ClassRequestRejected Class = "RequestRejected"
	// ClassConsumerIsSupplier means that the consumer is the supplier itself, which needs no delegation and must not name
	// itself as consumer.
	ClassConsumerIsSupplier Class = "ConsumerIsSupplier"
)

// Faults of our own registration, key, clock or configuration. They concern all customers.
const (
	// ClassClientUnknown is MP-100: no such client in this environment.
	ClassClientUnknown Class = "ClientUnknown"
	// ClassKeyExpired is MP-121: the key was registered more than a year ago.
	ClassKeyExpired Class = "KeyExpired"
	// ClassKeyUnknown means that the key id is not registered on the client, or not yet: a change takes up to two minutes
	// to reach Maskinporten. With two keys, neither is.
	ClassKeyUnknown Class = "KeyUnknown"
	// ClassSignatureRejected is MP-124: another key than ours has our key id.
	ClassSignatureRejected Class = "SignatureRejected"
	// ClassAudienceRejected is MP-110: the grant was meant for another issuer.
	ClassAudienceRejected Class = "AudienceRejected"
	// ClassCertificateRejected is MP-120, MP-122 or MP-123: the enterprise certificate of the grant is not trusted, has
	// expired, or is another organization's or environment's; or the client needs one, and the grant names a registered
	// key.
	ClassCertificateRejected Class = "CertificateRejected"
	// ClassScopeNotRegistered is MP-200 or MP-201: the scope is not on the client.
	ClassScopeNotRegistered Class = "ScopeNotRegistered"
	// ClassClientRejected is every other refusal of the client, its grant or its scope, such as MP-301 and MP-302; and a
	// request that was not sent because it lacks a scope, has several, or has both a consumer and a system user.
	ClassClientRejected Class = "ClientRejected"
	// ClassClockSkewed is MP-130, "issue time is after now" or "in the future", or a token whose times do not fit our
	// clock: Maskinporten tolerates ten seconds.
	ClassClockSkewed Class = "ClockSkewed"
	// ClassGrantReplayed is MP-012: the grant was used before. Each has a new id, so something between us and Maskinporten
	// sends requests twice.
	ClassGrantReplayed Class = "GrantReplayed"
	// ClassMetadataInvalid means that the metadata at the configured issuer is of another issuer, or has endpoints of
	// another origin.
	ClassMetadataInvalid Class = "MetadataInvalid"
)

// Outages: they say nothing about a customer.
const (
	// ClassServerError is any 5xx, whatever its body says, and a refusal that calls itself temporary.
	ClassServerError Class = "ServerError"
	// ClassRateLimited is any 429, whatever its body says.
	ClassRateLimited Class = "RateLimited"
	// ClassBlocked is a 4xx that is not a known refusal in Maskinporten's form: a proxy's page, an empty body, a
	// "forbidden" without a known reason.
	ClassBlocked Class = "Blocked"
	// ClassUnreachable means no complete response: DNS, TLS, reset, time-out, canceled.
	ClassUnreachable Class = "Unreachable"
	// ClassBadResponse is a response that cannot be used or contradicts itself: a redirect, an oversized, truncated or
	// unreadable body, a 2xx without a token, a token whose signing key is not among keys fetched a moment ago.
	ClassBadResponse Class = "BadResponse"
)

// ClassTokenMismatch is a violation: a complete response to another request. A token with another signature, issuer,
// scope, consumer, supplier or time, or an MP-250 or MP-251 about another organization. It must raise an alarm and
// change nothing.
const ClassTokenMismatch Class = "TokenMismatch"

// kinds declares the kind of every class. A replayed grant and a skewed clock are faults of ours although the next
// request may succeed: they come back until their cause is removed.
var kinds = conclusion.Kinds[Class]{
	ClassNotDelegated:        conclusion.Answer,
	ClassScopeNotGranted:     conclusion.Answer,
	ClassSystemUserMissing:   conclusion.Answer,
	ClassRequestRejected:     conclusion.CustomerFault,
	ClassConsumerIsSupplier:  conclusion.CustomerFault,
	ClassClientUnknown:       conclusion.OwnFault,
	ClassKeyExpired:          conclusion.OwnFault,
	ClassKeyUnknown:          conclusion.OwnFault,
	ClassSignatureRejected:   conclusion.OwnFault,
	ClassAudienceRejected:    conclusion.OwnFault,
	ClassCertificateRejected: conclusion.OwnFault,
	ClassScopeNotRegistered:  conclusion.OwnFault,
	ClassClientRejected:      conclusion.OwnFault,
	ClassClockSkewed:         conclusion.OwnFault,
	ClassGrantReplayed:       conclusion.OwnFault,
	ClassMetadataInvalid:     conclusion.OwnFault,
	ClassServerError:         conclusion.Outage,
	ClassRateLimited:         conclusion.Outage,
	ClassBlocked:             conclusion.Outage,
	ClassUnreachable:         conclusion.Outage,
	ClassBadResponse:         conclusion.Outage,
	ClassTokenMismatch:       conclusion.Violation,
}

// Kind returns the kind of c; see conclusion.Kinds.
func (c Class) Kind() conclusion.Kind { return kinds.Of(c) }

// Classes lists all classes, sorted.
func Classes() []Class { return kinds.Classes() }

// subject is what a token request is about. A response counts only if it is about the same.
type subject struct {
	scope              string
	consumer, supplier orgnumber.Number
	systemUser         SystemUserRequest
	systemID           string
}

// envelope is the body of Maskinporten's refusals (docs.digdir.no, Maskinporten troubleshooting). Only the URI has the
// code MP-nnn, and not every refusal has the URI.
type envelope struct {
	Name        string `json:"error"`
	Description string `json:"error_description"`
	URI         string `json:"error_uri"`
}

// parseEnvelope parses the body of a refusal of Maskinporten's. It returns nil for any other body: HTML, an empty one,
// a proxy's or a framework's JSON.
func parseEnvelope(body []byte) *envelope {
	var env envelope
	if json.Unmarshal(body, &env) != nil || !errorName.MatchString(env.Name) {
		return nil
	}
	env.Description = withoutTrace(env.Description)
	return &env
}

var (
	codeInURI = regexp.MustCompile(`[/#=](MP-\d{3})/?$`)
	// The sentences of MP-251 and MP-250. The last full stop may belong to the sentence or to a scope, so scopes are
	// compared with and without it.
	notDelegated = regexp.MustCompile(
		`^Consumer (\d{9}) has not delegated access to the scope (\S+) to supplier (\d{9})\b`)
	notGranted = regexp.MustCompile(`^Consumer has not been granted access to the scope (\S+)`)
	// Alone, this sentence means an unknown client; further sentences mean another cause.
	onlyAuthFailed = regexp.MustCompile(`(?i)client authentication failed\.?$`)
)

func (e *envelope) code() string {
	if m := codeInURI.FindStringSubmatch(e.URI); m != nil {
		return m[1]
	}
	return ""
}

// classOfCode has the classes of Maskinporten's codes (docs.digdir.no, troubleshooting).
var classOfCode = map[string]Class{
	"MP-011": ClassRequestRejected,
	"MP-012": ClassGrantReplayed,
	"MP-100": ClassClientUnknown,
	"MP-110": ClassAudienceRejected,
	"MP-120": ClassCertificateRejected,
	"MP-121": ClassKeyExpired,
	"MP-122": ClassCertificateRejected,
	"MP-123": ClassCertificateRejected,
	"MP-124": ClassSignatureRejected,
	"MP-130": ClassClockSkewed,
	"MP-200": ClassScopeNotRegistered,
	"MP-201": ClassScopeNotRegistered,
	"MP-250": ClassScopeNotGranted,
	"MP-251": ClassNotDelegated,
	"MP-301": ClassClientRejected,
	"MP-302": ClassClientRejected,
	"MP-303": ClassSystemUserMissing,
}

// texts are the texts of refusals without a code, in lower case. The first one that is contained wins. Texts go before
// the value of error, which several causes share and which is not documented for some.
var texts = []struct {
	part  string
	class Class
}{
	{"combination consumer_org in claim and delegation scope", ClassConsumerIsSupplier},
	{"unknown key identifier (kid)", ClassKeyUnknown},
	{"no key identifier (kid) provided", ClassKeyUnknown},
	{"expired key", ClassKeyExpired},
	{"invalid jwt signature", ClassSignatureRejected},
	{"invalid jwt claim aud", ClassAudienceRejected},
	{"signed with an invalid certificate", ClassCertificateRejected},
	{"does not match certificate orgno", ClassCertificateRejected},
	{"invalid jwt header x5c", ClassCertificateRejected},
	{"grant is used before", ClassGrantReplayed},
	{"issue time is after now", ClassClockSkewed},
	{"jwt is expired", ClassClockSkewed},
	// The texts of Maskinporten's code (see the simulator's reading TimesAsInCode); the others are its documentation's.
	{"issue time is in the future", ClassClockSkewed},
	{"jwt has expired", ClassClockSkewed},
	{"jwt has too long lifetime", ClassClientRejected},
	{"invalid scopes for client", ClassScopeNotRegistered},
	{"scopes not allowed for maskinporten", ClassScopeNotRegistered},
	{"unknown authorization_details type", ClassClientRejected},
	{"unknown fields in the authorization details", ClassClientRejected},
	{"client not found", ClassClientUnknown},
	{"client authentication failed.", ClassClientRejected},
	{"invalid parameter value", ClassRequestRejected},
	{"invalid assertion", ClassRequestRejected},
}

func classOfText(description string) Class {
	switch {
	case notDelegated.MatchString(description):
		return ClassNotDelegated
	case notGranted.MatchString(description):
		return ClassScopeNotGranted
	case onlyAuthFailed.MatchString(description):
		return ClassClientUnknown
	}
	lower := strings.ToLower(description)
	for _, t := range texts {
		if strings.Contains(lower, t.part) {
			return t.class
		}
	}
	return ""
}

// classOfName has the classes of the values of error, of RFC 6749, section 5.2, and of Maskinporten. "forbidden" is not
// among them: it covers two answers, and gateways use it, too.
var classOfName = map[string]Class{
	"invalid_request":                       ClassRequestRejected,
	"invalid_altinn_customer_configuration": ClassSystemUserMissing,
	"invalid_client":                        ClassClientRejected,
	"invalid_grant":                         ClassClientRejected,
	"invalid_scope":                         ClassClientRejected,
	"unauthorized_client":                   ClassClientRejected,
	"unsupported_grant_type":                ClassClientRejected,
	"server_error":                          ClassServerError,
	"temporarily_unavailable":               ClassServerError,
}

// classify returns the error of a response without a token. env is nil if the body is not in Maskinporten's form.
func classify(status int, retryAfter time.Duration, env *envelope, q subject) *Error {
	e := &Error{Status: status, RetryAfter: retryAfter}
	if env != nil {
		e.Code, e.OAuthError, e.Description = env.code(), env.Name, clean(env.Description)
	}
	switch {
	case status == http.StatusTooManyRequests:
		e.Class = ClassRateLimited
	case status >= http.StatusInternalServerError:
		e.Class = ClassServerError
	case outbound.IsRedirect(status):
		e.Class, e.Err = ClassBadResponse, outbound.ErrRedirect
	case status < http.StatusBadRequest:
		e.Class, e.Err = ClassBadResponse, errors.New("neither a token nor a refusal")
	case env == nil:
		e.Class, e.Err = ClassBlocked, errors.New("a refusal that is not in Maskinporten's form, perhaps a proxy's")
	default:
		e.Class, e.Err = refusal(status, env, q)
	}
	return e
}

// systemUserMissingStatus is the status of MP-303 (docs.altinn.studio, system users, troubleshooting).
const systemUserMissingStatus = http.StatusBadRequest

// refusal returns the class of a 4xx in Maskinporten's form: by code, then by text, then by the value of error.
func refusal(status int, env *envelope, q subject) (Class, error) {
	byText := classOfText(env.Description)
	byCode := classByCode(env.code(), byText)
	class := cmp.Or(byCode, byText, classOfName[env.Name], ClassBlocked)
	if class == ClassSystemUserMissing {
		return classOfMissingUser(status, q)
	}
	isAnswer := byCode.Kind() == conclusion.Answer || byText.Kind() == conclusion.Answer
	if isAnswer && byCode != "" && byText != "" && byCode != byText {
		return ClassBadResponse, errors.New("code and text of the refusal contradict each other")
	}
	if isAnswer && status != http.StatusForbidden && env.Name != "forbidden" {
		return ClassBadResponse, errors.New("code or text of the refusal contradict its status and error")
	}
	if isAnswer {
		return checkSubject(class, env.Description, q)
	}
	if class.Kind() == conclusion.CustomerFault && q.consumer.IsZero() && q.systemUser.IsZero() {
		return ClassClientRejected, nil
	}
	return class, nil
}

// classByCode returns the class of a code. A text about an unknown key is more exact than the code of an unknown
// client, which some readings of the documentation use for both.
func classByCode(code string, byText Class) Class {
	if class := classOfCode[code]; class != ClassClientUnknown || byText != ClassKeyUnknown {
		return class
	}
	return byText
}

// checkSubject returns the class of an answer, or ClassTokenMismatch with an error if the answer is not about the
// request. An unknown text counts as being about the request, because the code already identifies the refusal.
func checkSubject(class Class, description string, q subject) (Class, error) {
	if class == ClassNotDelegated && q.consumer.IsZero() {
		return ClassTokenMismatch, errors.New("the refusal is about a delegation, and the request was not")
	}
	if m := notDelegated.FindStringSubmatch(description); m != nil &&
		(m[1] != q.consumer.String() || !isSameScope(m[2], q.scope) || m[3] != q.supplier.String()) {
		return ClassTokenMismatch, errors.New("the refusal is about another consumer, scope or supplier than the request")
	}
	if m := notGranted.FindStringSubmatch(description); m != nil && !isSameScope(m[1], q.scope) {
		return ClassTokenMismatch, errors.New("the refusal is about another scope than the request")
	}
	if class == ClassScopeNotGranted && !q.systemUser.IsZero() {
		// The consumer of a token by system user is the supplier (docs.digdir.no, Maskinporten, system users).
		return ClassClientRejected, errors.New("the scope is not granted to the supplier, who is the consumer of a token " +
			"by system user")
	}
	return class, nil
}

// isSameScope reports whether a refusal names the requested scope, perhaps with the full stop of its sentence.
func isSameScope(named, requested string) bool {
	return named == requested || named == requested+"."
}

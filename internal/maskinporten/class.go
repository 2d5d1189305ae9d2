package maskinporten

import "github.com/4human/integration-operator/internal/conclusion"

// Class is what a response of Maskinporten, or its absence, means. The set is closed (Classes) and fit for metrics'
// labels and conditions' reasons.
type Class string

// Answers: about the customer of the request.
const (
	// ClassNotDelegated is MP-251: the consumer has not delegated the scope to us, or has withdrawn it, or did it in
	// another environment of Altinn.
	ClassNotDelegated Class = "NotDelegated"
	// ClassScopeNotGranted is MP-250: the scope's owner has not granted it to the consumer. Neither the consumer nor
	// the supplier can change that. In a request by system user the consumer is the supplier: there it is
	// ClassClientRejected.
	ClassScopeNotGranted Class = "ScopeNotGranted"
	// ClassSystemUserMissing is MP-303: Maskinporten finds no system user of the owner for our client. There are
	// several causes: none was approved, it has another reference, or Altinn's system register does not have our client
	// on the system. So it says something about the customer only if Altinn's register of system users agrees.
	ClassSystemUserMissing Class = "SystemUserMissing"
)

// Refusals because of the customer of the request.
const (
	// ClassRequestRejected is MP-011 and other refusals of the request's form, if it had a consumer: nothing else
	// distinguishes one request from another.
	ClassRequestRejected Class = "RequestRejected"
	// ClassConsumerIsSupplier means that the consumer is the supplier itself, which needs no delegation and must not
	// name itself as consumer.
	ClassConsumerIsSupplier Class = "ConsumerIsSupplier"
)

// Faults of our own registration, key, clock or configuration. They concern all customers.
const (
	// ClassClientUnknown is MP-100: no such client in this environment.
	ClassClientUnknown Class = "ClientUnknown"
	// ClassKeyExpired is MP-121: the key was registered more than a year ago.
	ClassKeyExpired Class = "KeyExpired"
	// ClassKeyUnknown means that the key id is not registered on the client, or not yet: a change takes up to two
	// minutes to reach Maskinporten. With two keys, neither is.
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
	// ClassClientRejected is every other refusal of the client, its grant or its scope, such as MP-301 and MP-302; and
	// a request that was not sent because it does not have exactly one scope.
	ClassClientRejected Class = "ClientRejected"
	// ClassClockSkewed is MP-130, "issue time is after now", or a token whose times do not fit our clock: Maskinporten
	// tolerates ten seconds.
	ClassClockSkewed Class = "ClockSkewed"
	// ClassGrantReplayed is MP-012: the grant was used before. Each has a new id, so something between us and
	// Maskinporten sends requests twice.
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
	// unreadable body, a 2xx without a token, a token whose signing key cannot be fetched at the moment.
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

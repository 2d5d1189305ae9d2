package maskinporten

import "github.com/4human/integration-operator/internal/conclusion"

// Class is what an answer of Maskinporten, or the lack of one, means to us. The
// set is closed (Classes) and made for metrics' labels and conditions' reasons.
type Class string

// The answers: Maskinporten's word about the customer that was asked about.
const (
	// ClassNotDelegated is MP-251: the consumer has not delegated the scope to us,
	// or has withdrawn it, or did it in another environment of Altinn.
	ClassNotDelegated Class = "NotDelegated"
	// ClassScopeNotGranted is MP-250: the scope's owner has not granted it to the
	// consumer. Nothing the consumer or the supplier could do would change that. In a
	// request by system user the consumer is the supplier: there it is ClassClientRejected.
	ClassScopeNotGranted Class = "ScopeNotGranted"
	// ClassSystemUserMissing is MP-303: Maskinporten finds no system user of the owner's for our client. It is what each of
	// several causes meets: none was approved, it has another reference, or Altinn's system register does not have our
	// client on the system. So it says something of the customer only if Altinn's register of system users agrees.
	ClassSystemUserMissing Class = "SystemUserMissing"
)

// Refusals because of the customer that was named.
const (
	// ClassRequestRejected is MP-011 and other refusals of the request's form, when
	// a consumer was named: nothing else distinguishes one request from another.
	ClassRequestRejected Class = "RequestRejected"
	// ClassConsumerIsSupplier means that the consumer is the supplier itself, who
	// needs no delegation and must not name itself as consumer.
	ClassConsumerIsSupplier Class = "ConsumerIsSupplier"
)

// Faults of our own registration, key, clock or configuration. They hold for all
// customers alike.
const (
	// ClassClientUnknown is MP-100: no such client in this environment.
	ClassClientUnknown Class = "ClientUnknown"
	// ClassKeyExpired is MP-121: the key was registered more than a year ago.
	ClassKeyExpired Class = "KeyExpired"
	// ClassKeyUnknown means that the key id is not registered on the client, or not
	// yet: a change takes up to two minutes to reach Maskinporten. With two keys it
	// holds for both.
	ClassKeyUnknown Class = "KeyUnknown"
	// ClassSignatureRejected is MP-124: another key than ours has our key id.
	ClassSignatureRejected Class = "SignatureRejected"
	// ClassAudienceRejected is MP-110: the grant was meant for another issuer.
	ClassAudienceRejected Class = "AudienceRejected"
	// ClassCertificateRejected is MP-120, MP-122 or MP-123: the enterprise certificate
	// that the grant names is not trusted, has expired, or is another organization's or
	// environment's; or the client wants one, and the grant names a registered key.
	ClassCertificateRejected Class = "CertificateRejected"
	// ClassScopeNotRegistered is MP-200 or MP-201: the scope is not on the client.
	ClassScopeNotRegistered Class = "ScopeNotRegistered"
	// ClassClientRejected is every other refusal of the client, its grant or its
	// scope, MP-301 and MP-302 among them; and a request that was never sent because
	// its scope is not one scope.
	ClassClientRejected Class = "ClientRejected"
	// ClassClockSkewed is MP-130, "issue time is after now", or a token whose times
	// do not fit our clock: Maskinporten tolerates ten seconds.
	ClassClockSkewed Class = "ClockSkewed"
	// ClassGrantReplayed is MP-012: the grant was used before. As each has a fresh
	// id, something between us and Maskinporten sends requests twice.
	ClassGrantReplayed Class = "GrantReplayed"
	// ClassMetadataInvalid means that the server at the configured issuer describes
	// itself as another one, or names endpoints of another origin.
	ClassMetadataInvalid Class = "MetadataInvalid"
)

// Outages: nothing was learnt.
const (
	// ClassServerError is any 5xx, whatever its body says, and a refusal that calls
	// itself temporary.
	ClassServerError Class = "ServerError"
	// ClassRateLimited is any 429, whatever its body says.
	ClassRateLimited Class = "RateLimited"
	// ClassBlocked is a 4xx that is not a refusal we know in Maskinporten's form: a
	// proxy's page, an empty body, a "forbidden" without a known reason.
	ClassBlocked Class = "Blocked"
	// ClassUnreachable means no complete answer: DNS, TLS, reset, time-out, cancelled.
	ClassUnreachable Class = "Unreachable"
	// ClassBadResponse is an answer that cannot be used or contradicts itself: a
	// redirect, an oversized, truncated or unreadable body, a 2xx without a token, a
	// token whose signing key cannot be looked up at the moment.
	ClassBadResponse Class = "BadResponse"
)

// ClassTokenMismatch is a violation: a complete answer to another question than
// the one asked. A token with another signature, issuer, scope, consumer, supplier
// or time, or an MP-250 or MP-251 about somebody else. It must raise an alarm and
// change nothing.
const ClassTokenMismatch Class = "TokenMismatch"

// kinds declares the kind of every class. A replayed grant and a skewed clock are
// faults of our side although a new attempt may succeed: until somebody looks for
// the cause they come back.
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

// Kind gives the kind of c, as conclusion.Kinds has it.
func (c Class) Kind() conclusion.Kind { return kinds.Of(c) }

// Classes lists all classes, sorted.
func Classes() []Class { return kinds.Classes() }

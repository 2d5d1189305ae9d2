package altinn

import "github.com/4human/integration-operator/internal/conclusion"

// Class is what an answer of Altinn, or the lack of one, means to us. The set is closed (Classes) and made for
// metrics' labels and conditions' reasons. Codes are those of altinn-authentication's Problem.
type Class string

// The answers: Altinn's word about the customer, its system user or a request to it.
const (
	// ClassAlreadyExists is AUTH-00004: the customer has such a system user.
	ClassAlreadyExists Class = "AlreadyExists"
	// ClassAlreadyAccepted is AUTH-00006: the customer has said yes to a request with this reference.
	ClassAlreadyAccepted Class = "AlreadyAccepted"
	// ClassPending is AUTH-00007: a request with this reference waits for the customer.
	ClassPending Class = "Pending"
	// ClassIDUsed is AUTH-00061: the id of a change was used, and the change has been answered or deleted.
	ClassIDUsed Class = "IDUsed"
	// ClassDenied is AUTH-00008: a request with this reference was denied.
	ClassDenied Class = "Denied"
	// ClassRejected is AUTH-00009: the customer has said no to a request with this reference.
	ClassRejected Class = "Rejected"
	// ClassRequestNotFound is AUTH-00010: there is no such request.
	ClassRequestNotFound Class = "RequestNotFound"
	// ClassSystemUserNotFound is AUTH-00015, or what Altinn's register of our system users says in its place: it finds no
	// such system user of the customer. Alone it is no proof that access has ended.
	ClassSystemUserNotFound Class = "SystemUserNotFound"
)

// ClassPartyUnknown is AUTH-00000: Altinn does not know the customer's organization number.
const ClassPartyUnknown Class = "PartyUnknown"

// Faults of our own registration or requests. They hold for all customers alike.
const (
	// ClassSystemNotFound is AUTH-00011: the system register does not know our system, or not as ours.
	ClassSystemNotFound Class = "SystemNotFound"
	// ClassRightsRejected means that what customers are to be asked for is not registered on our system, or cannot be
	// delegated to a system user, or that its redirect URL is not: AUTH-00001, 21, 26, 51, 52, 58, 59, 63, 64, 65 and 71, and what
	// Altinn's validation refuses (AUTH.VLD).
	ClassRightsRejected Class = "RightsRejected"
	// ClassUnauthorized is a 401, AUTH-00023 among them: Altinn does not take our token.
	ClassUnauthorized Class = "Unauthorized"
	// ClassForbidden is a 403 without a code that we know: our token does not open this.
	ClassForbidden Class = "Forbidden"
	// ClassRefused is every other refusal in Altinn's form, and a request that was never sent because it cannot be made.
	ClassRefused Class = "Refused"
)

// Outages: nothing was learnt.
const (
	// ClassServerError is any 5xx, whatever its body says, and AUTH-00012 and 60: Altinn could not store something.
	ClassServerError Class = "ServerError"
	// ClassRateLimited is any 429, whatever its body says.
	ClassRateLimited Class = "RateLimited"
	// ClassBlocked is a 4xx that is not in Altinn's form: a proxy's page, a gateway's JSON, an empty 404, or a 404 without a code
	// where Altinn always has one.
	ClassBlocked Class = "Blocked"
	// ClassUnreachable means no complete answer: DNS, TLS, reset, time-out, cancelled.
	ClassUnreachable Class = "Unreachable"
	// ClassBadResponse is an answer that cannot be used or contradicts itself: a redirect, an oversized, truncated or
	// unreadable body, a status that nobody knows, an address for customers that is none of Altinn's.
	ClassBadResponse Class = "BadResponse"
)

// ClassMismatch is a violation: a complete answer about another system, owner, reference or id than was asked about.
// It must raise an alarm and change nothing.
const ClassMismatch Class = "Mismatch"

// kinds declares the kind of every class.
var kinds = conclusion.Kinds[Class]{
	ClassAlreadyExists:      conclusion.Answer,
	ClassAlreadyAccepted:    conclusion.Answer,
	ClassPending:            conclusion.Answer,
	ClassIDUsed:             conclusion.Answer,
	ClassDenied:             conclusion.Answer,
	ClassRejected:           conclusion.Answer,
	ClassRequestNotFound:    conclusion.Answer,
	ClassSystemUserNotFound: conclusion.Answer,
	ClassPartyUnknown:       conclusion.CustomerFault,
	ClassSystemNotFound:     conclusion.OwnFault,
	ClassRightsRejected:     conclusion.OwnFault,
	ClassUnauthorized:       conclusion.OwnFault,
	ClassForbidden:          conclusion.OwnFault,
	ClassRefused:            conclusion.OwnFault,
	ClassServerError:        conclusion.Outage,
	ClassRateLimited:        conclusion.Outage,
	ClassBlocked:            conclusion.Outage,
	ClassUnreachable:        conclusion.Outage,
	ClassBadResponse:        conclusion.Outage,
	ClassMismatch:           conclusion.Violation,
}

// Kind gives the kind of c, as conclusion.Kinds has it.
func (c Class) Kind() conclusion.Kind { return kinds.Of(c) }

// Classes lists all classes, sorted.
func Classes() []Class { return kinds.Classes() }

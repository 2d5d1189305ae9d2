package simulator

// Readings choose between two readings of the documentation where its pages, or what has been seen of the real service, do
// not agree. The zero value is the reading thought more likely. A client is right only if it is right under both.
type Readings struct {
	// MalformedGrantIsInvalidGrant: the error of a malformed grant (MP-011) is invalid_grant and not invalid_request.
	MalformedGrantIsInvalidGrant bool `json:"malformedGrantIsInvalidGrant,omitzero" help:"a malformed grant is invalid_grant, not invalid_request"`
	// DelegationSourceWithoutSlash: the claim delegation_source has no trailing slash.
	DelegationSourceWithoutSlash bool `json:"delegationSourceWithoutSlash,omitzero" help:"delegation_source in tokens without its trailing slash"`
	// ClientOrgnoClaim: tokens hold the claim client_orgno, as old examples show.
	ClientOrgnoClaim bool `json:"clientOrgnoClaim,omitzero" help:"tokens with the old claim client_orgno"`
	// UnspecifiedAudience: tokens for no resource have the claim aud with the value "unspecified", as old pages show. By default
	// they have no aud.
	UnspecifiedAudience bool `json:"unspecifiedAudience,omitzero" help:"tokens for no resource with aud \"unspecified\""`
	// UnknownConsumerIsInvalidRequest: a consumer_org that Altinn does not know is refused with 400 and MP-011, because Altinn's
	// look-up of delegations answers 400. By default it is refused with MP-251, as one that has delegated nothing.
	UnknownConsumerIsInvalidRequest bool `json:"unknownConsumerIsInvalidRequest,omitzero" help:"a consumer_org that Altinn does not know is MP-011, not MP-251"`
	// JTIUsedOnlyByGoodGrants: a jti counts as used only if the grant was otherwise good, and not at once.
	JTIUsedOnlyByGoodGrants bool `json:"jtiUsedOnlyByGoodGrants,omitzero" help:"a refused grant may be sent again"`
	// OwnConsumerOrgIsInvalidGrant: the error for a consumer_org that is the client's own number is invalid_grant.
	OwnConsumerOrgIsInvalidGrant bool `json:"ownConsumerOrgIsInvalidGrant,omitzero" help:"consumer_org = client's own number is invalid_grant, not invalid_request"`
	// FutureIssueTimeIsInvalidRequest: the error for an iat after now is invalid_request.
	FutureIssueTimeIsInvalidRequest bool `json:"futureIssueTimeIsInvalidRequest,omitzero" help:"an iat after now is invalid_request, not invalid_grant"`
	// UnknownKeyIDIsClientUnknown: the refusal of an unknown key id is MP-100, the same as that of an unknown client. By default it
	// has no code, and its text names the key id.
	UnknownKeyIDIsClientUnknown bool `json:"unknownKeyIDIsClientUnknown,omitzero" help:"an unknown key id is refused with MP-100, as an unknown client is"`
	// GrantsMayLast180Seconds: exp may be 180 seconds after iat. The documentation says 120, a sample of NAV's uses 180.
	GrantsMayLast180Seconds bool `json:"grantsMayLast180Seconds,omitzero" help:"exp may be 180 s after iat, not 120"`
	// ExternalRefRequiredIfGiven: a system user that was created with an external reference is found only by it, even if the
	// reference is the owner's organization number. By default a missing reference stands for that number.
	ExternalRefRequiredIfGiven bool `json:"externalRefRequiredIfGiven,omitzero" help:"a token needs the externalRef that the system user was created with, whatever it is"`
	// ExternalRefOnlyForSeveral: a grant without external reference finds the owner's only user of the system, whatever its
	// reference. ExternalRefRequiredIfGiven, if set too, wins.
	ExternalRefOnlyForSeveral bool `json:"externalRefOnlyForSeveral,omitzero" help:"a token needs an externalRef only if the owner has several users of the system"`
	// AltinnRefusesKnownRequests: asking again for what was asked for before is an error by its status, AUTH-00006 to 00009, as
	// it is in races; and for a change AUTH-00007 while it is open, and AUTH-00061 after. By default the request there is comes
	// back with 200, whatever its status, until it is deleted.
	AltinnRefusesKnownRequests bool `json:"altinnRefusesKnownRequests,omitzero" help:"asking again for a system user is AUTH-00006 to 00009, not 200 with the request there is"`
	// AltinnRefusesOldRequests: Altinn's page does not let the customer answer a request that has timed out. By default it does,
	// for the code behind it looks at the status alone.
	AltinnRefusesOldRequests bool `json:"altinnRefusesOldRequests,omitzero" help:"customers cannot answer a request that is older than 180 days"`
	// AltinnKeepsRequestOfUser: the request that a system user came of stays, accepted, when the user is deleted. By default it
	// goes with the user.
	AltinnKeepsRequestOfUser bool `json:"altinnKeepsRequestOfUser,omitzero" help:"a deleted system user leaves its accepted request behind"`
	// AltinnMissingUserHasCode: the look-up of a system user that is not there, or of another vendor's system, answers
	// AUTH-00015. By default it is a bare 404.
	AltinnMissingUserHasCode bool `json:"altinnMissingUserHasCode,omitzero" help:"looking up a system user that is not there is AUTH-00015, not a bare 404"`
	// AltinnBareStatusIsEmpty: a 404 and 401 for which Altinn has no code of its own are without body. By default they have the
	// problem details that ASP.NET makes.
	AltinnBareStatusIsEmpty bool `json:"altinnBareStatusIsEmpty,omitzero" help:"Altinn's 404 and 401 without a code have an empty body"`
	// AltinnNextHasPublicHost: the link to the next page is one that can be followed. By default it has a host within Altinn.
	AltinnNextHasPublicHost bool `json:"altinnNextHasPublicHost,omitzero" help:"Altinn's links to the next page have the host that was asked"`
	// AltinnComparesChanges: a change request that asks for what the system user has is answered with NoChangeNeeded, and not
	// kept. By default only one that asks for nothing at all.
	AltinnComparesChanges bool `json:"altinnComparesChanges,omitzero" help:"a change request for what the system user already has is NoChangeNeeded"`
	// AltinnReusesRequestIDs: a system user has the id of the request that it came of, as a comment in Altinn's source says. By
	// default it has one of its own.
	AltinnReusesRequestIDs bool `json:"altinnReusesRequestIDs,omitzero" help:"an approved system user has the id of its request"`
	// NAVMissingTimesSwapped: NAV's messages for a token without exp and for one without iat are the other way round.
	NAVMissingTimesSwapped bool `json:"navMissingTimesSwapped,omitzero" help:"NAV's messages for tokens without exp and without iat change places"`
	// NAVContentTypeIsUnsupported: NAV answers a plan of a wrong Content-Type with 415, as ktor does by itself. By default with
	// its own 500, which NAV's handler makes of every exception.
	NAVContentTypeIsUnsupported bool `json:"navContentTypeIsUnsupported,omitzero" help:"NAV answers a plan of a wrong Content-Type with 415, not 500"`
	// NAVMissingFlagIsBadRequest: a plan without one of its three flags is refused. By default the flag is false.
	NAVMissingFlagIsBadRequest bool `json:"navMissingFlagIsBadRequest,omitzero" help:"NAV refuses a plan without one of its flags, and does not take it for false"`
	// SickPayPackageGivesNothing: an access package does not open NAV's documents about sick pay, only rights do. By default
	// [SickPayPackage] opens all of them, as vendors report.
	SickPayPackageGivesNothing bool `json:"sickPayPackageGivesNothing,omitzero" help:"an access package does not open NAV's documents about sick pay"`
	// SickPayNoRightIsForbidden: NAV refuses a system user that lacks the right with 403, as its OpenAPI document lists. By
	// default with 401, as its code does.
	SickPayNoRightIsForbidden bool `json:"sickPayNoRightIsForbidden,omitzero" help:"NAV's answer to a missing right to sick pay documents is 403, not 401"`
	// SickPayTokenRefusalHasCode: NAV refuses a token with 401 and the code UAUTORISERT. By default the body is empty.
	SickPayTokenRefusalHasCode bool `json:"sickPayTokenRefusalHasCode,omitzero" help:"NAV's 401 for a token has a body with the code UAUTORISERT"`
	// SickPayReplacedKeepsTime: an application that comes again under a new number keeps the time with which fom and tom are
	// compared. By default it is that of its coming again.
	SickPayReplacedKeepsTime bool `json:"sickPayReplacedKeepsTime,omitzero" help:"an application that comes again is compared with fom and tom by when it first came"`
}

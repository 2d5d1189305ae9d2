package maskinporten

// Readings choose between two readings of what is documented or known of Maskinporten. The zero value is the reading
// thought more likely.
type Readings struct {
	// MalformedGrantIsInvalidGrant: the error of a malformed grant (MP-011) is invalid_grant and not invalid_request.
	MalformedGrantIsInvalidGrant bool `json:"malformedGrantIsInvalidGrant,omitzero" help:"a malformed grant is invalid_grant, not invalid_request"`
	// DelegationSourceWithoutSlash: the claim delegation_source has no trailing slash.
	DelegationSourceWithoutSlash bool `json:"delegationSourceWithoutSlash,omitzero" help:"delegation_source in tokens without its trailing slash"`
	// ClientOrgnoClaim: tokens hold the claim client_orgno, as old examples show.
	ClientOrgnoClaim bool `json:"clientOrgnoClaim,omitzero" help:"tokens with the old claim client_orgno"`
	// UnspecifiedAudience: tokens for no resource have the claim aud with the value "unspecified", as old pages show. By
	// default they have no aud.
	UnspecifiedAudience bool `json:"unspecifiedAudience,omitzero" help:"tokens for no resource with aud \"unspecified\""`
	// UnknownConsumerIsInvalidRequest: a consumer_org that Altinn does not know is refused with 400 and MP-011, because
	// Altinn's look-up of delegations returns 400. By default it is refused with MP-251, as one that has delegated
	// nothing.
	UnknownConsumerIsInvalidRequest bool `json:"unknownConsumerIsInvalidRequest,omitzero" help:"a consumer_org that Altinn does not know is MP-011, not MP-251"`
	// JTIUsedOnlyByGoodGrants: a jti counts as used only if the grant was otherwise good, and not at once.
	JTIUsedOnlyByGoodGrants bool `json:"jtiUsedOnlyByGoodGrants,omitzero" help:"a refused grant may be sent again"`
	// OwnConsumerOrgIsInvalidGrant: the error for a consumer_org that is the client's own number is invalid_grant.
	OwnConsumerOrgIsInvalidGrant bool `json:"ownConsumerOrgIsInvalidGrant,omitzero" help:"consumer_org = client's own number is invalid_grant, not invalid_request"`
	// FutureIssueTimeIsInvalidRequest: the error for an iat after now is invalid_request.
	FutureIssueTimeIsInvalidRequest bool `json:"futureIssueTimeIsInvalidRequest,omitzero" help:"an iat after now is invalid_request, not invalid_grant"`
	// UnknownKeyIDIsClientUnknown: the refusal of an unknown key id is MP-100, the same as that of an unknown client. By
	// default it has no code, and its text names the key id.
	UnknownKeyIDIsClientUnknown bool `json:"unknownKeyIDIsClientUnknown,omitzero" help:"an unknown key id is refused with MP-100, as an unknown client is"`
	// TimesAsInCode: the times of a grant are judged, and refused with the texts, as a reader of Maskinporten's code
	// reports (github.com/Altinn/altinn-studio, issue 19603, comment of 2026-07-27): exp may be 180 seconds after iat, as
	// in a sample of NAV's; the tolerance is for exp, too; iat may be any time ago. By default it is as documented: 120
	// seconds, and an iat of the last ten seconds.
	TimesAsInCode bool `json:"timesAsInCode,omitzero" help:"exp up to 180 s after iat, any iat in the past; texts of Maskinporten's code"`
}

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
	// JTIUsedOnlyByGoodGrants: a jti counts as used only if the grant was otherwise good, and not at once.
	JTIUsedOnlyByGoodGrants bool `json:"jtiUsedOnlyByGoodGrants,omitzero" help:"a refused grant may be sent again"`
	// OwnConsumerOrgIsInvalidGrant: the error for a consumer_org that is the client's own number is invalid_grant.
	OwnConsumerOrgIsInvalidGrant bool `json:"ownConsumerOrgIsInvalidGrant,omitzero" help:"consumer_org = client's own number is invalid_grant, not invalid_request"`
	// FutureIssueTimeIsInvalidRequest: the error for an iat after now is invalid_request.
	FutureIssueTimeIsInvalidRequest bool `json:"futureIssueTimeIsInvalidRequest,omitzero" help:"an iat after now is invalid_request, not invalid_grant"`
	// GrantsMayLast180Seconds: exp may be 180 seconds after iat. The documentation says 120, a sample of NAV's uses 180.
	GrantsMayLast180Seconds bool `json:"grantsMayLast180Seconds,omitzero" help:"exp may be 180 s after iat, not 120"`
	// NAVMissingTimesSwapped: NAV's messages for a token without exp and for one without iat are the other way round.
	NAVMissingTimesSwapped bool `json:"navMissingTimesSwapped,omitzero" help:"NAV's messages for tokens without exp and without iat change places"`
}

package altinn

// Readings choose between two readings of what is documented or known of Altinn. The zero value is the reading thought
// more likely.
type Readings struct {
	// ExternalRefRequiredIfGiven: a system user that was created with an external reference is found only by it, even if
	// the reference is the owner's organization number. By default a missing reference stands for that number.
	ExternalRefRequiredIfGiven bool `json:"externalRefRequiredIfGiven,omitzero" help:"a token needs the externalRef that the system user was created with, whatever it is"`
	// ExternalRefOnlyForSeveral: a grant without external reference finds the owner's only user of the system, whatever
	// its reference. ExternalRefRequiredIfGiven, if set too, wins.
	ExternalRefOnlyForSeveral bool `json:"externalRefOnlyForSeveral,omitzero" help:"a token needs an externalRef only if the owner has several users of the system"`
	// RefusesKnownRequests: a repeated request is an error by the status of the first, AUTH-00006 to 00009, as in races; a
	// repeated change is AUTH-00007 while it is open, and AUTH-00061 after. By default the first is returned with 200,
	// whatever its status, until it is deleted.
	RefusesKnownRequests bool `json:"altinnRefusesKnownRequests,omitzero" help:"a repeated request for a system user is AUTH-00006 to 00009, not 200 with the first"`
	// RefusesOldRequests: Altinn's page does not let the customer decide on a request that has timed out. By default it
	// does, because the code behind it looks at the status alone.
	RefusesOldRequests bool `json:"altinnRefusesOldRequests,omitzero" help:"customers cannot decide on a request that is older than 180 days"`
	// KeepsRequestOfUser: when a system user is deleted, the request that created it stays, accepted. By default it is
	// deleted with the user.
	KeepsRequestOfUser bool `json:"altinnKeepsRequestOfUser,omitzero" help:"a deleted system user leaves its accepted request behind"`
	// MissingUserHasCode: looking up a missing system user, or one of another vendor's system, returns AUTH-00015. By
	// default it is a bare 404.
	MissingUserHasCode bool `json:"altinnMissingUserHasCode,omitzero" help:"looking up a missing system user is AUTH-00015, not a bare 404"`
	// BareStatusIsEmpty: a 404 or 401 for which Altinn has no code has an empty body. By default it has the problem
	// details that ASP.NET writes.
	BareStatusIsEmpty bool `json:"altinnBareStatusIsEmpty,omitzero" help:"Altinn's 404 and 401 without a code have an empty body"`
	// NextHasPublicHost: clients can follow the link to the next page. By default its host is reachable only within
	// Altinn.
	NextHasPublicHost bool `json:"altinnNextHasPublicHost,omitzero" help:"Altinn's links to the next page have the host of the request"`
	// ComparesChanges: a change request for what the system user already has returns NoChangeNeeded and is not kept. By
	// default only an empty change request does.
	ComparesChanges bool `json:"altinnComparesChanges,omitzero" help:"a change request for what the system user already has is NoChangeNeeded"`
	// ReusesRequestIDs: a system user has the id of the request that created it, as a comment in Altinn's source says. By
	// default it has an id of its own.
	ReusesRequestIDs bool `json:"altinnReusesRequestIDs,omitzero" help:"an approved system user has the id of its request"`
	// ListOmitsReferences: the list of system users has no references. By default it has them, as the look-up of one has.
	ListOmitsReferences bool `json:"altinnListOmitsReferences,omitzero" help:"the list of system users has no externalRef"`
	// NoAgentTokens: Maskinporten does not find an agent system user by its owner. By default it does, and by a client's
	// number it never does (Altinn/altinn-studio-docs, MP-303).
	NoAgentTokens bool `json:"altinnNoAgentTokens,omitzero" help:"Maskinporten finds no agent system user"`
	// MissingAgentRequestHasSameCode: a missing request for an agent system user is AUTH-00010, as of another system user.
	// By default it is AUTH-00030.
	MissingAgentRequestHasSameCode bool `json:"altinnMissingAgentRequestHasSameCode,omitzero" help:"a missing request for an agent system user is AUTH-00010, not 00030"`
	// AgentReadsLinkToRequest: a request for an agent system user, when it is read, links to the page of other requests.
	// By default it links to the page of its own, as when it is created.
	AgentReadsLinkToRequest bool `json:"altinnAgentReadsLinkToRequest,omitzero" help:"a request for an agent system user that is read links to the wrong page"`
	// ExchangeQuotes: the token that is issued in exchange is a JSON string. By default it is plain text.
	ExchangeQuotes bool `json:"altinnExchangeQuotes,omitzero" help:"the token that Altinn issues in exchange is in quotes"`
	// PartiesAreNested: the list of parties is in another list, as in Altinn's documentation. By default it is not, as its
	// code writes it.
	PartiesAreNested bool `json:"altinnPartiesAreNested,omitzero" help:"the list of authorized parties is in another list"`
	// PartyPackagesAreURNs: the list of parties has access packages by their URNs, as in Altinn's documentation. By
	// default it has the last parts of these, as its code writes them.
	PartyPackagesAreURNs bool `json:"altinnPartyPackagesAreURNs,omitzero" help:"the list of authorized parties has access packages by their URNs"`
	// QueryOmitsAgents: looking up an agent system user finds none. By default it is found, as in the list.
	QueryOmitsAgents bool `json:"altinnQueryOmitsAgents,omitzero" help:"looking up an agent system user finds none"`
}

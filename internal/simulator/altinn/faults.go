package altinn

// Faults make Altinn's register of system users return wrong data. A client must not conclude from any of them alone
// that a customer has deleted its system user.
type Faults struct {
	// ForeignSystem treats every system as another vendor's, as after a move of the client or the system: users are not
	// found, and lists are refused with AUTH-00011. Maskinporten is not affected.
	ForeignSystem bool `json:"foreignSystem,omitzero" help:"every system is another vendor's: no user is found, and lists are AUTH-00011"`
	// QueryFindsNobody makes the look-up of one user find none. The list still has them.
	QueryFindsNobody bool `json:"queryFindsNobody,omitzero" help:"the look-up of a system user finds none, though the list has it"`
	// EmptyUserList empties the list of system users. The look-up still finds them.
	EmptyUserList bool `json:"emptyUserList,omitzero" help:"the list of system users is empty, though the look-up finds them"`
	// EmptyPartyList empties the list of those that a system user acts for.
	EmptyPartyList bool `json:"emptyPartyList,omitzero" help:"no system user acts for any organization, by Altinn's list of authorized parties"`
	// ListsEndEarly ends every list after its first page.
	ListsEndEarly bool `json:"listsEndEarly,omitzero" help:"lists end after their first page, without a word that there is more"`
}

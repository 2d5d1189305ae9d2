package altinn

// Faults are ways in which Altinn's register of system users says what is not so, while it answers. A client must not
// conclude from any of them alone that a customer has deleted its system user.
type Faults struct {
	// ForeignSystem has the register take every system for another vendor's, as it does if the client or the system was moved:
	// users are not found, and lists are refused with AUTH-00011. Maskinporten is not hit.
	ForeignSystem bool `json:"foreignSystem,omitzero" help:"every system is another vendor's: no user is found, and lists are AUTH-00011"`
	// QueryFindsNobody has the look-up of one user find none. The list still has them.
	QueryFindsNobody bool `json:"queryFindsNobody,omitzero" help:"the look-up of a system user finds none, though the list has it"`
	// EmptyUserList has the list of system users be empty. The look-up still finds them.
	EmptyUserList bool `json:"emptyUserList,omitzero" help:"the list of system users is empty, though the look-up finds them"`
	// ListsEndEarly has every list end after its first page.
	ListsEndEarly bool `json:"listsEndEarly,omitzero" help:"lists end after their first page, without a word that there is more"`
}

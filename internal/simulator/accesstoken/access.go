package accesstoken

import "slices"

// SystemUsers finds what a system user has access to, in Altinn.
type SystemUsers interface {
	// AccessOf returns the organizations that the system user of that id acts for, and the rights and packages that it
	// has.
	AccessOf(id string) (parties, rights, packages []string, found bool)
}

// Access is where a service verifies tokens and looks up the rights of system users. All fields are required.
type Access struct {
	// Tokens verify access tokens.
	Tokens Issuer
	// SystemUsers is Altinn's register of system users.
	SystemUsers SystemUsers
	// MainUnit returns the employer of a sub-unit, "" for an unknown one.
	MainUnit func(unit string) string
}

// MayRead looks up in Altinn whether a system user has the right to a resource of an organization: it must act for the
// organization or for its main unit.
func (a Access) MayRead(user SystemUser, organization, resource string) bool {
	parties, rights, _, found := a.SystemUsers.AccessOf(user.ID)
	isParty := slices.Contains(parties, organization) || slices.Contains(parties, a.MainUnit(organization))
	return found && isParty && slices.Contains(rights, resource)
}

package altinn

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// SystemUser is a customer's user of a vendor's system, in Altinn.
type SystemUser struct {
	// ID is a UUID.
	ID string `json:"id"`
	// SystemID is its system.
	SystemID string `json:"systemID"`
	// OrganizationNumber is its owner: the customer, the party.
	OrganizationNumber string `json:"organizationNumber"`
	// ExternalRef tells several users of one system and owner apart. Default: the owner's organization number.
	ExternalRef string `json:"externalRef"`
	// ExternalRefGiven reports that the reference is not the default.
	ExternalRefGiven bool `json:"externalRefGiven,omitzero"`
	// Title is the displayed name. Default: the system's name.
	Title string `json:"title"`
	// Rights are the ids of the resources that it has rights to.
	Rights []string `json:"rights"`
	// AccessPackages are the URNs of the packages that it has.
	AccessPackages []string `json:"accessPackages"`
	// Created is the time of its creation, by the real clock.
	Created time.Time `json:"created"`
	// Agent makes it an agent system user: it acts for the owner's clients, and has no single rights.
	Agent bool `json:"agent,omitzero"`
	// Clients are the organization numbers of those that the owner of an agent system user has added to it.
	Clients []string `json:"clients,omitempty"`
}

// CreateSystemUser creates a system user as the owner, without a request. System and owner are required; the default of
// rights and packages is the system's. It fails if the system is not registered, if a right or package is not the
// system's, and if the user exists.
func (a *Service) CreateSystemUser(user SystemUser) (SystemUser, error) {
	if err := identity.CheckOrganization(user.OrganizationNumber); err != nil {
		return SystemUser{}, fmt.Errorf("owner: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	system, known := a.systems[user.SystemID]
	if !known {
		return SystemUser{}, fmt.Errorf("system %q is not registered", user.SystemID)
	}
	if err := user.checkAgent(); err != nil {
		return SystemUser{}, err
	}
	if len(user.Rights) == 0 && len(user.AccessPackages) == 0 {
		user.Rights, user.AccessPackages = system.Rights, system.AccessPackages
	}
	if user.Agent {
		user.Rights = nil
	}
	if foreign := missing(user.Rights, system.Rights); foreign != "" {
		return SystemUser{}, fmt.Errorf("right %q is not registered on the system", foreign)
	}
	if foreign := missing(user.AccessPackages, system.AccessPackages); foreign != "" {
		return SystemUser{}, fmt.Errorf("access package %q is not registered on the system", foreign)
	}
	user.ExternalRefGiven = user.ExternalRef != ""
	user.ExternalRef = cmp.Or(user.ExternalRef, user.OrganizationNumber)
	user.Title = cmp.Or(user.Title, system.Name)
	if a.userLocked(user.SystemID, user.OrganizationNumber, user.ExternalRef) != nil {
		return SystemUser{}, fmt.Errorf("%s has such a user of system %s already", user.OrganizationNumber, user.SystemID)
	}
	user.ID = uuid.NewString()
	return a.createLocked(user, a.now()), nil
}

// createLocked adds a user.
func (a *Service) createLocked(user SystemUser, now time.Time) SystemUser {
	created := user.clone()
	created.Created = now.UTC().Truncate(time.Microsecond)
	a.addUserLocked(&created)
	return created.clone()
}

// WithdrawSystemUser deletes a system user, by its id, or all of an organization. Issued tokens work until they expire.
// Its request is deleted too, unless [Readings] say otherwise; its changes stay. It fails if there is no such user.
func (a *Service) WithdrawSystemUser(target string) ([]SystemUser, error) {
	keepsRequest := a.Readings().KeepsRequestOfUser
	a.mu.Lock()
	defer a.mu.Unlock()
	var withdrawn []SystemUser
	for _, user := range slices.Clone(a.userOrder) {
		if user.ID == target || user.OrganizationNumber == target {
			a.removeUserLocked(user)
			if !keepsRequest {
				a.deleteRequestsLocked(user)
			}
			withdrawn = append(withdrawn, user.clone())
		}
	}
	if len(withdrawn) == 0 {
		return nil, fmt.Errorf("there is no system user of %s", target)
	}
	return withdrawn, nil
}

// SystemUsers lists all system users, oldest first.
func (a *Service) SystemUsers() []SystemUser {
	a.mu.RLock()
	defer a.mu.RUnlock()
	users := make([]SystemUser, 0, len(a.userOrder))
	for _, user := range a.userOrder {
		users = append(users, user.clone())
	}
	return users
}

// SystemUserOfClient finds the user that the party had, at a time, of the system that the client belongs to. The owner
// is the vendor. An external reference of "" is none.
func (a *Service) SystemUserOfClient(
	owner, clientID, party, externalRef string, at time.Time,
) (id, systemID string, found bool) {
	readings := a.Readings()
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, system := range a.systems {
		if system.OrganizationNumber != owner || !slices.Contains(system.ClientIDs, clientID) {
			continue
		}
		users := a.usersOver[partyKey{system.SystemID, party}].At(at)
		i := slices.IndexFunc(users, func(user *SystemUser) bool {
			return user.isFoundBy(externalRef, len(users) == 1, readings)
		})
		if i < 0 {
			return "", "", false
		}
		return users[i].ID, system.SystemID, true
	}
	return "", "", false
}

// isFoundBy reports whether a grant with this external reference is for the user. only reports that it is the only one.
func (u *SystemUser) isFoundBy(externalRef string, only bool, readings Readings) bool {
	switch {
	case u.Agent && readings.NoAgentTokens:
		return false
	case externalRef != "":
		return u.ExternalRef == externalRef
	case readings.ExternalRefRequiredIfGiven:
		return !u.ExternalRefGiven
	case readings.ExternalRefOnlyForSeveral:
		return only
	}
	return u.ExternalRef == u.OrganizationNumber
}

func (u *SystemUser) clone() SystemUser {
	copied := *u
	copied.Rights = append([]string{}, u.Rights...)
	copied.AccessPackages = append([]string{}, u.AccessPackages...)
	copied.Clients = slices.Clone(u.Clients)
	return copied
}

// missing returns the first wanted text that is not in registered, or "".
func missing(wanted, registered []string) string {
	for _, one := range wanted {
		if !slices.Contains(registered, one) {
			return one
		}
	}
	return ""
}

package altinn

import (
	"errors"
	"fmt"
	"slices"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// checkAgent reports what an agent system user, or another one, cannot have.
func (u *SystemUser) checkAgent() error {
	switch {
	case u.Agent && len(u.Rights) > 0:
		return errors.New("an agent system user has access packages only")
	case !u.Agent && len(u.Clients) > 0:
		return errors.New("only an agent system user has clients")
	}
	for _, client := range u.Clients {
		if err := identity.CheckOrganization(client); err != nil {
			return fmt.Errorf("client: %w", err)
		}
	}
	return nil
}

// parties returns the organizations that the user acts for: its owner, or an agent's clients.
func (u *SystemUser) parties() []string {
	if u.Agent {
		return slices.Clone(u.Clients)
	}
	return []string{u.OrganizationNumber}
}

// AddClient adds a client to an agent system user, as a client administrator of its owner. The target is its id, or the
// owner if it has only one. Altinn lets only those be added who have given the owner access, which is not simulated.
func (a *Service) AddClient(target, client string) (SystemUser, error) {
	if err := identity.CheckOrganization(client); err != nil {
		return SystemUser{}, fmt.Errorf("client: %w", err)
	}
	return a.changeClients(target, func(user *SystemUser) error {
		if slices.Contains(user.Clients, client) {
			return fmt.Errorf("%s is already a client of system user %s", client, user.ID)
		}
		user.Clients = append(slices.Clone(user.Clients), client)
		return nil
	})
}

// RemoveClient removes a client from an agent system user: its owner does so, or the client ends the agreement. The
// target is that of AddClient.
func (a *Service) RemoveClient(target, client string) (SystemUser, error) {
	return a.changeClients(target, func(user *SystemUser) error {
		if !slices.Contains(user.Clients, client) {
			return fmt.Errorf("%s is no client of system user %s", client, user.ID)
		}
		user.Clients = slices.DeleteFunc(slices.Clone(user.Clients), func(other string) bool { return other == client })
		return nil
	})
}

func (a *Service) changeClients(target string, change func(*SystemUser) error) (SystemUser, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []*SystemUser
	for _, user := range a.userOrder {
		if user.Agent && (user.ID == target || user.OrganizationNumber == target) {
			found = append(found, user)
		}
	}
	switch len(found) {
	case 0:
		return SystemUser{}, fmt.Errorf("there is no agent system user of %s", target)
	case 1:
	default:
		return SystemUser{}, fmt.Errorf("%s has several agent system users, name one by its id", target)
	}
	if err := change(found[0]); err != nil {
		return SystemUser{}, err
	}
	return found[0].clone(), nil
}

package altinn

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// System is a vendor's system in Altinn's system register, of which customers have users
// (Altinn/altinn-authentication).
type System struct {
	// SystemID is the vendor's organization number, an underscore and a name.
	SystemID string `json:"systemID"`
	// OrganizationNumber is the vendor's.
	OrganizationNumber string `json:"organizationNumber"`
	// Name is the displayed name. Default: the name in the id.
	Name string `json:"name,omitempty"`
	// ClientIDs are the clients of Maskinporten that use the system's users. A client belongs to one system only.
	ClientIDs []string `json:"clientIDs"`
	// Rights are the ids of the resources that a request may name.
	Rights []string `json:"rights,omitempty"`
	// AccessPackages are the URNs of the packages that a request may name.
	AccessPackages []string `json:"accessPackages,omitempty"`
	// PackageResources are the resources that each package includes rights to. Default: all of Rights.
	PackageResources map[string][]string `json:"packageResources,omitempty"`
	// AllowedRedirectURLs are where a customer may go after a decision.
	AllowedRedirectURLs []string `json:"allowedRedirectURLs,omitempty"`
}

const accessPackagePrefix = "urn:altinn:accesspackage:"

var (
	systemIDPattern = regexp.MustCompile(`^[0-9]{9}_[A-Za-z0-9_.-]{1,100}$`)
	resourcePattern = regexp.MustCompile(`^[a-z0-9_-]{4,}$`)
	// schemaResource matches the known ids of API delegation's resources: migrated ones have this name.
	schemaResource = regexp.MustCompile(`maskinportenschemaid`)
)

// RegisterSystem adds a system or replaces the one of that id. Users and requests stay as they are. It fails if a field
// is not usable, on a resource that delegates a scope of Maskinporten, and on a client of another system
// (AUTH.VLD-00004).
func (a *Service) RegisterSystem(system System) error {
	if err := checkSystem(system); err != nil {
		return err
	}
	_, name, _ := strings.Cut(system.SystemID, "_")
	if system.Name == "" {
		system.Name = name
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, other := range a.systems {
		for _, clientID := range system.ClientIDs {
			if other.SystemID != system.SystemID && slices.Contains(other.ClientIDs, clientID) {
				return fmt.Errorf("AUTH.VLD-00004: client %q belongs to system %s", clientID, other.SystemID)
			}
		}
	}
	a.systems[system.SystemID] = system.clone()
	return nil
}

// System returns the registered system with that id.
func (a *Service) System(systemID string) (System, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	system, known := a.systems[systemID]
	return system.clone(), known
}

// Systems lists the registered systems by id.
func (a *Service) Systems() []System {
	a.mu.RLock()
	defer a.mu.RUnlock()
	systems := make([]System, 0, len(a.systems))
	for _, id := range slices.Sorted(maps.Keys(a.systems)) {
		systems = append(systems, a.systems[id].clone())
	}
	return systems
}

// RemoveSystem removes a system with its users and requests, if it exists.
func (a *Service) RemoveSystem(systemID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.systems, systemID)
	for _, user := range slices.Clone(a.userOrder) {
		if user.SystemID == systemID {
			a.removeUserLocked(user)
		}
	}
	for _, request := range a.requestOrder {
		if request.SystemID == systemID {
			delete(a.requests, partyKey{request.SystemID, request.OrganizationNumber})
			delete(a.requestByID, requestKey{request.Kind, request.ID})
		}
	}
	a.requestOrder = slices.DeleteFunc(a.requestOrder, func(r *storedRequest) bool { return r.SystemID == systemID })
}

// SetUnknownOrganization makes an organization unknown to Altinn, or known again. It fails on an invalid organization
// number.
func (a *Service) SetUnknownOrganization(organizationNumber string, unknown bool) error {
	if err := identity.CheckOrganization(organizationNumber); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if unknown {
		a.unknown[organizationNumber] = true
		return nil
	}
	delete(a.unknown, organizationNumber)
	return nil
}

// IsUnknown reports whether Altinn cannot resolve an organization.
func (a *Service) IsUnknown(organizationNumber string) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.unknown[organizationNumber]
}

// UnknownOrganizations lists the organizations that Altinn does not know.
func (a *Service) UnknownOrganizations() []string {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(a.unknown))))
}

func checkSystem(system System) error {
	if !systemIDPattern.MatchString(system.SystemID) {
		return errors.New("a system id is the vendor's organization number, an underscore and a name of letters, digits " +
			"and _.-")
	}
	if err := identity.CheckOrganization(system.OrganizationNumber); err != nil {
		return fmt.Errorf("organization number of the system: %w", err)
	}
	if !strings.HasPrefix(system.SystemID, system.OrganizationNumber+"_") {
		return fmt.Errorf("system id %q must begin with its vendor's organization number, %s", system.SystemID,
			system.OrganizationNumber)
	}
	for _, clientID := range system.ClientIDs {
		if !identity.ClientIDPattern.MatchString(clientID) {
			return fmt.Errorf("%q is not a client id", clientID)
		}
	}
	return checkAccess(system.Rights, system.AccessPackages)
}

// checkAccess fails on access that a system user cannot have. Scopes of Maskinporten are delegated in another way
// (AUTH.VLD-00017 in Altinn's register, AUTH-00071 in a request).
func checkAccess(rights, accessPackages []string) error {
	for _, resource := range rights {
		if strings.Contains(resource, ":") || schemaResource.MatchString(resource) {
			return fmt.Errorf("%q is delegated as a scope of Maskinporten's, not to a system user", resource)
		}
		if !resourcePattern.MatchString(resource) {
			return fmt.Errorf("%q is not the id of a resource: at least four lower-case letters, digits, - and _", resource)
		}
	}
	for _, accessPackage := range accessPackages {
		if !strings.HasPrefix(accessPackage, accessPackagePrefix) {
			return fmt.Errorf("access package %q must begin with %s", accessPackage, accessPackagePrefix)
		}
	}
	return nil
}

func (s System) clone() System {
	s.ClientIDs, s.Rights = slices.Clone(s.ClientIDs), slices.Clone(s.Rights)
	s.AccessPackages, s.AllowedRedirectURLs = slices.Clone(s.AccessPackages), slices.Clone(s.AllowedRedirectURLs)
	s.PackageResources = maps.Clone(s.PackageResources)
	return s
}

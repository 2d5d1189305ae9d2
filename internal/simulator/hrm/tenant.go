package hrm

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/identity"
)

// maxTokenLength bounds a token.
const maxTokenLength = 4096

// tenantPattern is a DNS label (RFC 1123, section 2.1), in lower case.
var tenantPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// Tenant is a customer of the HRM system.
type Tenant struct {
	// Name is a DNS label: lower-case letters, digits and hyphens.
	Name string `json:"name"`
	// OrganizationNumber is the tenant's response to GET /v1/organization. Another one than expected arranges a mix-up of
	// tenants.
	OrganizationNumber string `json:"organizationNumber"`
	// Units are the sub-units whose documents it wants.
	Units []string `json:"units,omitempty"`
}

// TenantRegistration is the body with which the admin API registers a tenant.
type TenantRegistration struct {
	// OrganizationNumber is the tenant's response to GET /v1/organization.
	OrganizationNumber string `json:"organizationNumber"`
	// Units are the sub-units for which the tenant wants documents.
	Units []string `json:"units,omitempty"`
	// Token is the tenant's bearer token. It is never shown.
	Token string `json:"token"`
}

// tenant is a registered tenant, with the hash of its token.
type tenant struct {
	organizationNumber string
	units              []string
	tokenSum           [sha256.Size]byte
}

// hasToken compares a token in constant time.
func (t tenant) hasToken(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(sum[:], t.tokenSum[:]) == 1
}

// RegisterTenant adds a tenant or replaces the one of that name, with its token. It fails if name, organization number
// or token are not usable.
func (h *Service) RegisterTenant(t Tenant, token string) error {
	if err := checkTenantName(t.Name); err != nil {
		return err
	}
	if err := identity.CheckOrganization(t.OrganizationNumber); err != nil {
		return fmt.Errorf("organization number of the tenant: %w", err)
	}
	for _, unit := range t.Units {
		if err := identity.CheckOrganization(unit); err != nil {
			return fmt.Errorf("unit of the tenant: %w", err)
		}
	}
	if len(token) > maxTokenLength || !accesstoken.BearerPattern.MatchString(token) {
		return fmt.Errorf("a token has 1 to %d letters, digits and characters of -._~+/, and may end with =", maxTokenLength)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tenants[t.Name] = tenant{
		organizationNumber: t.OrganizationNumber, units: slices.Clone(t.Units),
		tokenSum: sha256.Sum256([]byte(token)),
	}
	return nil
}

// RemoveTenant removes a tenant, if it exists, and keeps its data for a later registration. It fails on an invalid
// name.
func (h *Service) RemoveTenant(name string) error {
	if err := checkTenantName(name); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.tenants, name)
	return nil
}

// Tenants lists the tenants by name, without their tokens.
func (h *Service) Tenants() []Tenant {
	h.mu.RLock()
	defer h.mu.RUnlock()
	tenants := make([]Tenant, 0, len(h.tenants))
	for _, name := range slices.Sorted(maps.Keys(h.tenants)) {
		tenants = append(tenants, Tenant{
			Name: name, OrganizationNumber: h.tenants[name].organizationNumber,
			Units: slices.Clone(h.tenants[name].units),
		})
	}
	return tenants
}

func (h *Service) tenant(name string) (tenant, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	found, known := h.tenants[name]
	return found, known
}

func checkTenantName(name string) error {
	if !tenantPattern.MatchString(name) {
		return errors.New("a tenant's name has 1 to 63 lower-case letters, digits and hyphens, and no hyphen at its ends")
	}
	return nil
}

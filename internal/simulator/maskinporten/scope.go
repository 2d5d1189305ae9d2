package maskinporten

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/identity"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	// followUpPlanTokenLifetime is the default of nais for a scope without a lifetime, such as NAV's (doc.nais.io,
	// Maskinporten).
	followUpPlanTokenLifetime = 30 * time.Second
	// sickPayTokenLifetime is what NAV sets (navikt/sykepenger-im-lps-api, .nais).
	sickPayTokenLifetime = 600 * time.Second
	// letterTokenLifetime is what NAV sets (navikt/syfo-dokumentporten, nais).
	letterTokenLifetime = 680 * time.Second
	// reportTokenLifetime is what NAV sets (navikt/sokos-oppgjorsrapporter, .nais).
	reportTokenLifetime = 600 * time.Second
	// altinnTokenLifetime is Maskinporten's default (docs.digdir.no).
	altinnTokenLifetime = 120 * time.Second
)

// delegationSources maps delegation sources to their issuers, as Maskinporten's self-service API lists them
// (docs.digdir.no, "delegationsources"). The simulator is the test environment.
var delegationSources = map[string]string{"altinn": "https://tt02.altinn.no/"}

var scopePattern = regexp.MustCompile(`^[a-z0-9]+:[a-zA-Z0-9_./:-]{1,190}$`)

// Scope is an access that an API owner has registered in Maskinporten.
type Scope struct {
	// Name is the whole scope, such as nav:oppfolgingsplan/lps.write.
	Name string `json:"name"`
	// AccessibleForAll grants the scope to every organization. A request that forgets consumer_org then gets a good token,
	// for the client's own organization.
	AccessibleForAll bool `json:"accessibleForAll,omitzero"`
	// GrantedTo lists the organizations that the API owner has granted the scope.
	GrantedTo []string `json:"grantedTo,omitempty"`
	// GrantedToClients grants the scope to the owner of every client registered with it, as Altinn does when a vendor
	// orders it: RegisterClient adds the owner to GrantedTo.
	GrantedToClients bool `json:"grantedToClients,omitzero"`
	// DelegationSource is where consumers delegate the scope to a supplier: altinn, or "" if it cannot be delegated.
	DelegationSource string `json:"delegationSource,omitempty"`
	// TokenLifetime is the lifetime of access tokens, at least two seconds.
	TokenLifetime wire.Duration `json:"tokenLifetime"`
	// RefuseWith refuses requests for the scope that are otherwise good, with an MP code or a name of [Refusals].
	RefuseWith string `json:"refuseWith,omitempty"`
}

func defaultScopes() []Scope {
	return []Scope{
		{
			Name: accesstoken.FollowUpPlanScope, AccessibleForAll: true, DelegationSource: "altinn",
			TokenLifetime: wire.Duration(followUpPlanTokenLifetime),
		},
		{Name: accesstoken.SickPayScope, AccessibleForAll: true, TokenLifetime: wire.Duration(sickPayTokenLifetime)},
		{Name: accesstoken.LetterScope, AccessibleForAll: true, TokenLifetime: wire.Duration(letterTokenLifetime)},
		{Name: accesstoken.ReportScope, AccessibleForAll: true, TokenLifetime: wire.Duration(reportTokenLifetime)},
		{Name: accesstoken.SystemUserWriteScope, GrantedToClients: true, TokenLifetime: wire.Duration(altinnTokenLifetime)},
		{Name: accesstoken.SystemUserReadScope, GrantedToClients: true, TokenLifetime: wire.Duration(altinnTokenLifetime)},
		{Name: accesstoken.SystemRegisterScope, GrantedToClients: true, TokenLifetime: wire.Duration(altinnTokenLifetime)},
		{Name: accesstoken.AuthorizedPartiesScope, GrantedToClients: true, TokenLifetime: wire.Duration(altinnTokenLifetime)},
	}
}

// RegisterScope adds a scope or replaces the one of that name. It fails if a field is not usable.
func (s *Service) RegisterScope(scope Scope) error {
	if !scopePattern.MatchString(scope.Name) {
		return fmt.Errorf("scope %q must look like %s", scope.Name, accesstoken.FollowUpPlanScope)
	}
	if _, known := delegationSources[scope.DelegationSource]; !known && scope.DelegationSource != "" {
		return fmt.Errorf("delegation source %q is unknown, use altinn or none", scope.DelegationSource)
	}
	if time.Duration(scope.TokenLifetime) < 2*time.Second {
		return fmt.Errorf("token lifetime %s must be at least 2s", time.Duration(scope.TokenLifetime))
	}
	if err := (AnswerFaults{RefuseWith: scope.RefuseWith}).Check(); err != nil {
		return err
	}
	for _, organization := range scope.GrantedTo {
		if err := identity.CheckOrganization(organization); err != nil {
			return fmt.Errorf("granted to: %w", err)
		}
	}
	scope.GrantedTo = slices.Clone(scope.GrantedTo)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes[scope.Name] = scope
	return nil
}

// Scopes lists the registered scopes by name.
func (s *Service) Scopes() []Scope {
	s.mu.RLock()
	defer s.mu.RUnlock()
	scopes := make([]Scope, 0, len(s.scopes))
	for _, name := range slices.Sorted(maps.Keys(s.scopes)) {
		scope := s.scopes[name]
		scope.GrantedTo = slices.Clone(scope.GrantedTo)
		scopes = append(scopes, scope)
	}
	return scopes
}

func (s *Service) scope(name string) (Scope, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	scope, known := s.scopes[name]
	return scope, known
}

// grantScopes grants the scopes that are granted with a client. The caller holds the lock.
func (s *Service) grantScopes(client Client) {
	for _, name := range client.Scopes {
		scope := s.scopes[name]
		if scope.GrantedToClients && !scope.isGrantedTo(client.OrganizationNumber) {
			scope.GrantedTo = append(slices.Clone(scope.GrantedTo), client.OrganizationNumber)
			s.scopes[name] = scope
		}
	}
}

func (s Scope) isGrantedTo(organization string) bool {
	return s.AccessibleForAll || slices.Contains(s.GrantedTo, organization)
}

package navletters

import "fmt"

// Faults change the behaviour of NAV's API for letters.
type Faults struct {
	// SidecarDown returns 401 to every token, as NAV does while its sidecar for tokens is down.
	SidecarDown bool `json:"sidecarDown,omitzero" help:"NAV cannot look at tokens and refuses them with 401: Failed to introspect token"`
	// AccessDown returns 500 in place of a decision on access.
	AccessDown bool `json:"accessDown,omitzero" help:"Altinn's decisions on access are down, for NAV: 500"`
	// NoRights refuses every system user with 403.
	NoRights bool `json:"noRights,omitzero" help:"every system user lacks the right"`
	// CachedRights makes Altinn's decisions up to five minutes old, as its decision point caches delegations
	// (Altinn/altinn-authorization-tmp, appsettings.json).
	CachedRights bool `json:"cachedRights,omitzero" help:"a right that is given or taken counts up to five minutes later, as Altinn caches it"`
	// PartialLists leave out every third letter without a word, as a list of a database that lags. NAV has the letters.
	PartialLists bool `json:"partialLists,omitzero" help:"lists leave out every third letter, which NAV still has"`
	// PageItems bounds the items of a page, which says that there are more. 0 is the request's page size.
	PageItems int `json:"pageItems,omitzero,string" help:"pages of at most this many letters"`
}

// Check reports an impossible length of pages.
func (f Faults) Check() error {
	if f.PageItems < 0 || f.PageItems > maxPageSize {
		return fmt.Errorf("pageItems %d is not from 0 to %d", f.PageItems, maxPageSize)
	}
	return nil
}

// SetFaults replaces the faults. It fails as Check does.
func (s *Service) SetFaults(faults Faults) error {
	if err := faults.Check(); err != nil {
		return err
	}
	s.faults.Store(&faults)
	return nil
}

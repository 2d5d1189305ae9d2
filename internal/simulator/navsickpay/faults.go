package navsickpay

import "fmt"

// Faults change the behaviour of NAV's API for sick notes and applications.
type Faults struct {
	// NoRights refuses every system user for a missing right, as NAV does while Altinn is down.
	NoRights bool `json:"noRights,omitzero" help:"every system user lacks the right, as while Altinn is down"`
	// CachedRights makes Altinn's decisions up to five minutes old, as its decision point caches delegations
	// (Altinn/altinn-authorization-tmp, appsettings.json).
	CachedRights bool `json:"cachedRights,omitzero" help:"a right that is given or taken counts up to five minutes later, as Altinn caches it"`
	// Failing is NAV's own 500, in its own words.
	Failing bool `json:"failing,omitzero" help:"NAV's own 500, with its JSON"`
	// PageRows bounds the documents of a page, which then does not say that there are more. 0 is NAV's limit.
	PageRows int `json:"pageRows,omitzero,string" help:"pages of this many documents, without a word that there are more"`
}

// Check reports an impossible length of pages.
func (f Faults) Check() error {
	if f.PageRows < 0 || f.PageRows > pageLimit {
		return fmt.Errorf("pageRows %d is not from 0 to %d", f.PageRows, pageLimit)
	}
	return nil
}

// CallInfo describes a call before the service responds.
type CallInfo struct {
	// Operation is method and path, with names instead of values.
	Operation string
	// Organization is the owner of the token's system user.
	Organization string
	// Unit and After are a list's unit and cursor. An invalid filter has neither.
	Unit  string
	After int64
}

// CallFault decides the faults of a call. It returns false to leave it at the faults of all calls. It may change NAV's
// data.
type CallFault func(CallInfo) (Faults, bool)

// SetCallFaults sets a function that decides the faults of each call; nil removes it. Outages are decided by
// SetCallOutage.
func (d *Service) SetCallFaults(decide CallFault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.perCall = decide
}

// SetFaults replaces the faults of every call. It fails as Check does.
func (d *Service) SetFaults(faults Faults) error {
	if err := faults.Check(); err != nil {
		return err
	}
	d.faults.Store(&faults)
	return nil
}

// faults returns the faults of the call.
func (c *call) faults() Faults {
	c.nav.mu.RLock()
	decide := c.nav.perCall
	c.nav.mu.RUnlock()
	if decide != nil {
		decided, isDecided := decide(CallInfo{
			Operation: c.Operation(), Organization: c.Organization(), Unit: c.filter.unit, After: c.filter.after,
		})
		if isDecided {
			return decided
		}
	}
	return *c.nav.faults.Load()
}

package navsickpay

import "fmt"

// Faults are how NAV's API for sick notes and applications differs from its usual self.
type Faults struct {
	// NoRights says to everybody that the right is missing, as NAV does while it cannot ask Altinn.
	NoRights bool `json:"noRights,omitzero" help:"everybody lacks the right, as while NAV cannot ask Altinn"`
	// CachedRights has Altinn's decisions about a right be five minutes old, as its decision point caches delegations
	// (Altinn/altinn-authorization-tmp, appsettings.json).
	CachedRights bool `json:"cachedRights,omitzero" help:"a right that is given or taken counts up to five minutes later, as Altinn caches it"`
	// Failing is NAV's own 500, in its own words.
	Failing bool `json:"failing,omitzero" help:"NAV's own 500, with its JSON"`
	// PageRows is how many documents a page has at most; a shorter page does not say that there are more. 0 leaves it at NAV's.
	PageRows int `json:"pageRows,omitzero,string" help:"pages of this many documents, without a word that there are more"`
}

// Check reports an impossible length of pages.
func (f Faults) Check() error {
	if f.PageRows < 0 || f.PageRows > pageLimit {
		return fmt.Errorf("pageRows %d is not from 0 to %d", f.PageRows, pageLimit)
	}
	return nil
}

// CallInfo is what is asked of NAV's API for sick notes and applications, before anything of it is checked.
type CallInfo struct {
	// Operation is method and path, with names instead of values.
	Operation string
	// Organization is the owner of the token's system user.
	Organization string
	// Unit and After are a list's unit and cursor. A filter that NAV refuses has neither.
	Unit  string
	After int64
}

// CallFault decides what happens to a call in place of the faults for all calls, if it says so. It may change what NAV has.
type CallFault func(CallInfo) (Faults, bool)

// SetSickPayFaults has faults decided call by call; nil ends that. What is decided is not in [Service.Faults]. Outages are
// decided by [Service.SetCallFaults].
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

// faults are those of this call.
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

package simulator

import "time"

// CallInfo is what is known of a call before it is judged.
type CallInfo struct {
	// Endpoint is nav, sickpay, altinn or hrm.
	Endpoint string
	// Organization is whom it is about.
	Organization string
	// Reference tells the call from others: the Nav-Call-Id of a call to NAV, method and path of one to the HRM solution;
	// "" for the others.
	Reference string
}

// CallFault decides what happens to a call in place of the endpoint's own faults, if it says so.
type CallFault func(CallInfo) (EndpointFaults, bool)

// SetCallFaults has faults decided call by call; nil ends that. What is decided is not in [Simulator.Faults].
func (s *Simulator) SetCallFaults(decide CallFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callFaults = decide
}

// faultsFor gives the faults of one call.
func (s *Simulator) faultsFor(endpoint string, asked serviceCall, faults EndpointFaults) EndpointFaults {
	s.mu.RLock()
	decide := s.callFaults
	s.mu.RUnlock()
	if decide == nil {
		return faults
	}
	info := CallInfo{Endpoint: endpoint, Organization: asked.organization()}
	if named, ok := asked.(interface{ reference() string }); ok {
		info.Reference = named.reference()
	}
	if decided, ok := decide(info); ok {
		return decided
	}
	return faults
}

// delayed reports whether an answer is held back after the work was done.
func (f EndpointFaults) delayed() time.Duration { return time.Duration(f.LatencyAfter) }

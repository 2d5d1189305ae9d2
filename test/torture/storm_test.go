package torture

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/simulator"
)

// storm selects and records the faults of calls.
type storm struct {
	mu     sync.Mutex
	random *rand.Rand
	calm   bool
	causes []cause
	counts map[string]int
}

// often is how many of a thousand calls to an endpoint fail.
var often = map[string]int{"nav": 60, "hrm": 40, "sickpay": 60, "broker": 30}

// outages are the faults of calls, which are equally likely. "" only makes a call slow.
var outages = map[string][]simulator.Outage{
	"nav": {
		simulator.OutageInternalServerError, simulator.OutageErrorAfterProcessing, simulator.OutageConnectionReset,
		simulator.OutageConnectionResetAfterProcessing, simulator.OutageResetMidBody, simulator.OutageTruncated,
		simulator.OutageServiceUnavailable, simulator.OutageEmptyBody, "", "",
	},
	"hrm": {
		simulator.OutageInternalServerError, simulator.OutageErrorAfterProcessing, simulator.OutageConnectionReset,
		simulator.OutageConnectionResetAfterProcessing, simulator.OutageServiceUnavailable, "", "", "", "", "",
	},
	"sickpay": {
		simulator.OutageInternalServerError, simulator.OutageConnectionReset, simulator.OutageResetMidBody,
		simulator.OutageTruncated,
		simulator.OutageBadGateway, "",
	},
}

// slowest bounds the delay of a call, before and after processing.
const slowest = 1500 * time.Millisecond

// decide is the simulator's CallFault.
func (s *storm) decide(call simulator.CallInfo) (simulator.EndpointFaults, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ways := outages[call.Endpoint]
	if s.calm || len(ways) == 0 || s.random.IntN(1000) >= often[call.Endpoint] {
		return simulator.EndpointFaults{}, false
	}
	f := simulator.EndpointFaults{Outage: ways[s.random.IntN(len(ways))]}
	if f.Outage == "" {
		before, after := s.random.Int64N(int64(slowest)), s.random.Int64N(int64(slowest))
		f.Latency, f.LatencyAfter = simulator.Duration(before), simulator.Duration(after)
		f.WorksOn = call.Endpoint == "nav" // NAV stores a plan even if its sender was killed
	}
	name := string(f.Outage)
	if name == "" {
		name = "Slow"
	}
	s.counts[call.Endpoint+" "+name]++
	now := time.Now()
	c := cause{customer: call.Organization, from: now, to: now.Add(2 * slowest)}
	if call.Endpoint == "nav" {
		c.callID = call.Reference
	}
	s.causes = append(s.causes, c)
	return f, true
}

// brokerFails reports whether a request to the broker fails.
func (s *storm) brokerFails() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calm || s.random.IntN(1000) >= often["broker"] {
		return false
	}
	s.counts["broker ServiceUnavailable"]++
	return true
}

// end ends the storm.
func (s *storm) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calm = true
}

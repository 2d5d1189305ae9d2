package torture

import (
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	simwire "github.com/4human/integration-operator/internal/simulator/wire"
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
var often = map[string]int{"nav": 60, "hrm": 40, "sickpay": 60, "letters": 60, "reports": 60, "broker": 30}

// outages are the faults of calls, which are equally likely. "" only makes a call slow.
var outages = map[string][]simwire.Outage{
	"nav": {
		simwire.OutageInternalServerError, simwire.OutageErrorAfterProcessing, simwire.OutageConnectionReset,
		simwire.OutageConnectionResetAfterProcessing, simwire.OutageResetMidBody, simwire.OutageTruncated,
		simwire.OutageServiceUnavailable, simwire.OutageEmptyBody, "", "",
	},
	"hrm": {
		simwire.OutageInternalServerError, simwire.OutageErrorAfterProcessing, simwire.OutageConnectionReset,
		simwire.OutageConnectionResetAfterProcessing, simwire.OutageServiceUnavailable, "", "", "", "", "",
	},
	"sickpay": {
		simwire.OutageInternalServerError, simwire.OutageConnectionReset, simwire.OutageResetMidBody, simwire.OutageTruncated,
		simwire.OutageBadGateway, "",
	},
	"reports": {
		simwire.OutageInternalServerError, simwire.OutageConnectionReset, simwire.OutageResetMidBody, simwire.OutageTruncated,
		simwire.OutageBadGateway, "",
	},
	"letters": {
		simwire.OutageInternalServerError, simwire.OutageConnectionReset, simwire.OutageResetMidBody, simwire.OutageTruncated,
		simwire.OutageConnectionResetAfterProcessing, simwire.OutageBadGateway, "",
	},
}

// announcementSlow is how many of a thousand announcements wait for their response. Workers are often frozen in that
// time, and wake up when the plan's deadline has passed.
const announcementSlow = 40

// slowest bounds the delay of a call, before and after processing.
const slowest = 1500 * time.Millisecond

// decide is the simulator's CallFault.
func (s *storm) decide(call simwire.CallInfo) (simwire.Faults, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if announces(call) && !s.calm && s.random.IntN(1000) < announcementSlow {
		s.note(call, "announcement Slow")
		return simwire.Faults{LatencyAfter: simwire.Duration(slowest)}, true
	}
	ways := outages[call.Endpoint]
	if s.calm || len(ways) == 0 || s.random.IntN(1000) >= often[call.Endpoint] {
		return simwire.Faults{}, false
	}
	f := simwire.Faults{Outage: ways[s.random.IntN(len(ways))]}
	if f.Outage == "" {
		before, after := s.random.Int64N(int64(slowest)), s.random.Int64N(int64(slowest))
		f.Latency, f.LatencyAfter = simwire.Duration(before), simwire.Duration(after)
		f.WorksOn = call.Endpoint == "nav" // NAV stores a plan even if its sender was killed
	}
	name := string(f.Outage)
	if name == "" {
		name = "Slow"
	}
	s.note(call, name)
	return f, true
}

// announces reports whether a worker announces by a call that it is about to send a plan.
func announces(call simwire.CallInfo) bool {
	return call.Endpoint == "hrm" && strings.HasSuffix(call.Reference, "/sending")
}

// note records that a call goes wrong.
func (s *storm) note(call simwire.CallInfo, name string) {
	s.counts[call.Endpoint+" "+name]++
	now := time.Now()
	c := cause{customer: call.Organization, from: now, to: now.Add(2 * slowest)}
	if call.Endpoint == "nav" {
		c.callID = call.Reference
	}
	s.causes = append(s.causes, c)
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

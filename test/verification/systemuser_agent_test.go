package verification

import (
	"strings"
	"testing"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

// TestAgentIsNotTheCustomers has customers with an agent system user, which acts for their clients. Each receives a
// request for its own, and the message names the agent until the customer has approved.
func TestAgentIsNotTheCustomers(t *testing.T) {
	cases := map[string]struct {
		reason   string
		ref      string
		readings simaltinn.Readings
		want     string // reference of its own
	}{
		"usual reference": {reason: "its own gets another", want: tiger + "-own"},
		"not looked up": {
			reason: "the list has it", readings: simaltinn.Readings{QueryOmitsAgents: true}, want: tiger + "-own",
		},
		"other reference": {reason: "it is not taken over", ref: oldRef, want: tiger},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := newSystemUserLoop(t, server.Client)
			l.must(l.simulator.SetFaults(simulator.Faults{Readings: simulator.Readings{AltinnReadings: tc.readings}}))
			_, err := l.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{
				SystemID: systemID, OrganizationNumber: tiger, ExternalRef: tc.ref, Agent: true,
			})
			l.must(err)
			key := l.customerOf(tiger, notes)
			l.run(0)
			l.awaits(key, notes, simaltinn.RequestCreation)
			if got := l.access(key, notes); got.ExternalRef != tc.want || !got.HasAgentSystemUser {
				t.Errorf("%s: reference %q, agent %t", tc.reason, got.ExternalRef, got.HasAgentSystemUser)
			}
			for _, c := range l.customer(key).Status.Conditions {
				if c.Type == v1alpha1.ConditionReady && !strings.Contains(c.Message, "agent system user") {
					t.Errorf("%s: Ready does not report the agent: %s", tc.reason, c.Message)
				}
			}
			l.approve(tiger)
			l.run(2 * waitingInterval)
			l.has(key, notes, "Granted Delegated")
			if l.access(key, notes).HasAgentSystemUser {
				t.Errorf("%s: the agent is reported after the approval", tc.reason)
			}
		})
	}
}

package verification

import (
	"context"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/simulator"
	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

const (
	agentNumber = "313876144"
	agentUnit   = "315587336"
	bear        = "314240979"
	sickLeave   = "urn:altinn:accesspackage:sykefravaer"
)

// newAgentLoop is a loop over a world whose Supplier lets customers grant access through an agent.
func newAgentLoop(t testing.TB) *loop {
	t.Helper()
	l := newSystemUserLoop(t, server.Client)
	l.registerClient(append(systemUserScopes(), accesstoken.AuthorizedPartiesScope)...)
	system := registeredSystem()
	system.AccessPackages = []string{sickLeave}
	l.must(l.simulator.Altinn.RegisterSystem(system))
	s := l.current()
	s.Spec.SystemUser.Agents = v1alpha1.AgentsEnabled
	s.Spec.SystemUser.AccessPackages = []v1alpha1.AccessPackage{sickLeave}
	l.must(l.client.Update(context.Background(), s))
	l.wake(client.ObjectKeyFromObject(s))
	l.run(0)
	return l
}

// through adds a customer that grants access through the agent, and makes it due.
func (l *loop) through(number string, names ...v1alpha1.ServiceName) client.ObjectKey {
	l.t.Helper()
	key := l.addCustomer(number)
	c := l.customer(key)
	c.Spec.Access.Through = agentNumber
	c.Spec.Services = nil
	for _, name := range names {
		s := v1alpha1.CustomerService{Name: name}
		if name != plans {
			s.Units = []v1alpha1.OrganizationNumber{agentUnit}
		}
		c.Spec.Services = append(c.Spec.Services, s)
	}
	l.must(l.client.Update(context.Background(), c))
	l.wake(key)
	return key
}

// addClient has the agent add a client.
func (l *loop) addClient(number string) {
	l.t.Helper()
	_, err := l.simulator.Altinn.AddClient(agentNumber, number)
	l.must(err)
}

// removeClient has the agent remove a client.
func (l *loop) removeClient(number string) {
	l.t.Helper()
	_, err := l.simulator.Altinn.RemoveClient(agentNumber, number)
	l.must(err)
}

// agentRequests are the open requests to the agent.
func (l *loop) agentRequests() []simaltinn.SystemUserRequest {
	var open []simaltinn.SystemUserRequest
	for _, r := range l.openRequests(simaltinn.RequestCreation) {
		if r.Agent {
			open = append(open, r)
		}
	}
	return open
}

// readySays verifies that the message of Ready has a text.
func (l *loop) readySays(key client.ObjectKey, text string) {
	l.t.Helper()
	for _, c := range l.customer(key).Status.Conditions {
		if c.Type == v1alpha1.ConditionReady && !strings.Contains(c.Message, text) {
			l.t.Errorf("Ready does not say %q: %s", text, c.Message)
		}
	}
}

// granted adds a customer whose agent has done its part, and verifies that it has access.
func (l *loop) grantedThrough(number string) client.ObjectKey {
	l.t.Helper()
	key := l.through(number, notes)
	if len(l.simulator.Altinn.SystemUsers()) == 0 {
		l.run(0)
		l.approve(agentNumber)
	}
	l.addClient(number)
	l.until("access of "+number, 2*time.Minute, func() bool { return l.access(key, notes).State == "Granted" })
	return key
}

// TestLifeThroughAnAgent follows two customers of one agent: one request for both, approved, each added as a client,
// one removed and added again, one deleted, and the agent's system user deleted and approved again.
func TestLifeThroughAnAgent(t *testing.T) {
	t.Parallel()
	l := newAgentLoop(t)
	first, second := l.through(tiger, notes), l.through(bear, notes, applications)
	l.run(time.Minute) // the limiter lets one begin at once
	if open := l.agentRequests(); len(open) != 1 || open[0].OrganizationNumber != agentNumber || len(open[0].Rights) > 0 {
		t.Fatalf("the requests to the agent are %+v, want one without rights", open)
	}
	for _, key := range []client.ObjectKey{first, second} {
		l.awaits(key, notes, simaltinn.RequestCreation)
		l.readySays(key, "agent "+agentNumber+" has not approved")
	}
	l.approve(agentNumber)
	l.run(10 * time.Minute)
	l.has(first, notes, "NotGranted AwaitingClient")
	l.has(second, applications, "NotGranted AwaitingClient")
	l.readySays(first, "the agent adds it as a client")
	l.noAddressLeft(first)
	l.addClient(tiger)
	l.run(2 * waitingInterval)
	l.has(first, notes, "Granted Delegated")
	l.has(second, notes, "NotGranted AwaitingClient")
	l.addClient(bear)
	l.run(2 * waitingInterval)
	l.has(second, notes, "Granted Delegated")
	l.has(second, applications, "Granted Delegated")
	l.says(second, v1alpha1.ConditionDelegationVerified, "True Delegated")
	l.comesAndGoes(first, second)
	l.isDeletedAlone(first, second)
}

// comesAndGoes removes the first customer, whom the agent adds again, while the second keeps its access.
func (l *loop) comesAndGoes(first, second client.ObjectKey) {
	l.t.Helper()
	l.removeClient(tiger)
	l.run(2 * grantedInterval)
	l.has(first, notes, "Withdrawn DelegationWithdrawn")
	l.readySays(first, "agent "+agentNumber+" no longer acts for")
	l.has(second, notes, "Granted Delegated")
	l.addClient(tiger)
	l.run(2 * waitingInterval)
	l.has(first, notes, "Granted Delegated")
}

// isDeletedAlone deletes the first customer, which does not affect the second, and then the agent's system user.
func (l *loop) isDeletedAlone(first, second client.ObjectKey) {
	l.t.Helper()
	l.must(l.client.Delete(context.Background(), l.customer(first)))
	delete(l.queue, first)
	l.run(2 * grantedInterval)
	l.has(second, notes, "Granted Delegated")
	if n := len(l.simulator.Altinn.SystemUsers()); n != 1 {
		l.t.Errorf("%d system users, want the agent's", n)
	}
	l.deleteSystemUser(agentNumber)
	l.run(2 * grantedInterval)
	l.has(second, notes, "Withdrawn DelegationWithdrawn")
	if open := l.agentRequests(); len(open) != 0 {
		l.t.Errorf("requested again without a prompt: %+v", open)
	}
	l.prompt(second, "again")
	l.run(time.Minute)
	l.approve(agentNumber)
	l.run(2 * waitingInterval)
	l.has(second, notes, "NotGranted AwaitingClient")
	l.addClient(bear)
	l.run(2 * waitingInterval)
	l.has(second, notes, "Granted Delegated")
}

// TestNoOutageRemovesAClient has Altinn's list of an agent's clients fail, or be empty, for longer than an interval.
// The access stays, and is verified again afterwards.
func TestNoOutageRemovesAClient(t *testing.T) {
	t.Parallel()
	outage := func(r simaltinn.Refuses) simulator.Faults { return simulator.Faults{AltinnRefuses: r} }
	cases := map[string]struct {
		reason string
		faults simulator.Faults
	}{
		"exchange refused": {
			reason: "as if a register of Altinn's is down", faults: outage(simaltinn.Refuses{Exchange: "Bare401"}),
		},
		"list refused": {reason: "the scope is not enough now", faults: outage(simaltinn.Refuses{Parties: "Empty403"})},
		"list missing": {reason: "a gateway's", faults: outage(simaltinn.Refuses{Parties: "Bare404"})},
		"list empty": {
			reason: "as a whole", faults: simulator.Faults{AltinnData: simaltinn.Faults{EmptyPartyList: true}},
		},
		"Altinn down": {
			reason: "all of it", faults: simulator.Faults{Altinn: simwire.Faults{Outage: simwire.OutageBadGateway}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newAgentLoop(t)
			first, second := l.grantedThrough(tiger), l.grantedThrough(bear)
			l.must(l.simulator.SetFaults(tc.faults))
			l.run(grantedInterval*11/10 + 5*time.Minute) // until both are due, and a few retries
			for _, key := range []client.ObjectKey{first, second} {
				if a := l.access(key, notes); a.State != v1alpha1.AuthorizationGranted {
					t.Errorf("%s: %s is %s %s", tc.reason, key.Name, a.State, a.Reason)
				}
			}
			l.must(l.simulator.SetFaults(simulator.Faults{}))
			before := l.clock.Now()
			l.until("verification", 30*time.Minute, func() bool {
				return l.access(first, notes).LastVerifiedTime.After(before) &&
					l.access(second, notes).LastVerifiedTime.After(before)
			})
		})
	}
}

// TestAgentsMustBeOffered has a Supplier that does not let agents grant access, and one that does from now on.
func TestAgentsMustBeOffered(t *testing.T) {
	t.Parallel()
	l := newSystemUserLoop(t, server.Client)
	key := l.through(tiger, plans, notes)
	l.delegate(tiger)
	l.run(time.Minute)
	l.has(key, plans, "Granted Delegated")
	if got := l.access(key, notes).Reason; got != v1alpha1.ReasonServiceNotOffered {
		t.Errorf("reason %s, want ServiceNotOffered", got)
	}
	l.readySays(key, "spec.systemUser.agents")
	if open := l.openRequests(simaltinn.RequestCreation); len(open) != 0 {
		t.Errorf("requested: %+v", open)
	}
}

// TestAgentChanges has a customer with access of its own that names an agent, and one that leaves its agent: access
// that was verified in the other way does not count, and nothing is withdrawn at Altinn.
func TestAgentChanges(t *testing.T) {
	t.Parallel()
	l := newAgentLoop(t)
	key := l.grantedBySystemUser(tiger, notes)
	c := l.customer(key)
	c.Spec.Access.Through = agentNumber
	c.Spec.Services[0].Units = []v1alpha1.OrganizationNumber{agentUnit}
	l.must(l.client.Update(context.Background(), c))
	l.wake(key)
	l.run(time.Minute)
	l.has(key, notes, "AwaitingApproval AwaitingApproval")
	l.approve(agentNumber)
	l.addClient(tiger)
	l.run(2 * waitingInterval)
	l.has(key, notes, "Granted Delegated")
	if got := l.access(key, notes).Through; got != agentNumber {
		t.Errorf("through %q, want %s", got, agentNumber)
	}
	c = l.customer(key)
	c.Spec.Access = v1alpha1.CustomerAccess{}
	l.must(l.client.Update(context.Background(), c))
	l.removeClient(tiger)
	l.wake(key)
	l.run(time.Minute)
	l.has(key, notes, "Granted Delegated")
	if got := l.access(key, notes); got.Through != "" || got.ExternalRef != tiger {
		t.Errorf("through %q, reference %s, want the customer's own", got.Through, got.ExternalRef)
	}
}

// TestAgentsPackages offers a service that needs an access package, and has an agent system user that lacks it: none of
// the agent's clients has access to this service until the agent approves a new one. Altinn lists packages in two
// forms.
func TestAgentsPackages(t *testing.T) {
	t.Parallel()
	const payroll, payrollPackage = "Payroll", "urn:altinn:accesspackage:lonn"
	for form, areURNs := range map[string]bool{"names": false, "URNs": true} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			l := newAgentLoop(t)
			l.must(l.simulator.SetFaults(simulator.Faults{
				Readings: simulator.Readings{AltinnReadings: simaltinn.Readings{PartyPackagesAreURNs: areURNs}},
			}))
			system := registeredSystem()
			system.AccessPackages = []string{sickLeave, payrollPackage}
			l.must(l.simulator.Altinn.RegisterSystem(system))
			_, err := l.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{
				SystemID: systemID, OrganizationNumber: agentNumber, ExternalRef: agentNumber + "-clients", Agent: true,
				AccessPackages: []string{sickLeave}, Clients: []string{tiger},
			})
			l.must(err)
			l.offers(v1alpha1.OfferedService{Name: payroll, Custom: packageService(payrollPackage)})
			key := l.through(tiger, notes, payroll)
			l.run(5 * time.Minute)
			l.has(key, notes, "Granted Delegated")
			l.has(key, payroll, "NotGranted AwaitingClient")

			l.deleteSystemUser(agentNumber)
			l.run(2 * grantedInterval)
			l.prompt(key, "again")
			l.run(time.Minute)
			l.approve(agentNumber)
			l.addClient(tiger)
			l.run(2 * waitingInterval)
			l.has(key, notes, "Granted Delegated")
			l.has(key, payroll, "Granted Delegated")
		})
	}
}

// offers adds a service to those that the Supplier offers.
func (l *loop) offers(service v1alpha1.OfferedService) {
	l.t.Helper()
	s := l.current()
	s.Spec.Services = append(s.Spec.Services, service)
	l.must(l.client.Update(context.Background(), s))
	l.wake(client.ObjectKeyFromObject(s))
	l.run(0)
}

// packageService declares a service that needs only an access package.
func packageService(urn v1alpha1.AccessPackage) *v1alpha1.CustomService {
	d := declarationOf(notes)
	d.Access.SystemUser.Resources, d.Access.SystemUser.AccessPackages = nil, []v1alpha1.AccessPackage{urn}
	return d
}

// TestReadingsOfAgents follows a customer to its access in every way in which the sources differ.
func TestReadingsOfAgents(t *testing.T) {
	t.Parallel()
	cases := map[string]simaltinn.Readings{
		"not looked up":     {QueryOmitsAgents: true},
		"same code":         {MissingAgentRequestHasSameCode: true},
		"wrong page":        {AgentReadsLinkToRequest: true},
		"quoted token":      {ExchangeQuotes: true},
		"nested list":       {PartiesAreNested: true},
		"known are refused": {RefusesKnownRequests: true},
		"request is kept":   {KeepsRequestOfUser: true},
	}
	for name, readings := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newAgentLoop(t)
			l.must(l.simulator.SetFaults(simulator.Faults{Readings: simulator.Readings{AltinnReadings: readings}}))
			key := l.through(tiger, notes)
			l.run(3 * time.Minute)
			l.awaits(key, notes, simaltinn.RequestCreation)
			l.approve(agentNumber)
			l.addClient(tiger)
			l.run(2 * waitingInterval)
			l.has(key, notes, "Granted Delegated")
			l.deleteSystemUser(agentNumber)
			l.run(2 * grantedInterval)
			l.has(key, notes, "Withdrawn DelegationWithdrawn")
			l.prompt(key, "again")
			l.run(time.Minute)
			l.approve(agentNumber)
			l.addClient(tiger)
			l.run(2 * waitingInterval)
			l.has(key, notes, "Granted Delegated")
		})
	}
}

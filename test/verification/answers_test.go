package verification

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

// answersFile has the table of the states and reasons after each response of Maskinporten, and after none.
const answersFile = "testdata/answers.txt"

// six customers, one of each kind and state.
type six struct {
	plans, notes struct{ fresh, waiting, granted client.ObjectKey }
}

// TestEveryAnswerHasOneReason meets each response of Maskinporten: in requests on customers' behalf alone, and in the
// Supplier's own too, with new, waiting and granted customers of both kinds. The golden table has the results. Only a
// refused delegation takes access away: MP-303 alone does not, because the register has the system users.
func TestEveryAnswerHasOneReason(t *testing.T) {
	var table strings.Builder
	for _, name := range answerNames() {
		for _, forAll := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s-forall=%t", name, forAll), func(t *testing.T) {
				l := newSystemUserLoop(t, inMemory(t))
				l.verifyEvery(10 * time.Minute)
				customers := l.sixCustomers()
				l.must(l.simulator.SetFaults(faultsOf(answers()[name], forAll)))
				l.meet(customers)
				l.keepsAccess(name, customers)
				l.row(&table, name, forAll, customers)
			})
		}
	}
	if t.Failed() {
		return
	}
	if *fixture.Update {
		if err := os.WriteFile(answersFile, []byte(table.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(answersFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), table.String()); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", answersFile, diff)
	}
}

// answers are all responses of Maskinporten, and kinds of none, by name.
func answers() map[string]simmaskinporten.AnswerFaults {
	all := map[string]simmaskinporten.AnswerFaults{
		"IgnoreConsumerOrg":          {IgnoreConsumerOrg: true},
		"IgnoreAuthorizationDetails": {IgnoreAuthorizationDetails: true},
		"OmitSupplier":               {OmitSupplier: true},
		"WrongConsumer":              {WrongConsumer: true},
		"WrongSystemID":              {WrongSystemID: true},
		"TwoScopes":                  {TwoScopes: true},
		"ExpiredTokens":              {ExpiredTokens: true},
		"WrongIssuer":                {WrongIssuer: true},
		"UnknownSigningKey":          {UnknownSigningKey: true},
	}
	for _, name := range simmaskinporten.Refusals() {
		all["refused "+name] = simmaskinporten.AnswerFaults{RefuseWith: name}
	}
	for _, o := range simwire.Outages() {
		if o != simwire.OutageSlowDrip { // it is as a connection that is reset, after a minute of waiting
			all["outage "+string(o)] = simmaskinporten.AnswerFaults{Outage: o}
		}
	}
	return all
}

func answerNames() []string {
	var names []string
	for name := range answers() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// faultsOf returns the faults that make a response: to requests on customers' behalf alone, or to our own too.
func faultsOf(a simmaskinporten.AnswerFaults, forAll bool) simulator.Faults {
	if forAll {
		return simulator.Faults{Faults: simmaskinporten.Faults{AnswerFaults: a}}
	}
	return simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{{
		Consumers:    numbers(6),
		AnswerFaults: a,
	}}}}
}

// sixCustomers creates the six customers. The new ones are not verified yet. All have given access before the response
// is made, so no other response comes before it.
func (l *loop) sixCustomers() (s six) {
	l.t.Helper()
	all := numbers(6)
	s.plans.granted = l.grantedBySystemUser(all[0], plans)
	s.notes.granted = l.grantedBySystemUser(all[1], notes)
	s.plans.waiting = l.customerOf(all[2], plans)
	s.notes.waiting = l.customerOf(all[3], notes)
	l.run(30 * time.Second)
	l.has(s.plans.waiting, plans, "NotGranted NotDelegated")
	l.delegate(all[2])
	l.approve(all[3])
	l.delegate(all[4])
	_, err := l.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{SystemID: systemID, OrganizationNumber: all[5]})
	l.must(err)
	s.plans.fresh = l.addCustomer(all[4])
	s.notes.fresh = l.addCustomer(all[5])
	l.wants(s.notes.fresh, notes)
	return s
}

func (s six) keys() []client.ObjectKey {
	return []client.ObjectKey{
		s.plans.fresh, s.plans.waiting, s.plans.granted, s.notes.fresh, s.notes.waiting,
		s.notes.granted,
	}
}

// meet lets an interval pass: every customer is verified, and then the Supplier is reconciled.
func (l *loop) meet(s six) {
	l.t.Helper()
	l.clock.Set(l.clock.Now().Add(11 * time.Minute))
	for _, key := range s.keys() {
		l.wake(key)
	}
	l.run(10 * time.Second)
}

// keepsAccess verifies that each customer with access keeps it, unless its delegation is refused.
func (l *loop) keepsAccess(name string, s six) {
	l.t.Helper()
	if got := l.access(s.plans.granted, plans).State; name != "refused MP-251" && got != v1alpha1.AuthorizationGranted {
		l.t.Errorf("%s has made the API delegation %s", name, got)
	}
	if got := l.access(s.notes.granted, notes).State; got != v1alpha1.AuthorizationGranted {
		l.t.Errorf("%s has made the access by system user %s", name, got)
	}
}

// row returns the line of the table for one response.
func (l *loop) row(to *strings.Builder, name string, forAll bool, s six) {
	l.t.Helper()
	whom := "customers alone"
	if forAll {
		whom = "us too"
	}
	fmt.Fprintf(to, "%s, %s\n", name, whom)
	for i, key := range s.keys() {
		c := l.customer(key)
		service := c.Status.Services[0]
		state := []string{"new", "waiting", "granted"}[i%3]
		fmt.Fprintf(to, "  %-13s %-8s %s %s; DelegationVerified %s; Ready %s\n", service.Name, state,
			service.Authorization.State,
			service.Authorization.Reason, says(c.Status.Conditions, v1alpha1.ConditionDelegationVerified),
			says(c.Status.Conditions, v1alpha1.ConditionReady))
	}
	supplier := l.current().Status
	fmt.Fprintf(to, "  Supplier               Ready %s; MaskinportenReachable %s",
		says(supplier.Conditions, v1alpha1.ConditionReady),
		says(supplier.Conditions, v1alpha1.ConditionMaskinportenReachable))
	for _, known := range supplier.Services {
		if known.Reason != "" {
			fmt.Fprintf(to, "; %s %s", known.Name, known.Reason)
		}
	}
	to.WriteString("\n\n")
}

// TestEveryReasonOfTheTableIsDocumented verifies that docs/reasons.md has each reason of the table.
func TestEveryReasonOfTheTableIsDocumented(t *testing.T) {
	table, err := os.ReadFile(answersFile)
	if err != nil {
		t.Fatal(err)
	}
	documented, err := os.ReadFile("../../docs/reasons.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range reasonsOf(string(table)) {
		if !strings.Contains(string(documented), "</a>"+reason+" |") {
			t.Errorf("%s is not in docs/reasons.md", reason)
		}
	}
}

// reasonsOf returns the reasons in a table, each once: the last word before a semicolon.
func reasonsOf(table string) []string {
	var reasons []string
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "  ") {
			continue
		}
		for part := range strings.SplitSeq(line, ";") {
			words := strings.Fields(part)
			reasons = append(reasons, words[len(words)-1])
		}
	}
	slices.Sort(reasons)
	return slices.Compact(reasons)
}

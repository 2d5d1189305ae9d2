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

// answersFile has the table: what comes of each answer of Maskinporten's, and of each lack of one.
const answersFile = "testdata/answers.txt"

// six customers, one of each kind and state.
type six struct {
	plans, notes struct{ fresh, waiting, granted client.ObjectKey }
}

// TestEveryAnswerHasOneReason meets every response of Maskinporten, for customers alone and for the Supplier too, with
// customers of both kinds who are new, who wait and who have access. The table says what each comes to. No row takes an
// access away, but a delegation that Maskinporten says is gone: MP-303 alone does not, for the system users are there.
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

// answers are all that Maskinporten can be met with, by name.
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

// faultsOf makes the answer that of customers' questions alone, or of our own too.
func faultsOf(a simmaskinporten.AnswerFaults, forAll bool) simulator.Faults {
	if forAll {
		return simulator.Faults{Faults: simmaskinporten.Faults{AnswerFaults: a}}
	}
	return simulator.Faults{Faults: simmaskinporten.Faults{Limited: []simmaskinporten.LimitedFaults{{
		Consumers:    numbers(6),
		AnswerFaults: a,
	}}}}
}

// sixCustomers makes the six, of whom the new ones are not looked at yet. All have given access by the time that the
// answer is met, so that nothing else is answered before it.
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

// meet lets an interval pass, after which every customer is verified and then the Supplier is reconciled.
func (l *loop) meet(s six) {
	l.t.Helper()
	l.clock.Set(l.clock.Now().Add(11 * time.Minute))
	for _, key := range s.keys() {
		l.wake(key)
	}
	l.run(10 * time.Second)
}

// keepsAccess sees that who had access has it, unless its delegation is gone.
func (l *loop) keepsAccess(name string, s six) {
	l.t.Helper()
	if got := l.access(s.plans.granted, plans).State; name != "refused MP-251" && got != v1alpha1.AuthorizationGranted {
		l.t.Errorf("%s has made the API delegation %s", name, got)
	}
	if got := l.access(s.notes.granted, notes).State; got != v1alpha1.AuthorizationGranted {
		l.t.Errorf("%s has made the access by system user %s", name, got)
	}
}

// row writes what has come of one answer.
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

// TestEveryReasonOfTheTableIsDocumented sees that each of its reasons has its line in the documentation.
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

// reasonsOf returns the reasons that a table has, each once: the last word of what is between two semicolons.
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

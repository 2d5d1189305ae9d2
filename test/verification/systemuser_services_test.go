package verification

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
)

// TestBothKindsSideBySide has one customer with both kinds of access: each comes and goes on its own, and kubectl's
// columns show it.
func TestBothKindsSideBySide(t *testing.T) {
	t.Parallel()
	overOffers(t, testBothKinds)
}

func testBothKinds(t *testing.T, o offer) {
	l := newSystemUserLoop(t, server.Client, o)
	key := l.customerOf(tiger, plans, notes)
	steps := []struct {
		step    string
		does    func()
		plans   string
		notes   string
		columns string // ACCESS, REASON, READY
	}{
		{
			step: "nothing given", does: func() {}, plans: "NotGranted NotDelegated",
			notes:   "AwaitingApproval AwaitingApproval",
			columns: "False AwaitingDelegation False",
		},
		{
			step: "API delegated", does: func() { l.delegate(tiger) }, plans: "Granted Delegated",
			notes:   "AwaitingApproval AwaitingApproval",
			columns: "False AwaitingApproval False",
		},
		{
			step: "system user approved", does: func() { l.approve(tiger) }, plans: "Granted Delegated",
			notes:   "Granted Delegated",
			columns: "True Delegated True",
		},
		{
			step: "system user deleted", does: func() { l.deleteSystemUser(tiger) }, plans: "Granted Delegated",
			notes:   "Withdrawn DelegationWithdrawn",
			columns: "False DelegationWithdrawn False",
		},
		{
			step: "delegation withdrawn", does: func() { l.withdraw(tiger) }, plans: "Withdrawn DelegationWithdrawn",
			notes: "Withdrawn DelegationWithdrawn", columns: "False DelegationWithdrawn False",
		},
		{
			step: "system user made by hand",
			does: func() {
				_, err := l.simulator.Altinn.CreateSystemUser(simaltinn.SystemUser{SystemID: systemID, OrganizationNumber: tiger})
				l.must(err)
			}, plans: "Withdrawn DelegationWithdrawn", notes: "Granted Delegated", columns: "False DelegationWithdrawn False",
		},
		{
			step: "delegated again", does: func() { l.delegate(tiger) }, plans: "Granted Delegated",
			notes: "Granted Delegated", columns: "True Delegated True",
		},
	}
	for _, s := range steps {
		s.does()
		l.run(2 * grantedInterval)
		t.Log(s.step)
		l.has(key, plans, s.plans)
		l.has(key, notes, s.notes)
		if diff := cmp.Diff(s.columns, l.columns(key.Name)); diff != "" {
			t.Errorf("%s: columns (-want +got):\n%s", s.step, diff)
		}
		partial := strings.HasPrefix(s.plans, "Granted") != strings.HasPrefix(s.notes, "Granted")
		verified := says(l.customer(key).Status.Conditions, v1alpha1.ConditionDelegationVerified)
		if got := verified == "False PartiallyDelegated"; got != partial {
			t.Errorf("%s: DelegationVerified %s", s.step, verified)
		}
	}
}

// columns returns what kubectl prints of a customer in ACCESS, REASON and READY.
func (w *world) columns(name string) string {
	w.t.Helper()
	out, problems, err := server.Kubectl(context.Background(), "", "get", "cint", "-n", w.name, name)
	if err != nil {
		w.t.Fatalf("kubectl get: %v: %s", err, problems)
	}
	lines := strings.Split(out, "\n")
	heads, values := strings.Fields(lines[0]), strings.Fields(lines[1])
	var told []string
	for _, want := range []string{"ACCESS", "REASON", "READY"} {
		for i, head := range heads {
			if head == want {
				told = append(told, values[i])
			}
		}
	}
	return strings.Join(told, " ")
}

// TestServicesShareOneRequest lists both services of the system user at once: the customer gets one request for both.
func TestServicesShareOneRequest(t *testing.T) {
	t.Parallel()
	overSystemUsers(t, testSharedRequest)
}

func testSharedRequest(t *testing.T, o offer) {
	l := newSystemUserLoop(t, server.Client, o)
	key := l.customerOf(tiger, notes, applications)
	l.run(0)
	l.awaits(key, notes, simaltinn.RequestCreation)
	l.awaits(key, applications, simaltinn.RequestCreation)
	l.cost("asked for both", "1 POST, 7 GET, 2 tokens, 1 writes")
	if got := l.openRequests(simaltinn.RequestCreation)[0].Rights; len(got) != 2 {
		t.Errorf("asked for %v, want the rights of both services", got)
	}
	l.approve(tiger)
	l.run(time.Minute)
	l.says(key, v1alpha1.ConditionReady, "True Delegated")
	l.cost("both approved", "0 POST, 2 GET, 2 tokens, 1 writes")
}

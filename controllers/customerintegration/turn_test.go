package customerintegration

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/runreport"
)

// TestTurn verifies that status.turn names the reader of the message of Ready.
func TestTurn(t *testing.T) {
	failing := func(reason runreport.Reason) customerBuilder {
		return makeCustomer().granted(0).inPlace().synced(v1alpha1.ServiceSync{Failures: 2}).
			ran("1", runreport.Report{Outcome: runreport.Failed, Reason: reason})
	}
	for name, tc := range map[string]struct {
		state customerBuilder
		want  v1alpha1.Actor
	}{
		"the customer delegates":           {state: customerStates["awaiting-delegation"], want: v1alpha1.ActorCustomer},
		"the customer approves":            {state: customerStates["awaiting-approval"], want: v1alpha1.ActorCustomer},
		"the operator waits":               {state: customerStates["approved-not-known-yet"], want: ""},
		"the supplier asks about the user": {state: customerStates["system-user-deleted"], want: v1alpha1.ActorSupplier},
		"the supplier asks about the API":  {state: customerStates["still-withdrawn"], want: v1alpha1.ActorSupplier},
		"the supplier asks about a no":     {state: customerStates["approval-rejected"], want: v1alpha1.ActorSupplier},
		"the supplier runs the HRM system": {state: failing(runreport.HRMUnreachable), want: v1alpha1.ActorSupplier},
		"NAV fails":                        {state: failing(runreport.NAVError), want: v1alpha1.ActorNAV},
	} {
		t.Run(name, func(t *testing.T) {
			if got := statusOf(tc.state.s.verdict()).Turn.Actor; got != tc.want {
				t.Errorf("it is the turn of %q, want %q", got, tc.want)
			}
		})
	}
}

// TestTurnSince verifies that an access without an earlier turn counts from its change, and another turn from now.
func TestTurnSince(t *testing.T) {
	changed, now := metav1.NewTime(fixture.Noon.Add(-30*24*time.Hour)), metav1.NewTime(fixture.Noon)
	denied := []v1alpha1.CustomerServiceStatus{{
		Name: fixture.FollowUpPlans,
		Authorization: v1alpha1.Authorization{
			State: v1alpha1.AuthorizationNotGranted, Reason: v1alpha1.ReasonNotDelegated, Since: &changed,
		},
	}}
	duplicate := []v1alpha1.CustomerServiceStatus{*denied[0].DeepCopy()}
	duplicate[0].Authorization.State = v1alpha1.AuthorizationGranted
	duplicate[0].Authorization.Reason = v1alpha1.ReasonDuplicateOrganization
	for name, tc := range map[string]struct {
		all    []v1alpha1.CustomerServiceStatus
		reason string
		before v1alpha1.Turn
		want   metav1.Time
	}{
		"after an upgrade": {all: denied, reason: v1alpha1.ReasonAwaitingDelegation, want: changed},
		"after another's turn": {
			all: denied, reason: v1alpha1.ReasonAwaitingDelegation, before: v1alpha1.Turn{Actor: v1alpha1.ActorPlatformTeam},
			want: now,
		},
		"an access that was given": {all: duplicate, reason: v1alpha1.ReasonDuplicateOrganization, want: now},
		"a manifest":               {all: denied, reason: v1alpha1.ReasonInvalidSchedule, want: now},
	} {
		t.Run(name, func(t *testing.T) {
			v := makeCustomer().s.verdict()
			v.Customer.Status.Turn = tc.before
			if got := turnOf(v, tc.all, tc.reason, jobHealth{}).Since; !got.Equal(&tc.want) {
				t.Errorf("since %s, want %s", got, tc.want)
			}
		})
	}
}

// TestTurnOfTwoServices has runs of two services fail for two actors: the one closest to the cluster acts first, and
// the message names each service.
func TestTurnOfTwoServices(t *testing.T) {
	first := jobHealth{v1alpha1.ReasonSyncFailing, "A: failed.", "See: kubectl get events -n a", condition.PlatformTeam}
	second := jobHealth{v1alpha1.ReasonSyncFailing, "B: failed.", "Check B.", condition.SupplierStaff}
	for name, all := range map[string][]jobHealth{"in order": {first, second}, "in reverse": {second, first}} {
		t.Run(name, func(t *testing.T) {
			got := worstHealth(all)
			if got.actor != condition.PlatformTeam {
				t.Errorf("the actor is %s", got.actor)
			}
			for _, want := range []string{first.fact, first.action, second.fact, second.action} {
				if text := sentences(got.fact, got.action); !strings.Contains(text, want) {
					t.Errorf("%q lacks %q", text, want)
				}
			}
		})
	}
}

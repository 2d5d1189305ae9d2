package condition

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestTransitionTime moves only with the status.
func TestTransitionTime(t *testing.T) {
	const condition = v1alpha1.ConditionReady
	first := State{metav1.ConditionFalse, v1alpha1.ReasonAwaitingDelegation, "It is the customer's turn."}
	cases := map[string]struct {
		reason string
		next   State
		moves  bool
	}{
		"same":    {"nothing happened", first, false},
		"reason":  {"another reason is no transition", State{first.Status, v1alpha1.ReasonDelegationWithdrawn, first.Message}, false},
		"message": {"another message is no transition", State{first.Status, first.Reason, "It still is."}, false},
		"true":    {"a transition", State{metav1.ConditionTrue, v1alpha1.ReasonDelegated, "Given."}, true},
		"unknown": {"a transition too", State{metav1.ConditionUnknown, v1alpha1.ReasonAuthorityUnavailable, "?"}, true},
	}
	for name, c := range cases {
		var conditions []metav1.Condition
		Writer{&conditions, 1, fixture.Noon}.Set(condition, first)
		later := fixture.Noon.Add(time.Hour)
		Writer{&conditions, 2, later}.Set(condition, c.next)
		got := meta.FindStatusCondition(conditions, condition)
		if len(conditions) != 1 || got.Status != c.next.Status || got.Reason != c.next.Reason || got.Message != c.next.Message || got.ObservedGeneration != 2 {
			t.Errorf("%s: %s: %v", name, c.reason, conditions)
		}
		if moved := got.LastTransitionTime.Time.Equal(later); moved != c.moves {
			t.Errorf("%s: %s: moved %t, want %t", name, c.reason, moved, c.moves)
		}
	}
}

// TestSummarise takes one object through many reasons: Reconciling and Stalled are there while they hold, never both,
// and gone otherwise.
func TestSummarise(t *testing.T) {
	var conditions []metav1.Condition
	steps := []struct {
		ready State
		want  string // the other condition
	}{
		{State{metav1.ConditionUnknown, v1alpha1.ReasonVerificationPending, "a"}, v1alpha1.ConditionReconciling},
		{State{metav1.ConditionFalse, v1alpha1.ReasonSupplierNotAllowed, "b"}, v1alpha1.ConditionStalled},
		{State{metav1.ConditionFalse, v1alpha1.ReasonSupplierNotFound, "c"}, v1alpha1.ConditionReconciling},
		{State{metav1.ConditionFalse, v1alpha1.ReasonAwaitingDelegation, "d"}, ""},
		{State{metav1.ConditionFalse, v1alpha1.ReasonKeyExpired, "e"}, v1alpha1.ConditionStalled},
		{State{metav1.ConditionTrue, v1alpha1.ReasonDelegated, "f"}, ""},
	}
	for i, s := range steps {
		Writer{&conditions, int64(i + 1), fixture.Noon}.Summarise(s.ready)
		for _, name := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
			c := meta.FindStatusCondition(conditions, name)
			if (c != nil) != (name == s.want) {
				t.Errorf("%s: %s is there: %t", s.ready.Reason, name, c != nil)
			}
			if c != nil && (c.Status != metav1.ConditionTrue || c.Reason != s.ready.Reason || c.Message != s.ready.Message || c.ObservedGeneration != int64(i+1)) {
				t.Errorf("%s: %s does not say what Ready says: %v", s.ready.Reason, name, c)
			}
		}
	}
}

// TestReasonsAreOneThing sees that no reason both works and stalls, and that a Ready that is True has neither.
func TestReasonsAreOneThing(t *testing.T) {
	for reason := range workingReasons {
		if stallingReasons[reason] {
			t.Errorf("%s is both", reason)
		}
	}
	for _, reason := range []string{
		v1alpha1.ReasonDelegated, v1alpha1.ReasonCredentialsProved, v1alpha1.ReasonSuspended,
		v1alpha1.ReasonAwaitingDelegation, v1alpha1.ReasonDelegationWithdrawn, v1alpha1.ReasonScopeNotGranted,
	} {
		if workingReasons[reason] || stallingReasons[reason] {
			t.Errorf("%s: to wait for a person is neither to be at work nor to be stuck", reason)
		}
	}
}

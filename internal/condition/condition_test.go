package condition

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestTransitionTime changes the transition time with the status only.
func TestTransitionTime(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	first := False(v1alpha1.ReasonAwaitingDelegation, "Waiting.")
	cases := map[string]struct {
		next  State
		moves bool
	}{
		"same":    {next: first, moves: false},
		"reason":  {next: False(v1alpha1.ReasonDelegationWithdrawn, first.Message), moves: false},
		"message": {next: False(first.Reason, "Still waiting."), moves: false},
		"true":    {next: True(v1alpha1.ReasonDelegated, "Given."), moves: true},
		"unknown": {next: Unknown(v1alpha1.ReasonAuthorityUnavailable, "Down."), moves: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var conditions []metav1.Condition
			Writer{Conditions: &conditions, Generation: 1, Now: noon}.Set(ready, first)
			later := noon.Add(time.Hour)
			Writer{Conditions: &conditions, Generation: 2, Now: later}.Set(ready, c.next)
			got := meta.FindStatusCondition(conditions, ready)
			if len(conditions) != 1 || got.Status != c.next.Status || got.Reason != c.next.Reason ||
				got.Message != c.next.Message || got.ObservedGeneration != 2 {
				t.Errorf("%v", conditions)
			}
			if moved := got.LastTransitionTime.Time.Equal(later); moved != c.moves {
				t.Errorf("moved %t, want %t", moved, c.moves)
			}
		})
	}
}

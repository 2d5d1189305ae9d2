// Package condition writes the conditions of both kinds and announces their transitions. Its table has one row per
// reason: everything that the operator, its health checks and docs/reasons.md derive from a reason comes from there.
package condition

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// State is what a condition reports, without its type.
type State struct {
	Status  metav1.ConditionStatus
	Reason  string
	Message string
}

// True returns a State of that status.
func True(reason, message string) State { return State{metav1.ConditionTrue, reason, message} }

// False returns a State of that status.
func False(reason, message string) State { return State{metav1.ConditionFalse, reason, message} }

// Unknown returns a State of that status.
func Unknown(reason, message string) State { return State{metav1.ConditionUnknown, reason, message} }

// Writer puts States into a list of conditions.
type Writer struct {
	Conditions *[]metav1.Condition
	Generation int64
	Now        time.Time
}

// Set writes a condition. Its transition time changes only with its status.
func (w Writer) Set(conditionType string, s State) {
	meta.SetStatusCondition(w.Conditions, metav1.Condition{
		Type:               conditionType,
		Status:             s.Status,
		Reason:             s.Reason,
		Message:            s.Message,
		ObservedGeneration: w.Generation,
		LastTransitionTime: metav1.NewTime(w.Now),
	})
}

// SetOrRemove writes a condition, or removes it if s is nil.
func (w Writer) SetOrRemove(conditionType string, s *State) {
	if s == nil {
		w.Remove(conditionType)
		return
	}
	w.Set(conditionType, *s)
}

// Remove removes a condition.
func (w Writer) Remove(conditionType string) { meta.RemoveStatusCondition(w.Conditions, conditionType) }

// Summarize writes Ready, and Reconciling or Stalled if the table has it for Ready's reason. Their message is the
// reason's cause; what to do is in Ready's alone.
func (w Writer) Summarize(ready State) {
	w.Set(v1alpha1.ConditionReady, ready)
	row := Of(ready.Reason)
	for conditionType, progress := range map[string]Progress{
		v1alpha1.ConditionReconciling: Reconciling,
		v1alpha1.ConditionStalled:     Stalled,
	} {
		if row.Progress == progress {
			w.Set(conditionType, True(ready.Reason, row.Cause))
		} else {
			w.Remove(conditionType)
		}
	}
}

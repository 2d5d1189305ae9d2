package supplier

import (
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/condition"
)

// alarmConditions are conditions of a Supplier that are bad when they are True, and that Ready does not tell.
func alarmConditions() []string {
	return append(alarmsToEnd(), v1alpha1.ConditionKeyExpiring)
}

// alarmsToEnd are the alarms that a look at the Supplier ends, and no event.
func alarmsToEnd() []string {
	return []string{
		v1alpha1.ConditionWithdrawalsImplausible, v1alpha1.ConditionRejectionsImplausible,
		v1alpha1.ConditionVerificationOutdated,
	}
}

// alarmed reports whether the Supplier's status has one of them on.
func alarmed(s *v1alpha1.Supplier) bool {
	for _, conditionType := range alarmsToEnd() {
		if meta.IsStatusConditionTrue(s.Status.Conditions, conditionType) {
			return true
		}
	}
	return false
}

// setAlarms writes the conditions that warn: what the customers say together, if they were counted, and the key's end.
func setAlarms(w condition.Writer, s *scope) {
	if s.census != nil {
		w.Set(v1alpha1.ConditionWithdrawalsImplausible, withdrawalsImplausible(s.census))
		w.Set(v1alpha1.ConditionRejectionsImplausible, rejectionsImplausible(s))
	}
	if s.census != nil && s.supplier.Status.InterruptedTime != nil {
		w.Set(v1alpha1.ConditionVerificationOutdated, verificationOutdated(s.census))
	}
	if f := keyExpiring(s); f != nil {
		w.Set(v1alpha1.ConditionKeyExpiring, *f)
		return
	}
	w.Remove(v1alpha1.ConditionKeyExpiring)
}

// announceAlarms tells the transitions of alarms, once they have been written: one that begins is a warning, and one that
// has ended is told too. That all is well from the start is no news.
func announceAlarms(logger logr.Logger, recorder events.EventRecorder, before, after condition.Object) {
	for _, conditionType := range alarmConditions() {
		is := condition.Transition(before, after, conditionType)
		if is == nil {
			continue
		}
		kind := corev1.EventTypeWarning
		if is.Status == metav1.ConditionFalse {
			kind = corev1.EventTypeNormal
			if !meta.IsStatusConditionTrue(before.GetConditions(), conditionType) {
				continue
			}
		}
		logger.Info("Alarm changed", "condition", conditionType, "status", is.Status, "reason", is.Reason)
		recorder.Eventf(after, nil, kind, is.Reason, condition.EventAction, "%s", condition.Bounded(is.Message))
	}
}

// nextSupplierPass gives how long until the Supplier is to be looked at again, for a proof or for what time alone changes; 0
// if only an event can change anything. It is asked after the pass, when s.supplier has the status that was written.
func nextSupplierPass(s *scope) time.Duration {
	first := clock.FirstOf(s.recount, keyFlip(s))
	if alarmed(s.supplier) {
		first = clock.FirstOf(first, s.now.Add(alarmPause))
	}
	if d := nextProof(s); d > 0 {
		first = clock.FirstOf(first, s.now.Add(d))
	}
	if first.IsZero() {
		return 0
	}
	return max(first.Sub(s.now), time.Second)
}

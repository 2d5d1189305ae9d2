package supplier

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/condition"
)

// alarmed reports whether the status has an alarm that only another reconcile ends, and no event.
func alarmed(s *v1alpha1.Supplier) bool {
	for _, conditionType := range []string{
		v1alpha1.ConditionWithdrawalsImplausible, v1alpha1.ConditionRejectionsImplausible, v1alpha1.ConditionVerificationOutdated,
	} {
		if meta.IsStatusConditionTrue(s.Status.Conditions, conditionType) {
			return true
		}
	}
	return meta.IsStatusConditionFalse(s.Status.Conditions, v1alpha1.ConditionNAVReachable)
}

// writeAlarms writes what the customers report together, if they were counted, and the end of the key.
func writeAlarms(w condition.Writer, s *scope) {
	if s.census != nil {
		w.Set(v1alpha1.ConditionWithdrawalsImplausible, withdrawalsImplausible(s.census))
		w.Set(v1alpha1.ConditionRejectionsImplausible, rejectionsImplausible(s))
	}
	if s.census != nil && s.supplier.Status.InterruptedTime != nil {
		w.Set(v1alpha1.ConditionVerificationOutdated, verificationOutdated(s.census))
	}
	w.SetOrRemove(v1alpha1.ConditionKeyExpiring, keyExpiring(s))
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

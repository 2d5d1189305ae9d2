package supplier

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/condition"
)

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

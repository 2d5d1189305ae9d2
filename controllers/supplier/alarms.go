package supplier

import (
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
)

// hasAlarm reports whether the status has an alarm that only another reconcile ends, and no event.
func hasAlarm(s *v1alpha1.Supplier) bool {
	for _, conditionType := range []string{
		v1alpha1.ConditionWithdrawalsImplausible, v1alpha1.ConditionRejectionsImplausible,
		v1alpha1.ConditionVerificationOutdated,
	} {
		if meta.IsStatusConditionTrue(s.Status.Conditions, conditionType) {
			return true
		}
	}
	return meta.IsStatusConditionFalse(s.Status.Conditions, v1alpha1.ConditionNAVReachable)
}

// writeAlarms writes what the customers report together, if they were counted, and the end of the key.
func writeAlarms(w condition.Writer, s *facts) {
	if s.census != nil {
		w.Set(v1alpha1.ConditionWithdrawalsImplausible, withdrawalsImplausible(s.census))
		w.Set(v1alpha1.ConditionRejectionsImplausible, rejectionsImplausible(s))
	}
	if s.census != nil && s.supplier.Status.InterruptedTime != nil {
		w.Set(v1alpha1.ConditionVerificationOutdated, verificationOutdated(s.census))
	}
	w.SetOrRemove(v1alpha1.ConditionKeyExpiring, keyExpiring(s))
	w.SetOrRemove(v1alpha1.ConditionNamespacesInaccessible, namespacesInaccessible(s))
}

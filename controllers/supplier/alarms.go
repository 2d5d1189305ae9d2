package supplier

import (
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
)

// hasAlarm reports whether the status has an alarm that only another count of the customers ends, and no event.
func hasAlarm(s *v1alpha1.Supplier) bool {
	return slices.ContainsFunc(condition.Alarms(s.Status.Conditions), func(t condition.Type) bool { return t.Counted })
}

// alarmSummary lists a Supplier's alarms, each as CONDITION=REASON, and the end of the key as KeyExpiring (DAY), later
// KeyExpired (DAY). It is "" if there are none.
func alarmSummary(s *facts, conditions []metav1.Condition) string {
	alarms := condition.Alarms(conditions)
	all := make([]string, 0, len(alarms))
	for _, t := range alarms {
		if t.Name == v1alpha1.ConditionKeyExpiring {
			all = append(all, keyAlarm(s))
			continue
		}
		all = append(all, t.Name+"="+meta.FindStatusCondition(conditions, t.Name).Reason)
	}
	return strings.Join(all, ", ")
}

// keyAlarm reports the day on which the key or certificate expires.
func keyAlarm(s *facts) string {
	end, name := credentialEnd(s), v1alpha1.ConditionKeyExpiring
	if !s.now.Before(end) {
		name = v1alpha1.ReasonKeyExpired
	}
	return name + " (" + end.Format(time.DateOnly) + ")"
}

// writeAlarms writes what the customers report together, if they were counted, and the end of the key.
func writeAlarms(w condition.Writer, s *facts) {
	if s.census != nil {
		w.Set(v1alpha1.ConditionWithdrawalsImplausible, withdrawalsCondition(s.census))
		w.Set(v1alpha1.ConditionRejectionsImplausible, rejectionsCondition(s))
		w.SetOrRemove(v1alpha1.ConditionRunsNotStarting, startsCondition(s))
		w.SetOrRemove(v1alpha1.ConditionCustomersBlocked, blockedCondition(s))
	}
	if s.census != nil && s.supplier.Status.InterruptedTime != nil {
		w.Set(v1alpha1.ConditionVerificationOutdated, verificationCondition(s.census))
	}
	w.SetOrRemove(v1alpha1.ConditionKeyExpiring, keyCondition(s))
	w.SetOrRemove(v1alpha1.ConditionNamespacesInaccessible, namespacesCondition(s))
}

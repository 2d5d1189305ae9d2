package condition

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Health is what a health check makes of a reason of Ready.
type Health string

const (
	// Works means that nothing is wrong.
	Works Health = "Works"
	// Waits means that a party outside has to act, that an outage has to end, or that the Supplier has to be mended, which
	// its own health reports. No deployment waits for it.
	Waits Health = "Waits"
	// Fails means that a person has to act, although the deployment is complete.
	Fails Health = "Fails"
	// Off means that spec.suspend is true, or that the emergency stop applies.
	Off Health = "Off"
	// InProgress means that the operator has not reached a verdict.
	InProgress Health = "InProgress"
	// Broken means that the spec or the Secret has to change.
	Broken Health = "Broken"
)

// HealthOf returns what health checks call an object of a kind whose Ready has the reason.
func (r Row) HealthOf(kind string) Health {
	status, _ := r.At(kind, v1alpha1.ConditionReady)
	_, ofJobs := r.At(kind, v1alpha1.ConditionSyncHealthy)
	outside := r.Actor == Administrator || r.Actor == NAV
	switch {
	case r.Progress == Reconciling:
		return InProgress
	case r.Progress == Stalled:
		return Broken
	case status == metav1.ConditionTrue:
		return Works
	case r.Reason == v1alpha1.ReasonSuspended, r.Reason == v1alpha1.ReasonEmergencyStop:
		return Off
	case outside, isUnverified(r.Reason), r.Reason == v1alpha1.ReasonAwaitingSupplier,
		r.Actor == SupplierStaff && !ofJobs:
		return Waits
	case ofJobs:
		return Fails
	default:
		return Broken
	}
}

// isUnverified reports whether a reason means that requests to Maskinporten or Altinn fail, and that no verified state
// is recent enough.
func isUnverified(reason string) bool {
	return reason == v1alpha1.ReasonAuthorityUnavailable || reason == v1alpha1.ReasonSupplierNotReady
}

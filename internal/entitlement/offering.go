package entitlement

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Offering returns the condition of a Supplier that says whether plans of a service may be offered to NAV at the moment; nil
// if the service has none, or if nothing is known.
func Offering(s *v1alpha1.Supplier, name v1alpha1.ServiceName) *metav1.Condition {
	if name != v1alpha1.ServiceFollowUpPlans {
		return nil
	}
	return meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionRejectionsImplausible)
}

// OfferingStopped returns the condition of a Supplier for which no plans of a service are offered to NAV at the moment; nil
// if they are. It is no refusal of a customer: CronJobs and Jobs go on, and get no token.
func OfferingStopped(s *v1alpha1.Supplier, name v1alpha1.ServiceName) *metav1.Condition {
	if c := Offering(s, name); c != nil && c.Status == metav1.ConditionTrue {
		return c
	}
	return nil
}

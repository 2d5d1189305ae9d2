// Package availability reads from a Supplier's status what its customers can count on. No other code reads conditions or
// services of a Supplier's status, except the Supplier's own controller.
package availability

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Of reports whether tokens are available for a service and its data may be sent, and since when. The time is zero if the
// status does not have the service yet.
func Of(s *v1alpha1.Supplier, name v1alpha1.ServiceName) (ok bool, since time.Time) {
	known := find(s, name)
	if known == nil || known.Available == nil {
		return false, time.Time{}
	}
	if known.Since != nil {
		since = known.Since.Time
	}
	return *known.Available, since
}

// Reason returns why a service is not available. It is "" if the service is available or unknown.
func Reason(s *v1alpha1.Supplier, name v1alpha1.ServiceName) string {
	if known := find(s, name); known != nil {
		return known.Reason
	}
	return ""
}

// Paused returns since when no plans of a service are offered to NAV, and the reason, "" if they are. It is no refusal of a
// customer: CronJobs and Jobs continue, and their pods get no token.
func Paused(s *v1alpha1.Supplier, name v1alpha1.ServiceName) (reason string, since time.Time) {
	if name != v1alpha1.ServiceFollowUpPlans {
		return "", time.Time{}
	}
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionRejectionsImplausible)
	if c == nil || c.Status != metav1.ConditionTrue {
		return "", time.Time{}
	}
	return c.Reason, c.LastTransitionTime.Time
}

// find returns what a Supplier's status has of a service, nil if it has nothing.
func find(s *v1alpha1.Supplier, name v1alpha1.ServiceName) *v1alpha1.OfferedServiceStatus {
	i := slices.IndexFunc(s.Status.Services, func(known v1alpha1.OfferedServiceStatus) bool { return known.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Status.Services[i]
}

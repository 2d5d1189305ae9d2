// Package availability reads from a Supplier's status what its customers can count on. No other code reads conditions
// or services of a Supplier's status, except the Supplier's own controller, package pacing, which corrects their
// times, and package rollout, which shows them to people.
package availability

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/services"
)

// Of reports whether tokens are available for a service and its data may be sent, and since when. The time is zero if
// the status does not have the service yet.
func Of(s *v1alpha1.Supplier, name v1alpha1.ServiceName) (ok bool, since time.Time) {
	known := s.Status.Service(name)
	if known.Available == nil {
		return false, time.Time{}
	}
	if known.Since != nil {
		since = known.Since.Time
	}
	return *known.Available, since
}

// Reason returns why a service is not available. It is "" if the service is available or unknown.
func Reason(s *v1alpha1.Supplier, name v1alpha1.ServiceName) string {
	return s.Status.Service(name).Reason
}

// StopOf returns the emergency stop that a Supplier's status reports, nil if none. It is for those that cannot read the
// stop itself.
func StopOf(s *v1alpha1.Supplier) *entitlement.Block {
	if s == nil {
		return nil
	}
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionReady)
	if c == nil || c.Reason != v1alpha1.ReasonEmergencyStop {
		return nil
	}
	return &entitlement.Block{Reason: c.Reason, Message: c.Message}
}

// HasRecovered reports whether a service became verifiable between two states of a Supplier.
func HasRecovered(before, after *v1alpha1.Supplier) bool {
	return slices.ContainsFunc(after.Spec.Services, func(o v1alpha1.OfferedService) bool {
		return isVerifiable(after, o.Name) && !isVerifiable(before, o.Name)
	})
}

// isVerifiable reports whether the access to a service can be verified: it is available, and Altinn responds if the
// service needs a system user. A service that is not available because of NAV can be verified too.
func isVerifiable(s *v1alpha1.Supplier, name v1alpha1.ServiceName) bool {
	if ok, _ := Of(s, name); !ok && !isPausedByNAV(Reason(s, name)) {
		return false
	}
	service, _ := services.Of(s, name)
	return !service.NeedsSystemUser() ||
		!meta.IsStatusConditionFalse(s.Status.Conditions, v1alpha1.ConditionAltinnReachable)
}

// isPausedByNAV reports whether a service is not available although its access can be verified.
func isPausedByNAV(reason string) bool {
	return reason == v1alpha1.ReasonManyRejections || reason == v1alpha1.ReasonCustomerRunsFailing
}

// PauseOf returns why no plans of a service are offered to NAV, and since when. The reason is "" if they are offered. A
// pause is no refusal of a customer: CronJobs and Jobs continue, and their pods get no token.
func PauseOf(s *v1alpha1.Supplier, name v1alpha1.ServiceName) (reason string, since time.Time) {
	if service, _ := services.Of(s, name); !service.SendsPlans {
		return "", time.Time{}
	}
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionRejectionsImplausible)
	if c == nil || c.Status != metav1.ConditionTrue {
		return "", time.Time{}
	}
	return c.Reason, c.LastTransitionTime.Time
}

// ExcusesNAV reports whether a run that NAV did not serve indicates nothing about its customer: NAV fails for many
// customers, or did so when the run ended.
func ExcusesNAV(s *v1alpha1.Supplier, name v1alpha1.ServiceName, finished time.Time) bool {
	ok, since := Of(s, name)
	return ok && finished.Before(since) || isPausedByNAV(Reason(s, name))
}

// LacksTokens reports whether the runs of many customers do not reach the token broker.
func LacksTokens(s *v1alpha1.Supplier) bool {
	return meta.IsStatusConditionFalse(s.Status.Conditions, v1alpha1.ConditionTokenBrokerReachable)
}

// LacksPods reports whether the pods of many customers' runs do not start.
func LacksPods(s *v1alpha1.Supplier) bool {
	return meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionRunsNotStarting)
}

// BlocksMany reports whether the Supplier's spec blocks many customers for a reason of CustomersBlocked. It is unknown
// (known is false) before the Supplier's controller has seen the spec.
func BlocksMany(s *v1alpha1.Supplier, reason string) (blocks, known bool) {
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionCustomersBlocked)
	return c != nil && c.Status == metav1.ConditionTrue && c.Reason == reason,
		s.Status.ObservedGeneration == s.Generation
}

// ChangesBlocks reports whether BlocksMany differs for any reason, or becomes known, between two states of a Supplier.
func ChangesBlocks(before, after *v1alpha1.Supplier) bool {
	for _, reason := range []string{v1alpha1.ReasonHRMHostsMissing, v1alpha1.ReasonServiceRemoved} {
		was, wasKnown := BlocksMany(before, reason)
		if is, isKnown := BlocksMany(after, reason); was != is || !wasKnown && isKnown {
			return true
		}
	}
	return false
}

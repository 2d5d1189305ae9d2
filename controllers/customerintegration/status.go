package customerintegration

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/request"
	"github.com/4human/integration-operator/internal/syncjob"
)

// readyReasons rank what Ready says when services differ: first what a person at the customer's or ours must act on,
// last what passes by itself. The first that a service has is Ready's; ReasonNotDelegated is told as whose turn it is.
var readyReasons = []struct {
	service string
	ready   string
	status  metav1.ConditionStatus
}{
	{v1alpha1.ReasonDelegationWithdrawn, v1alpha1.ReasonDelegationWithdrawn, metav1.ConditionFalse},
	{v1alpha1.ReasonRequestRejected, v1alpha1.ReasonRequestRejected, metav1.ConditionFalse},
	{v1alpha1.ReasonApprovalRejected, v1alpha1.ReasonApprovalRejected, metav1.ConditionFalse},
	{v1alpha1.ReasonNotDelegated, v1alpha1.ReasonAwaitingDelegation, metav1.ConditionFalse},
	{v1alpha1.ReasonAwaitingApproval, v1alpha1.ReasonAwaitingApproval, metav1.ConditionFalse},
	{v1alpha1.ReasonScopeNotGranted, v1alpha1.ReasonScopeNotGranted, metav1.ConditionFalse},
	{v1alpha1.ReasonDuplicateOrganization, v1alpha1.ReasonDuplicateOrganization, metav1.ConditionFalse},
	{v1alpha1.ReasonServiceNotOffered, v1alpha1.ReasonServiceNotOffered, metav1.ConditionFalse},
	{v1alpha1.ReasonSupplierNotReady, v1alpha1.ReasonSupplierNotReady, metav1.ConditionFalse},
	{v1alpha1.ReasonAuthorityUnavailable, v1alpha1.ReasonAuthorityUnavailable, metav1.ConditionUnknown},
	{v1alpha1.ReasonVerificationPending, v1alpha1.ReasonVerificationPending, metav1.ConditionUnknown},
}

// customerStatus gives the whole status after this pass. Pure.
func customerStatus(s *scope) v1alpha1.CustomerIntegrationStatus {
	status := *s.customer.Status.DeepCopy()
	status.ObservedGeneration = s.customer.Generation
	status.Authority = s.authority()
	status.LastHandledReconcileAt, status.PendingReconcileAt = request.Record(
		s.requested(), requestHandled(s), status.LastHandledReconcileAt, status.PendingReconcileAt, !recordAt(s).After(s.now))
	after := judged(s)
	after.Status.LastHandledReconcileAt = status.LastHandledReconcileAt
	for i := range after.Status.Services {
		after.Status.Services[i].Sync = syncOf(s, after, after.Status.Services[i].Name)
	}
	status.Services = after.Status.Services
	status.LastSyncTime = lastSyncTime(status.Services)
	w := condition.Writer{Conditions: &status.Conditions, Generation: s.customer.Generation, Now: s.now}
	w.Set(v1alpha1.ConditionDelegationVerified, delegationVerified(s, status.Services))
	health := syncHealthy(s, status.Services)
	w.Set(v1alpha1.ConditionSyncHealthy, health)
	w.Summarize(customerReady(s, status.Services, health))
	return status
}

// requestHandled reports whether a requested verification is done: every service that can be verified was. While the customer
// is blocked, the request is kept: it may also ask the customer for access again.
func requestHandled(s *scope) bool {
	if blockOf(s) != nil || len(s.busy) > 0 {
		return false
	}
	for _, a := range s.answers {
		if authority.IsFault(a.class) {
			return false
		}
	}
	return true
}

// granted reports whether a service has its access proved and nothing else speaks against it.
func granted(known v1alpha1.CustomerServiceStatus) bool {
	return known.Authorization.State == v1alpha1.AuthorizationGranted &&
		known.Authorization.Reason == v1alpha1.ReasonDelegated
}

// denied reports whether the authority has said no to a service, or the customer has not said yes, as far as is known at
// the moment. What was said before the service became a duplicate's is not asked for any more.
func denied(known v1alpha1.CustomerServiceStatus) bool {
	if unavailable(known.Authorization.Reason) || known.Authorization.Reason == v1alpha1.ReasonDuplicateOrganization {
		return false
	}
	switch known.Authorization.State {
	case v1alpha1.AuthorizationNotGranted, v1alpha1.AuthorizationWithdrawn,
		v1alpha1.AuthorizationAwaitingApproval, v1alpha1.AuthorizationRejected:
		return true
	default:
		return false
	}
}

// delegationVerified gives the condition of that name.
func delegationVerified(s *scope, all []v1alpha1.CustomerServiceStatus) condition.State {
	if b := blockOf(s); b != nil {
		return condition.State{Status: metav1.ConditionUnknown, Reason: b.Reason, Message: b.Message}
	}
	var yes, no int
	for _, known := range all {
		if granted(known) {
			yes++
		}
		if denied(known) {
			no++
		}
	}
	worst := worstReason(all)
	switch {
	case yes == len(all):
		return condition.State{Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonDelegated, Message: summary(s, all)}
	case no > 0 && yes > 0:
		return condition.State{Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonPartiallyDelegated, Message: summary(s, all)}
	case no > 0:
		return condition.State{Status: metav1.ConditionFalse, Reason: denialReason(all), Message: summary(s, all)}
	default:
		return condition.State{Status: metav1.ConditionUnknown, Reason: worst, Message: summary(s, all)}
	}
}

// customerReady gives the condition Ready: first what is wrong here with the spec, then what the access lacks, then how
// the jobs do.
func customerReady(s *scope, all []v1alpha1.CustomerServiceStatus, health condition.State) condition.State {
	if b := blockOf(s); b != nil {
		return condition.State{Status: metav1.ConditionFalse, Reason: b.Reason, Message: b.Message}
	}
	if f := misconfigured(s); f != nil {
		return *f
	}
	worst := worstReason(all)
	for _, rank := range readyReasons {
		if rank.service == worst {
			return condition.State{Status: rank.status, Reason: rank.ready, Message: summary(s, all)}
		}
	}
	if health.Status == metav1.ConditionFalse {
		return health
	}
	if pending := withoutCronJob(s, all); pending != "" {
		return condition.State{Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonSyncPending, Message: fmt.Sprintf("%s: access has been given, and the CronJob is being made.", pending)}
	}
	return condition.State{Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonDelegated, Message: summary(s, all)}
}

// withoutCronJob returns a service for which sync is allowed and whose CronJob is not in place, "" if there is none. While
// sync is paused the CronJob is suspended on purpose, which the Supplier reports.
func withoutCronJob(s *scope, all []v1alpha1.CustomerServiceStatus) v1alpha1.ServiceName {
	for i := range all {
		c := s.children.Of(all[i].Name)
		if entitlement.Outdated(s.supplier, all[i].Authorization) {
			continue
		}
		if all[i].Sync.ActiveSince != nil && (c.CronJob == nil || syncjob.Suspended(c.CronJob)) {
			return all[i].Name
		}
	}
	return ""
}

// worstReason gives the highest-ranking reason of the services without access, ReasonDelegated if all have it.
func worstReason(all []v1alpha1.CustomerServiceStatus) string {
	for _, rank := range readyReasons {
		for _, known := range all {
			if known.Authorization.Reason == rank.service {
				return rank.service
			}
		}
	}
	return v1alpha1.ReasonDelegated
}

// denialReason gives DelegationVerified's reason when the authority said no and nothing is granted.
func denialReason(all []v1alpha1.CustomerServiceStatus) string {
	for _, reason := range []string{
		v1alpha1.ReasonDelegationWithdrawn, v1alpha1.ReasonApprovalRejected,
		v1alpha1.ReasonNotDelegated, v1alpha1.ReasonAwaitingApproval,
	} {
		for _, known := range all {
			if denied(known) && known.Authorization.Reason == reason {
				return reason
			}
		}
	}
	return worstReason(all)
}

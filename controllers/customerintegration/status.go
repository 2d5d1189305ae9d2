package customerintegration

import (
	"cmp"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/request"
	"github.com/4human/integration-operator/internal/syncjob"
)

// customerStatus returns the whole status after this reconcile. It is pure.
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
	writeConditions(w, s, status.Services)
	return status
}

// writeConditions writes the conditions. A fact is in Ready with what to do about it, and elsewhere in short; or in full where
// Ready reports something else.
func writeConditions(w condition.Writer, s *scope, all []v1alpha1.CustomerServiceStatus) {
	jobs := healthOfJobs(s, all)
	ready := customerReady(s, all, jobs)
	w.Set(v1alpha1.ConditionDelegationVerified, delegationVerified(s, all))
	w.Set(v1alpha1.ConditionSyncHealthy, syncHealthy(s, jobs, ready))
	w.Summarize(ready)
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

// delegationVerified returns the condition of that name.
func delegationVerified(s *scope, all []v1alpha1.CustomerServiceStatus) condition.State {
	if b := blockOf(s); b != nil {
		return condition.Unknown(b.Reason, "Access is not verified now; see Ready.")
	}
	message := accessStates(all)
	if misconfigured(s) != nil && !allGranted(all) {
		message = accessMessages(s, all) // Ready does not have them
	}
	yes, no := count(all, granted), count(all, denied)
	switch {
	case yes == len(all):
		return condition.True(v1alpha1.ReasonDelegated, message)
	case no > 0 && yes > 0:
		return condition.False(v1alpha1.ReasonPartiallyDelegated, message)
	case no > 0:
		return condition.False(worstReason(all, denied), message)
	default:
		return condition.Unknown(worstReason(all, anyService), message)
	}
}

// count counts the services of which something is true.
func count(all []v1alpha1.CustomerServiceStatus, is func(v1alpha1.CustomerServiceStatus) bool) int {
	n := 0
	for _, known := range all {
		if is(known) {
			n++
		}
	}
	return n
}

func allGranted(all []v1alpha1.CustomerServiceStatus) bool { return count(all, granted) == len(all) }

func anyService(v1alpha1.CustomerServiceStatus) bool { return true }

// worstReason returns the reason that ranks first among the services of which something is true.
func worstReason(all []v1alpha1.CustomerServiceStatus, is func(v1alpha1.CustomerServiceStatus) bool) string {
	var reasons []string
	for _, known := range all {
		if is(known) {
			reasons = append(reasons, known.Authorization.Reason)
		}
	}
	return condition.Worst(reasons...)
}

// customerReady returns the condition Ready: first what is wrong with the spec, then what the access lacks, then the jobs.
func customerReady(s *scope, all []v1alpha1.CustomerServiceStatus, jobs jobHealth) condition.State {
	if b := blockOf(s); b != nil {
		return condition.False(b.Reason, b.Message)
	}
	if f := misconfigured(s); f != nil {
		return *f
	}
	if !allGranted(all) {
		reason := worstReason(all, anyService)
		reason = cmp.Or(condition.Of(reason).Ready, reason)
		status, _ := condition.Of(reason).At(condition.Customer, v1alpha1.ConditionReady)
		return condition.State{Status: status, Reason: reason, Message: accessMessages(s, all)}
	}
	if jobs.status() == metav1.ConditionFalse {
		return condition.False(jobs.reason, sentences(jobs.fact, jobs.action))
	}
	if pending := withoutCronJob(s, all); pending != "" {
		return condition.Unknown(v1alpha1.ReasonSyncPending, fmt.Sprintf("%s: waiting for the CronJob to be created.", pending))
	}
	return condition.True(v1alpha1.ReasonDelegated, readyMessage(s, all))
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

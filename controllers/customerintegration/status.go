package customerintegration

import (
	"cmp"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/syncjob"
)

// statusOf returns the status that reports a verdict.
func statusOf(v *verdict.Verdict) v1alpha1.CustomerIntegrationStatus {
	status := *v.Customer.Status.DeepCopy()
	status.ObservedGeneration = v.Customer.Generation
	status.Authority = v.Authority
	status.LastHandledReconcileAt, status.PendingReconcileAt = v.Handled.Verify, v.Pending.Verify
	status.LastHandledAskCustomerAgain, status.PendingAskCustomerAgain = v.Handled.Ask, v.Pending.Ask
	status.Organization = v.Organization
	status.Services = v.Statuses()
	status.LastSyncTime = lastSyncTime(status.Services)
	jobs := healthOfJobs(v, status.Services)
	ready := readyCondition(v, status.Services, jobs)
	w := condition.Writer{Conditions: &status.Conditions, Generation: v.Customer.Generation, Now: v.Now}
	// Ready has a fact with its action. Another condition repeats it in short, or in full if Ready reports something else.
	w.Set(v1alpha1.ConditionDelegationVerified, delegationCondition(v, status.Services))
	w.Set(v1alpha1.ConditionSyncHealthy, syncCondition(v, jobs, ready))
	w.SetOrRemove(v1alpha1.ConditionOrganizationRegistered, organizationCondition(v, ready))
	w.Summarize(ready)
	status.Turn = turnOf(v, status.Services, ready.Reason, jobs)
	return status
}

// turnOf returns who has to act on the reason of Ready, and since when. Without an earlier turn, as after an upgrade or
// a restore, that is since the access changed.
func turnOf(v *verdict.Verdict, all []v1alpha1.CustomerServiceStatus, reason string, jobs jobHealth) v1alpha1.Turn {
	row, since := condition.Of(reason), metav1.NewTime(v.Now)
	actor, before := row.Actor, v.Customer.Status.Turn
	switch {
	case row.Urgency == condition.Never: // such as Suspended
		return v1alpha1.Turn{}
	case reason == jobs.reason:
		actor = jobs.actor
	case reason == accessReason(all):
		worst := worstService(all)
		actor = readerOf(worst.Authorization)
		if denied := worst.Authorization.Since; before.Actor == "" && isDenied(worst) && denied != nil {
			since = *denied
		}
	}
	switch turn := actor.InStatus(); turn {
	case "":
		return v1alpha1.Turn{}
	case before.Actor:
		return before
	default:
		return v1alpha1.Turn{Actor: turn, Since: since}
	}
}

// accessReason returns the reason of Ready by the access to the services.
func accessReason(all []v1alpha1.CustomerServiceStatus) string {
	reason := worstReason(all, anyService)
	return cmp.Or(condition.Of(reason).Ready, reason)
}

// lastSyncTime returns the oldest of the services' last successes, nil if there is none.
func lastSyncTime(all []v1alpha1.CustomerServiceStatus) *metav1.Time {
	var oldest *metav1.Time
	for i := range all {
		if t := all[i].Sync.LastSuccessTime; t != nil && (oldest == nil || t.Before(oldest)) {
			oldest = t
		}
	}
	return oldest
}

// isGranted reports whether the access to a service is verified, the service is offered, and it is no duplicate.
func isGranted(known v1alpha1.CustomerServiceStatus) bool {
	return known.Authorization.State == v1alpha1.AuthorizationGranted &&
		known.Authorization.Reason == v1alpha1.ReasonDelegated
}

// isDenied reports whether a service has no access by its last verified state. The state does not count if it cannot be
// verified now, or if the service is a duplicate or not offered.
func isDenied(known v1alpha1.CustomerServiceStatus) bool {
	switch reason := known.Authorization.Reason; {
	case verdict.IsUnavailable(reason), reason == v1alpha1.ReasonDuplicateOrganization,
		reason == v1alpha1.ReasonServiceNotOffered, reason == v1alpha1.ReasonAwaitingSupplier:
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

// delegationCondition returns the condition of that name.
func delegationCondition(v *verdict.Verdict, all []v1alpha1.CustomerServiceStatus) condition.State {
	if b := v.Block; b != nil {
		return condition.Unknown(b.Reason, "Access is not verified now; see Ready.")
	}
	message := accessMessagesBesides(v, all, readerOfReady(all))
	if misconfiguration(v) != nil && !allGranted(all) {
		message = accessMessages(v, all, anyReader) // Ready does not have them
	}
	yes, no := count(all, isGranted), count(all, isDenied)
	switch {
	case yes == len(all):
		return condition.True(v1alpha1.ReasonDelegated, message)
	case no > 0 && yes > 0:
		return condition.False(v1alpha1.ReasonPartiallyDelegated, message)
	case no > 0:
		return condition.False(worstReason(all, isDenied), message)
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

func allGranted(all []v1alpha1.CustomerServiceStatus) bool { return count(all, isGranted) == len(all) }

func anyService(v1alpha1.CustomerServiceStatus) bool { return true }

// worstReason returns the reason that ranks first among the services of which something is true.
func worstReason(all []v1alpha1.CustomerServiceStatus, is func(v1alpha1.CustomerServiceStatus) bool) string {
	var reasons []string
	for _, known := range all {
		if is(known) {
			reasons = append(reasons, known.Authorization.Reason)
		}
	}
	return condition.WorstReason(reasons...)
}

// readyCondition returns the condition Ready: first what is wrong with the spec, then what the access lacks, then the
// jobs.
func readyCondition(v *verdict.Verdict, all []v1alpha1.CustomerServiceStatus, jobs jobHealth) condition.State {
	if b := v.Block; b != nil {
		return condition.False(b.Reason, b.Message)
	}
	if f := misconfiguration(v); f != nil {
		return *f
	}
	if !allGranted(all) {
		if r := registrationOf(v); r.status() == metav1.ConditionFalse {
			return condition.False(r.reason, sentences(r.fact, r.action))
		}
		reason := accessReason(all)
		status, _ := condition.Of(reason).At(condition.Customer, v1alpha1.ConditionReady)
		return condition.State{Status: status, Reason: reason, Message: accessMessages(v, all, readerOfReady(all))}
	}
	if v.Customer.Syncs() && awaitsAllowedHosts(v) {
		return condition.Unknown(v1alpha1.ReasonAwaitingSupplier, fmt.Sprintf(
			"Supplier/%s allows no HRM system, so jobs that use one do not run. See its CustomersBlocked.", v.Supplier.Name))
	}
	if jobs.status() == metav1.ConditionFalse {
		return condition.False(jobs.reason, sentences(jobs.fact, jobs.action))
	}
	if pending := serviceWithoutCronJob(v, all); pending != "" {
		if !v.Service(pending).Schedule.Valid {
			return condition.Unknown(v1alpha1.ReasonAwaitingSupplier, fmt.Sprintf(
				"%s: the Supplier's schedule is invalid, so no CronJob can be created. See Supplier/%s.",
				pending, v.Supplier.Name))
		}
		return condition.Unknown(v1alpha1.ReasonSyncPending,
			fmt.Sprintf("%s: waiting for the CronJob to be created.", pending))
	}
	return condition.True(v1alpha1.ReasonDelegated, readyMessage(v, all))
}

// serviceWithoutCronJob returns a service for which sync is allowed and whose CronJob is not in place, "" if there is
// none. While sync is paused, the CronJob is suspended on purpose, which the Supplier reports.
func serviceWithoutCronJob(v *verdict.Verdict, all []v1alpha1.CustomerServiceStatus) v1alpha1.ServiceName {
	for i := range all {
		c := v.Service(all[i].Name).Child
		if entitlement.IsOutdated(v.Supplier, all[i].Authorization) {
			continue
		}
		if all[i].Sync.ActiveSince != nil && (c.CronJob == nil || syncjob.IsSuspended(c.CronJob)) {
			return all[i].Name
		}
	}
	return ""
}

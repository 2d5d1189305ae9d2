package customerintegration

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
)

// tolerated is how many runs in a row may fail before SyncHealthy is False: a single failure is common.
const tolerated = 2

// jobHealth is how the jobs of one service, or of all, perform.
type jobHealth struct {
	reason string // "" if no run is allowed
	fact   string
	action string // "" if there is nothing to do
}

// status returns the status of SyncHealthy.
func (h jobHealth) status() metav1.ConditionStatus {
	status, _ := condition.Of(h.reason).At(condition.Customer, v1alpha1.ConditionSyncHealthy)
	return status
}

// healthOfJobs returns the health that ranks first, with the facts of all services that have it.
func healthOfJobs(v *verdict.Verdict, all []v1alpha1.CustomerServiceStatus) jobHealth {
	var reasons []string
	found := map[string]jobHealth{}
	for i := range all {
		h := healthOf(v, &all[i])
		if h.reason == "" {
			continue
		}
		reasons = append(reasons, h.reason)
		before := found[h.reason]
		h.fact = sentences(before.fact, before.action, h.fact) // each with its own action
		found[h.reason] = h
	}
	return found[condition.WorstReason(reasons...)]
}

// syncHealthy returns the condition of that name. What to do is in Ready, if Ready has the reason.
func syncHealthy(v *verdict.Verdict, jobs jobHealth, ready condition.State) condition.State {
	switch {
	case jobs.reason == "" && !v.Customer.Syncs():
		return condition.Unknown(v1alpha1.ReasonNotSyncing, "spec.sync is Disabled: access is verified, and no jobs run.")
	case jobs.reason == "":
		return condition.Unknown(v1alpha1.ReasonNotSyncing, "Sync is not allowed; see Ready.")
	case jobs.reason == ready.Reason:
		return condition.State{Status: jobs.status(), Reason: jobs.reason, Message: condition.Of(jobs.reason).Cause}
	default:
		return condition.State{Status: jobs.status(), Reason: jobs.reason, Message: sentences(jobs.fact, jobs.action)}
	}
}

// sentences joins those that are not empty.
func sentences(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(text string) bool { return text == "" }), " ")
}

// healthOf returns how the jobs of one service perform.
func healthOf(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) jobHealth {
	sync := &known.Sync
	if sync.ActiveSince == nil {
		return jobHealth{}
	}
	child := v.Of(known.Name).Child
	refused, blocker := syncjob.RefusalOf(child, v.Now), syncjob.BlockerOf(child, v.Now)
	ran := sync.LastRun.JobUID != "" && !sync.LastRun.FinishedTime.Before(sync.ActiveSince)
	noneStarted := ran && !syncjob.HasStartedSince(child, sync.LastRun.FinishedTime.Time)
	switch {
	case ran && sync.LastRun.Reason == string(runreport.HRMOrganizationMismatch):
		return mismatch(v, known)
	case refused != nil:
		return refusedPod(v, known, refused)
	case blocker != "":
		return startFailure(v, known, blocker)
	case noneStarted && sync.LastRun.Reason == syncjob.RunPodRefused:
		return refusedPod(v, known, syncjob.LastRefusal(child, sync.LastRun.JobUID))
	case noneStarted && sync.LastRun.Reason == syncjob.RunNeverStarted:
		return startFailure(v, known, syncjob.RunNeverStarted)
	default:
		return healthOfRuns(v, known, ran)
	}
}

// healthOfRuns returns how the runs of a service end. While NAV does not serve many customers, its failures do not
// count against one.
func healthOfRuns(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus, ran bool) jobHealth {
	sync := &known.Sync
	excused := runreport.Reason(sync.LastRun.Reason).BlamesNAV() &&
		availability.ExcusesNAV(v.Supplier, known.Name, sync.LastRun.FinishedTime.Time)
	switch {
	case excused && ran:
		return jobHealth{
			v1alpha1.ReasonSyncRetrying,
			fmt.Sprintf("%s: NAV did not serve the last run (%s), nor those of other customers.",
				known.Name, sync.LastRun.Reason), fmt.Sprintf("See Supplier/%s.", v.Supplier.Name),
		}
	case sync.SameFailures > tolerated && sync.LastRun.Reason == string(runreport.RightMissing):
		return missingRight(known)
	case sync.Failures > tolerated:
		return jobHealth{
			v1alpha1.ReasonSyncFailing, fmt.Sprintf("%s: the last runs failed (%s).", known.Name, sync.LastRun.Reason),
			adviceFor(v, sync.LastRun.Reason),
		}
	case v.Of(known.Name).Stale:
		return jobHealth{
			v1alpha1.ReasonSyncStale,
			fmt.Sprintf("%s: no run has succeeded for at least three periods of its schedule.", known.Name),
			staleAdvice(v, known),
		}
	case sync.OpenUnknown > 0 || sync.OpenUndecided > 0:
		return unsettledPlans(v, known)
	case !ran:
		return jobHealth{v1alpha1.ReasonNoRunYet, fmt.Sprintf("%s: no run has ended yet.", known.Name), ""}
	case sync.LastRun.Outcome == v1alpha1.SyncFailed:
		return jobHealth{v1alpha1.ReasonSyncRetrying, fmt.Sprintf("%s: the last run failed (%s); waiting for the next one.",
			known.Name, sync.LastRun.Reason), ""}
	default:
		return jobHealth{v1alpha1.ReasonSyncSucceeded, fmt.Sprintf("%s: the last run succeeded.", known.Name), ""}
	}
}

func mismatch(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) jobHealth {
	return jobHealth{
		v1alpha1.ReasonHRMOrganizationMismatch,
		fmt.Sprintf("%s: the HRM system at %s belongs to another organization than %s.",
			known.Name, v.Customer.Spec.HRM.Endpoint, v.Customer.Spec.OrganizationNumber),
		"Correct spec.hrm or its Secret; spec.organizationNumber is immutable.",
	}
}

func startFailure(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus, blocker string) jobHealth {
	return jobHealth{
		v1alpha1.ReasonSyncPodNotStarting, fmt.Sprintf("%s: the pod of a run cannot start (%s).", known.Name, blocker),
		fmt.Sprintf("See: kubectl describe pods -n %s -l %s=%s.", v.Customer.Namespace, v1alpha1.LabelIntegration,
			v.Customer.Name),
	}
}

// refusedPod reports why the API server refuses the pod of a run. It points at the Job, which has the events.
func refusedPod(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus, refused *syncjob.Refusal) jobHealth {
	fact := fmt.Sprintf("%s: no pod can be created", known.Name)
	if refused.Text != "" {
		fact += ": " + refused.Text
	}
	describe := fmt.Sprintf("See: kubectl describe job -n %s %s.", v.Customer.Namespace, refused.Job)
	return jobHealth{v1alpha1.ReasonSyncPodRefused, fact + ".", sentences(refusalAdvice(v, refused.Text), describe)}
}

// refusalAdvice returns which field of the Supplier mends a refusal, "" if none is known to.
func refusalAdvice(v *verdict.Verdict, text string) string {
	for _, advice := range []struct{ has, field string }{
		{"must specify", "resources"},
		{"exceeded quota", "resources"},
		{"usage per", "resources"}, // a LimitRange
		{"PriorityClass", "priorityClassName"},
		{"runAsUser", "podUser"},
		{"label", "jobLabels"},
		{"annotation", "podAnnotations"},
	} {
		if strings.Contains(text, advice.has) {
			return fmt.Sprintf("Correct that, or spec.sync.%s of Supplier/%s.", advice.field, v.Supplier.Name)
		}
	}
	return ""
}

func missingRight(known *v1alpha1.CustomerServiceStatus) jobHealth {
	return jobHealth{
		v1alpha1.ReasonRightMissing,
		fmt.Sprintf("%s: NAV reports that the system user lacks the right to %s.", known.Name,
			services.Of(known.Name).Resource),
		"The customer's administrator adds it in Altinn; if it has the right, contact NAV's support.",
	}
}

func unsettledPlans(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) jobHealth {
	endpoint := v.Customer.Spec.HRM.Endpoint
	if known.Sync.OpenUnknown > 0 {
		return jobHealth{
			v1alpha1.ReasonPlansUnsettled, fmt.Sprintf("%s: NAV may or may not have some plans; they are not sent again.",
				known.Name),
			fmt.Sprintf("Ask NAV's support (the Nav-Call-Id is with each plan), then settle them in the HRM system at %s.",
				endpoint),
		}
	}
	return jobHealth{
		v1alpha1.ReasonPlansUnsettled, fmt.Sprintf("%s: NAV has refused some plans for days.", known.Name),
		fmt.Sprintf("Decide on the undecided plans in the HRM system at %s.", endpoint),
	}
}

// staleAdvice returns what to do about a service without a run that succeeds.
func staleAdvice(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) string {
	if runs := v.Of(known.Name).Runs; len(runs) > 0 && runs[len(runs)-1].Reason == string(runreport.BrokerUnavailable) {
		return "Pods get no token: allow them to reach the Service token-broker in the manager's namespace."
	}
	return fmt.Sprintf("See: kubectl describe cronjob -n %s %s.", v.Customer.Namespace,
		naming.Child(v.Customer.Name, known.Name))
}

// adviceFor returns what to do about a run that failed with a reason.
func adviceFor(v *verdict.Verdict, reason string) string {
	const contactNAV = "If it lasts, send NAV's support the Nav-Call-Id of the run's log."
	hrm, secret := v.Customer.Spec.HRM.Endpoint, v.Customer.Namespace+"/"+v.Customer.Spec.HRM.CredentialsSecretRef.Name
	switch runreport.Reason(reason) {
	case runreport.NAVUnreachable, runreport.NAVError, runreport.NAVTokenRejected:
		return contactNAV
	case runreport.RightMissing:
		return "NAV reports a missing right, as it does while its access service is down. Wait for the next run."
	case runreport.NAVRefusing:
		return "NAV refuses the plans for now; they are sent again. Ask the customer whether its employees are registered with this organization number."
	case runreport.DocumentsHidden:
		return "NAV's lists hide later documents; the next run continues. If it lasts for days, contact NAV's support."
	case runreport.DocumentUnreadable:
		return "A document from NAV cannot be parsed; others are delivered. Report a bug with unit, number and id of the run's log."
	case runreport.DocumentRefused:
		return fmt.Sprintf("The HRM system at %s refuses a document; others are delivered. Send its vendor unit, number "+
			"and id of the run's log.", hrm)
	case runreport.HRMCredentialsMissing:
		return fmt.Sprintf("Create Secret %s with the HRM system's bearer token under %q, and optionally its CA under %q.",
			secret, v1alpha1.HRMTokenKey, v1alpha1.HRMCAKey)
	case runreport.HRMUnauthorized:
		return fmt.Sprintf("The HRM system rejects the token. Put a valid one into Secret %s.", secret)
	case runreport.HRMAddressNotAllowed:
		return fmt.Sprintf("The address of %s is not public. Correct the endpoint, or add its network to "+
			"spec.hrm.allowedAddresses of Supplier/%s.",
			hrm, v.Supplier.Name)
	case runreport.HRMUnreachable, runreport.HRMBadResponse:
		return fmt.Sprintf("Check the HRM system at %s.", hrm)
	case runreport.CursorMoved:
		return fmt.Sprintf("Another client moves the cursor in the HRM system at %s. Find it, such as another cluster with "+
			"this customer.", hrm)
	case runreport.AccessRefused:
		return fmt.Sprintf("The token broker refuses the pods. See the manager's log and Supplier/%s.", v.Supplier.Name)
	default:
		return podAdvice(v, reason)
	}
}

// podAdvice returns what to do about a run whose pod or log has the cause.
func podAdvice(v *verdict.Verdict, reason string) string {
	switch reason {
	case syncjob.RunOutOfMemory:
		return fmt.Sprintf("Raise spec.sync.resources.limits.memory of Supplier/%s.", v.Supplier.Name)
	case syncjob.RunPodGone, syncjob.RunNeverStarted, syncjob.RunPodRefused, syncjob.RunEvicted: // there is no log
		return fmt.Sprintf("See: kubectl get events -n %s.", v.Customer.Namespace)
	default:
		return fmt.Sprintf("See: kubectl logs -n %s -l %s=%s.", v.Customer.Namespace, v1alpha1.LabelIntegration,
			v.Customer.Name)
	}
}

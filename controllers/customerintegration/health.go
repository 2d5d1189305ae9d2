package customerintegration

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
)

// healthReasons rank what SyncHealthy says when services differ, the worst first.
var healthReasons = []struct {
	reason string
	status metav1.ConditionStatus
}{
	{v1alpha1.ReasonHRMOrganizationMismatch, metav1.ConditionFalse},
	{v1alpha1.ReasonSyncPodNotStarting, metav1.ConditionFalse},
	{v1alpha1.ReasonRightMissing, metav1.ConditionFalse},
	{v1alpha1.ReasonSyncFailing, metav1.ConditionFalse},
	{v1alpha1.ReasonSyncStale, metav1.ConditionFalse},
	{v1alpha1.ReasonPlansUnsettled, metav1.ConditionFalse}, // runs have to go on for what was settled to be seen
	{v1alpha1.ReasonSyncRetrying, metav1.ConditionUnknown},
	{v1alpha1.ReasonNoRunYet, metav1.ConditionUnknown},
	{v1alpha1.ReasonSyncSucceeded, metav1.ConditionTrue},
}

// syncHealthy gives the condition of that name. Pure.
func syncHealthy(s *scope, all []v1alpha1.CustomerServiceStatus) condition.State {
	said := map[string][]string{}
	for i := range all {
		if reason, message := healthOf(s, &all[i]); reason != "" {
			said[reason] = append(said[reason], message)
		}
	}
	for _, rank := range healthReasons {
		if messages := said[rank.reason]; len(messages) > 0 {
			return condition.State{Status: rank.status, Reason: rank.reason, Message: strings.Join(messages, " ")}
		}
	}
	return condition.State{Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonNotSyncing, Message: notSyncing(s)}
}

// healthOf tells how the jobs of one service do; "" if none shall run.
func healthOf(s *scope, known *v1alpha1.CustomerServiceStatus) (reason, message string) {
	sync := &known.Sync
	if sync.ActiveSince == nil {
		return "", ""
	}
	ran := sync.LastRun.JobUID != "" && !sync.LastRun.FinishedTime.Before(sync.ActiveSince)
	if ran && sync.LastRun.Reason == string(runreport.HRMOrganizationMismatch) {
		return v1alpha1.ReasonHRMOrganizationMismatch, messageMismatch(s, known)
	}
	if hindrance := syncjob.HindranceOf(s.children.Of(known.Name), s.now); hindrance != "" {
		return v1alpha1.ReasonSyncPodNotStarting, messageNotStarting(s, known, hindrance)
	}
	if ran && sync.LastRun.Reason == syncjob.RunNeverStarted { // until one has started
		return v1alpha1.ReasonSyncPodNotStarting, messageNotStarting(s, known, syncjob.RunNeverStarted)
	}
	return healthOfRuns(s, known, ran)
}

// healthOfRuns tells how the runs of a service end that can start.
func healthOfRuns(s *scope, known *v1alpha1.CustomerServiceStatus, ran bool) (reason, message string) {
	sync := &known.Sync
	switch {
	case sync.SameFailures > tolerated && sync.LastRun.Reason == string(runreport.RightMissing):
		return v1alpha1.ReasonRightMissing, messageRightMissing(known)
	case sync.Failures > tolerated:
		return v1alpha1.ReasonSyncFailing, messageFailing(s, known)
	case stale(s, known.Name, *sync):
		return v1alpha1.ReasonSyncStale, messageStale(s, known)
	case sync.OpenUnknown > 0:
		return v1alpha1.ReasonPlansUnsettled, messageUnsettled(s, known)
	case sync.OpenUndecided > 0:
		return v1alpha1.ReasonPlansUnsettled, messageUndecided(s, known)
	case !ran:
		return v1alpha1.ReasonNoRunYet, fmt.Sprintf("%s: no run has been counted yet.", known.Name)
	case sync.LastRun.Outcome == v1alpha1.SyncFailed:
		return v1alpha1.ReasonSyncRetrying, fmt.Sprintf("%s: the last run failed (%s). The next one is made by schedule.", known.Name, sync.LastRun.Reason)
	default:
		return v1alpha1.ReasonSyncSucceeded, fmt.Sprintf("%s: the last run ended well.", known.Name)
	}
}

func notSyncing(s *scope) string {
	if !s.customer.Syncs() {
		return "Nothing flows, for spec.sync is Disabled: access is verified and reported only."
	}
	return "Nothing flows: see the condition Ready."
}

func messageMismatch(s *scope, known *v1alpha1.CustomerServiceStatus) string {
	return fmt.Sprintf("%s: the HRM solution at %s says that it is another organization's than %s, so nothing was exchanged with it. Correct spec.hrm or spec.organizationNumber, whichever is wrong.",
		known.Name, s.customer.Spec.HRM.Endpoint, s.customer.Spec.OrganizationNumber)
}

func messageNotStarting(s *scope, known *v1alpha1.CustomerServiceStatus, hindrance string) string {
	return fmt.Sprintf("%s: the pod of a run does not start: %s. Look at it: kubectl describe pods -n %s -l %s=%s.",
		known.Name, hindrance, s.customer.Namespace, v1alpha1.LabelIntegration, s.customer.Name)
}

func messageRightMissing(known *v1alpha1.CustomerServiceStatus) string {
	return fmt.Sprintf("%s: NAV says, run after run, that the customer's system user lacks the right to %s. An administrator of the customer gives the system user that right in Altinn; if it has it, NAV's own access service is at fault: tell NAV's support. Access stays as it is, and the next runs try again.",
		known.Name, services.Of(known.Name).Resource)
}

func messageUnsettled(s *scope, known *v1alpha1.CustomerServiceStatus) string {
	return fmt.Sprintf("%s: of some plans it is unknown whether NAV has them, and they are not sent again by themselves. Look in the HRM solution at %s for plans in the state unknown, ask NAV about them with the Nav-Call-Id that is kept there, and settle them there. The next run counts again.",
		known.Name, s.customer.Spec.HRM.Endpoint)
}

func messageUndecided(s *scope, known *v1alpha1.CustomerServiceStatus) string {
	return fmt.Sprintf("%s: NAV has refused some plans for days. Decide on the undecided plans in the HRM system at %s: NAV's last answer is kept there. The next run counts again.",
		known.Name, s.customer.Spec.HRM.Endpoint)
}

func messageFailing(s *scope, known *v1alpha1.CustomerServiceStatus) string {
	return fmt.Sprintf("%s: the last runs have failed, the last one with %s. %s", known.Name, known.Sync.LastRun.Reason, adviceFor(s, known.Sync.LastRun.Reason))
}

func messageStale(s *scope, known *v1alpha1.CustomerServiceStatus) string {
	if runs := syncjob.RunsOf(s.children.Of(known.Name)); len(runs) > 0 && runs[len(runs)-1].Reason == string(runreport.BrokerUnavailable) {
		return fmt.Sprintf("%s: no run has ended well for longer than it should take, for its pods get no token: let them reach the Service token-broker in the manager's namespace, whose log says more.", known.Name)
	}
	return fmt.Sprintf("%s: no run has ended well for longer than it should take. See what its CronJob does: kubectl describe cronjob -n %s %s.",
		known.Name, s.customer.Namespace, naming.Child(s.customer.Name, known.Name))
}

// navAdvice says what to do about a run that failed because of what NAV answered, whatever the customer's spec says.
var navAdvice = map[runreport.Reason]string{
	runreport.DocumentUnreadable: "NAV sends a document that the worker cannot read; the others flow. The run's log has its unit, number and id: report it as a fault of the operator's, or NAV's support if the document is broken.",
	runreport.DocumentsHidden:    "NAV's lists are empty although later documents exist. Each run gets further; if this lasts for days, tell NAV's support.",
	runreport.RightMissing:       "NAV says that the customer's system user lacks a right, and says so too while its own access service is down: wait for the next run.",
	runreport.NAVRefusing:        "NAV refuses plans as it does while one of its registers is down; they are offered again. If no other customer has this, ask the customer whether its employees are registered with this organization number.",
	runreport.NAVUnreachable:     navFailed,
	runreport.NAVError:           navFailed,
	runreport.NAVTokenRejected:   navFailed,
}

const navFailed = "NAV does not do its part: the run's log has the Nav-Call-Id to tell NAV's support."

// adviceFor says what to do about a run that failed with a reason.
func adviceFor(s *scope, reason string) string {
	if advice := navAdvice[runreport.Reason(reason)]; advice != "" {
		return advice
	}
	switch runreport.Reason(reason) {
	case runreport.HRMCredentialsMissing:
		return fmt.Sprintf("Create the Secret %s in namespace %s, with the HRM solution's bearer token under %q; %q may be left out, or holds certificates in PEM.",
			s.customer.Spec.HRM.CredentialsSecretRef.Name, s.customer.Namespace, v1alpha1.HRMTokenKey, v1alpha1.HRMCAKey)
	case runreport.HRMUnauthorized:
		return fmt.Sprintf("The HRM solution does not accept the token in Secret %s: put one there that it accepts.", s.customer.Spec.HRM.CredentialsSecretRef.Name)
	case runreport.HRMAddressNotAllowed:
		return fmt.Sprintf("The HRM solution at %s is at an address within the cluster, a node or a private network: list its network in spec.hrm.allowedAddresses of Supplier %s if it is meant to be there, or correct spec.hrm.endpoint.",
			s.customer.Spec.HRM.Endpoint, s.supplier.Name)
	case runreport.CursorMoved:
		return fmt.Sprintf("Somebody else moves the cursor in the HRM solution at %s: find out who, such as another cluster that serves the same customer.", s.customer.Spec.HRM.Endpoint)
	case runreport.DocumentRefused:
		return fmt.Sprintf("The HRM system at %s refuses a document and takes others. The run's log has its unit, number and id: contact the vendor of the HRM system.", s.customer.Spec.HRM.Endpoint)
	case runreport.HRMUnreachable, runreport.HRMBadResponse:
		return fmt.Sprintf("Ask whoever runs the HRM solution at %s.", s.customer.Spec.HRM.Endpoint)
	case runreport.AccessRefused:
		return "The pods get no token from the manager: its log says why, and see kubectl describe supplier " + s.supplier.Name + "."
	case syncjob.RunOutOfMemory:
		return fmt.Sprintf("Raise spec.sync.resources.limits.memory of Supplier %s.", s.supplier.Name)
	case syncjob.RunPodGone, syncjob.RunNeverStarted, syncjob.RunEvicted: // there is no log
		return fmt.Sprintf("See what became of its pods: kubectl get events -n %s.", s.customer.Namespace)
	default:
		return fmt.Sprintf("Its log: kubectl logs -n %s -l %s=%s.", s.customer.Namespace, v1alpha1.LabelIntegration, s.customer.Name)
	}
}

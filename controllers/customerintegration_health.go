package controllers

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
)

// healthReasons rank what SyncHealthy says when services differ, the worst first.
var healthReasons = []struct {
	reason string
	status metav1.ConditionStatus
}{
	{integrationsv1alpha1.ReasonHRMOrganizationMismatch, metav1.ConditionFalse},
	{integrationsv1alpha1.ReasonSyncPodNotStarting, metav1.ConditionFalse},
	{integrationsv1alpha1.ReasonSyncFailing, metav1.ConditionFalse},
	{integrationsv1alpha1.ReasonSyncStale, metav1.ConditionFalse},
	{integrationsv1alpha1.ReasonSyncRetrying, metav1.ConditionUnknown},
	{integrationsv1alpha1.ReasonNoRunYet, metav1.ConditionUnknown},
	{integrationsv1alpha1.ReasonSyncSucceeded, metav1.ConditionTrue},
}

// syncHealthy gives the condition of that name. Pure.
func syncHealthy(s *customerScope, all []integrationsv1alpha1.CustomerServiceStatus) finding {
	said := map[string][]string{}
	for i := range all {
		if reason, message := healthOf(s, &all[i]); reason != "" {
			said[reason] = append(said[reason], message)
		}
	}
	for _, rank := range healthReasons {
		if messages := said[rank.reason]; len(messages) > 0 {
			return finding{rank.status, rank.reason, strings.Join(messages, " ")}
		}
	}
	return finding{metav1.ConditionUnknown, integrationsv1alpha1.ReasonNotSyncing, notSyncing(s)}
}

// healthOf tells how the jobs of one service do; "" if none shall run.
func healthOf(s *customerScope, known *integrationsv1alpha1.CustomerServiceStatus) (reason, message string) {
	sync := &known.Sync
	if sync.ActiveSince == nil {
		return "", ""
	}
	ran := sync.LastRun.JobUID != "" && !sync.LastRun.FinishedTime.Before(sync.ActiveSince)
	if ran && sync.LastRun.Reason == string(runreport.HRMOrganizationMismatch) {
		return integrationsv1alpha1.ReasonHRMOrganizationMismatch, messageMismatch(s, known)
	}
	if hindrance := hindranceOf(s.children.of(known.Name), s.now); hindrance != "" {
		return integrationsv1alpha1.ReasonSyncPodNotStarting, messageNotStarting(s, known, hindrance)
	}
	if ran && sync.LastRun.Reason == runNeverStarted { // until one has started
		return integrationsv1alpha1.ReasonSyncPodNotStarting, messageNotStarting(s, known, runNeverStarted)
	}
	if sync.Failures > tolerated {
		return integrationsv1alpha1.ReasonSyncFailing, messageFailing(s, known)
	}
	if stale(s, known.Name, *sync) {
		return integrationsv1alpha1.ReasonSyncStale, messageStale(s, known)
	}
	switch {
	case !ran:
		return integrationsv1alpha1.ReasonNoRunYet, fmt.Sprintf("%s: no run has been counted yet.", known.Name)
	case sync.LastRun.Outcome == integrationsv1alpha1.SyncFailed:
		return integrationsv1alpha1.ReasonSyncRetrying, fmt.Sprintf("%s: the last run failed (%s). The next one is made by schedule.", known.Name, sync.LastRun.Reason)
	default:
		return integrationsv1alpha1.ReasonSyncSucceeded, fmt.Sprintf("%s: the last run ended well.", known.Name)
	}
}

func notSyncing(s *customerScope) string {
	if !s.customer.Syncs() {
		return "Nothing flows, for spec.sync is Disabled: access is verified and reported only."
	}
	return "Nothing flows: see the condition Ready."
}

func messageMismatch(s *customerScope, known *integrationsv1alpha1.CustomerServiceStatus) string {
	return fmt.Sprintf("%s: the HRM solution at %s says that it is another organization's than %s, so nothing was exchanged with it. Correct spec.hrm or spec.organizationNumber, whichever is wrong.",
		known.Name, s.customer.Spec.HRM.Endpoint, s.customer.Spec.OrganizationNumber)
}

func messageNotStarting(s *customerScope, known *integrationsv1alpha1.CustomerServiceStatus, hindrance string) string {
	return fmt.Sprintf("%s: the pod of a run does not start: %s. Look at it: kubectl describe pods -n %s -l %s=%s.",
		known.Name, hindrance, s.customer.Namespace, integrationsv1alpha1.LabelIntegration, s.customer.Name)
}

func messageFailing(s *customerScope, known *integrationsv1alpha1.CustomerServiceStatus) string {
	return fmt.Sprintf("%s: the last runs have failed, the last one with %s. %s", known.Name, known.Sync.LastRun.Reason, adviceFor(s, known.Sync.LastRun.Reason))
}

func messageStale(s *customerScope, known *integrationsv1alpha1.CustomerServiceStatus) string {
	if runs := runsOf(s.children.of(known.Name)); len(runs) > 0 && runs[len(runs)-1].reason == string(runreport.BrokerUnavailable) {
		return fmt.Sprintf("%s: no run has ended well for longer than it should take, for its pods get no token: let them reach the Service token-broker in the manager's namespace, whose log says more.", known.Name)
	}
	return fmt.Sprintf("%s: no run has ended well for longer than it should take. See what its CronJob does: kubectl describe cronjob -n %s %s.",
		known.Name, s.customer.Namespace, naming.Child(s.customer.Name, known.Name))
}

// adviceFor says what to do about a run that failed with a reason.
func adviceFor(s *customerScope, reason string) string {
	switch runreport.Reason(reason) {
	case runreport.HRMCredentialsMissing:
		return fmt.Sprintf("Create the Secret %s in namespace %s, with the HRM solution's bearer token under %q.",
			s.customer.Spec.HRM.CredentialsSecretRef.Name, s.customer.Namespace, integrationsv1alpha1.HRMTokenKey)
	case runreport.HRMUnauthorized:
		return fmt.Sprintf("The HRM solution does not accept the token in Secret %s: put one there that it accepts.", s.customer.Spec.HRM.CredentialsSecretRef.Name)
	case runreport.HRMUnreachable, runreport.HRMBadResponse:
		return fmt.Sprintf("Ask whoever runs the HRM solution at %s.", s.customer.Spec.HRM.Endpoint)
	case runreport.AccessRefused:
		return "The pods get no token from the manager: its log says why, and see kubectl describe supplier " + s.supplier.Name + "."
	case runreport.NAVUnreachable, runreport.NAVError, runreport.NAVTokenRejected:
		return "NAV does not do its part: the run's log has the Nav-Call-Id to tell NAV's support."
	case runOutOfMemory:
		return fmt.Sprintf("Raise spec.sync.resources.limits.memory of Supplier %s.", s.supplier.Name)
	case runPodGone, runNeverStarted, runEvicted: // there is no log
		return fmt.Sprintf("See what became of its pods: kubectl get events -n %s.", s.customer.Namespace)
	default:
		return fmt.Sprintf("Its log: kubectl logs -n %s -l %s=%s.", s.customer.Namespace, integrationsv1alpha1.LabelIntegration, s.customer.Name)
	}
}

package customerintegration

import (
	"cmp"
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

// jobHealth is the health of the jobs of one service, or of all.
type jobHealth struct {
	reason string // "" if no run is allowed
	fact   string
	action string // "" if there is nothing to do
	// actor is who acts, "" for the one that the table has for the reason.
	actor condition.Actor
}

// status returns the status of SyncHealthy.
func (h jobHealth) status() metav1.ConditionStatus {
	status, _ := condition.Of(h.reason).At(condition.Customer, v1alpha1.ConditionSyncHealthy)
	return status
}

// healthOfJobs returns the worst health of the services' jobs.
func healthOfJobs(v *verdict.Verdict, all []v1alpha1.CustomerServiceStatus) jobHealth {
	healths := make([]jobHealth, 0, len(all))
	for i := range all {
		if h := healthOf(v, &all[i]); h.reason != "" {
			healths = append(healths, h)
		}
	}
	return worstHealth(healths)
}

// worstHealth returns the health that ranks first, with the facts of all services that have it.
func worstHealth(all []jobHealth) jobHealth {
	reasons := make([]string, 0, len(all))
	found := map[string]jobHealth{}
	for _, h := range all {
		reasons = append(reasons, h.reason)
		before := found[h.reason]
		h.actor = condition.FirstActor(before.actor, cmp.Or(h.actor, condition.Of(h.reason).Actor))
		h.fact = sentences(before.fact, before.action, h.fact) // each with its own action
		found[h.reason] = h
	}
	return found[condition.WorstReason(reasons...)]
}

// syncCondition returns the condition of that name. What to do is in Ready, if Ready has the reason.
func syncCondition(v *verdict.Verdict, jobs jobHealth, ready condition.State) condition.State {
	switch {
	case jobs.reason == "" && !v.Customer.Syncs():
		return condition.Unknown(v1alpha1.ReasonNotSyncing, "spec.sync is Disabled: access is verified, and no jobs run.")
	case jobs.reason == "":
		return condition.Unknown(v1alpha1.ReasonNotSyncing, "Sync is not allowed; see Ready.")
	case jobs.reason == ready.Reason:
		message := condition.Of(jobs.reason).Cause
		if jobs.reason == v1alpha1.ReasonSyncStale {
			message = "No run has succeeded in time; see Ready."
		}
		return condition.State{Status: jobs.status(), Reason: jobs.reason, Message: message}
	default:
		return condition.State{Status: jobs.status(), Reason: jobs.reason, Message: sentences(jobs.fact, jobs.action)}
	}
}

// sentences joins those that are not empty. A command has no full stop, since it would be pasted with the command; a
// semicolon, which shells accept, separates it from the next sentence.
func sentences(all ...string) string {
	var joined string
	for _, text := range slices.DeleteFunc(all, func(text string) bool { return text == "" }) {
		switch {
		case joined == "":
		case endsInCommand(joined):
			joined += "; "
		default:
			joined += " "
		}
		joined += text
	}
	return joined
}

// endsInCommand reports whether a text ends in a command of kubectl.
func endsInCommand(text string) bool {
	i := strings.LastIndex(text, ": kubectl ")
	return i >= 0 && !strings.HasSuffix(text, ".") && !strings.Contains(text[i:], "; ")
}

// healthOf returns the health of the jobs of one service.
func healthOf(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) jobHealth {
	sync := &known.Sync
	if sync.ActiveSince == nil {
		return jobHealth{}
	}
	child := v.Service(known.Name).Child
	refused, blocker := syncjob.RefusalOf(child, v.Now), syncjob.BlockerOf(child, v.Now)
	ran := sync.LastRun.JobUID != "" && !sync.LastRun.FinishedTime.Before(sync.ActiveSince)
	switch {
	case ran && runOf(v, known).AtOnce != "":
		return setupFault(v, known)
	case refused != nil:
		return refusedPod(v, known, refused)
	case sync.StartFailure != "" && availability.LacksPods(v.Supplier):
		return jobHealth{
			reason: v1alpha1.ReasonSyncRetrying, fact: fmt.Sprintf(
				"%s: the pod of a run does not start (%s), nor do those of other customers.", known.Name, sync.StartFailure),
			action: fmt.Sprintf("See Supplier/%s.", v.Supplier.Name),
		}
	case blocker != "":
		return startFailure(v, known, blocker)
	case child.RefusedWrite != nil:
		return refusedWriteHealth(v, known, child.RefusedWrite)
	case sync.JobRefusedTime != nil:
		return refusedJob(v, known, syncjob.JobRefusal(child))
	case ran && !syncjob.HasStartedSince(child, sync.LastRun.FinishedTime.Time):
		return healthOfUnstarted(v, known, child)
	default:
		return healthOfRuns(v, known, ran)
	}
}

// healthOfUnstarted returns the health of the jobs of a service if no run has started since the last one ended.
func healthOfUnstarted(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus, child *syncjob.Child) jobHealth {
	switch last := known.Sync.LastRun; runreport.Reason(last.Reason) {
	case runreport.PodRefused:
		return refusedPod(v, known, syncjob.LastRefusal(child, last.JobUID))
	case runreport.NeverStarted:
		return startFailure(v, known, last.Reason)
	default:
		return healthOfRuns(v, known, true)
	}
}

// healthOfRuns returns the health by the ends of a service's runs. A fault that many customers' runs meet is excused.
func healthOfRuns(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus, ran bool) jobHealth {
	sync := &known.Sync
	run, excuse := runOf(v, known), excuseFor(v, known)
	switch {
	case excuse != "" && ran:
		return jobHealth{
			reason: v1alpha1.ReasonSyncRetrying, fact: fmt.Sprintf("%s: %s", known.Name, excuse),
			action: fmt.Sprintf("See Supplier/%s.", v.Supplier.Name),
		}
	case sync.SameFailures > tolerated && sync.LastRun.Reason == string(runreport.RightMissing):
		return missingRight(v, known)
	case sync.Failures > tolerated:
		return jobHealth{
			v1alpha1.ReasonSyncFailing, fmt.Sprintf("%s: %s", known.Name, failedRuns(v, known)), fill(v, known, run.Action),
			run.Actor,
		}
	case v.Service(known.Name).Stale:
		return staleHealth(v, known)
	case sync.OpenUnknown > 0 || sync.OpenUndecided > 0:
		return unsettledPlans(v, known)
	case !ran:
		return jobHealth{reason: v1alpha1.ReasonNoRunYet, fact: fmt.Sprintf("%s: no run has ended yet.", known.Name)}
	case sync.LastRun.Outcome == v1alpha1.SyncFailed:
		verb := "failed"
		if condition.RunOf(sync.LastRun.Reason).Disruption {
			verb = "was interrupted"
		}
		return jobHealth{reason: v1alpha1.ReasonSyncRetrying, fact: fmt.Sprintf(
			"%s: the last run %s (%s); waiting for the next one.", known.Name, verb, sync.LastRun.Reason)}
	default:
		return jobHealth{
			reason: v1alpha1.ReasonSyncSucceeded, fact: fmt.Sprintf("%s: the last run succeeded.", known.Name),
		}
	}
}

// excuseFor returns the fault of the last run of a service if many customers' runs met it, by the Supplier's status. It
// is "" otherwise.
func excuseFor(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) string {
	run := &known.Sync.LastRun
	reason := runreport.Reason(run.Reason)
	switch {
	case reason.BlamesNAV() && availability.ExcusesNAV(v.Supplier, known.Name, run.FinishedTime.Time):
		return fmt.Sprintf("NAV did not serve the last run (%s), nor those of other customers.", reason)
	case reason == runreport.BrokerUnavailable && availability.LacksTokens(v.Supplier):
		return "the last run got no token, nor did those of other customers."
	default:
		return ""
	}
}

// setupFault reports the fault of the setup by which the last run failed.
func setupFault(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) jobHealth {
	run := runOf(v, known)
	return jobHealth{run.AtOnce, string(known.Name) + ": " + fill(v, known, run.Fact), fill(v, known, run.Action), run.Actor}
}

// staleHealth reports a service of which no run has succeeded in time.
func staleHealth(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) jobHealth {
	h := jobHealth{
		reason: v1alpha1.ReasonSyncStale,
		fact:   fmt.Sprintf("%s: no run has succeeded for at least three periods of its schedule.", known.Name),
		action: fmt.Sprintf("See: kubectl describe cronjob -n %s %s", v.Customer.Namespace,
			naming.Child(v.Customer.Name, known.Name)),
	}
	if run := runOf(v, known); run.Action != "" {
		h.action, h.actor = fill(v, known, run.Action), run.Actor
	}
	return h
}

func startFailure(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus, blocker string) jobHealth {
	return jobHealth{
		reason: v1alpha1.ReasonSyncPodNotStarting,
		fact:   fmt.Sprintf("%s: the pod of a run cannot start (%s).", known.Name, blocker),
		action: fmt.Sprintf("See: kubectl describe pods -n %s -l %s=%s", v.Customer.Namespace, v1alpha1.LabelIntegration,
			v.Customer.Name),
	}
}

// refusedPod reports why the API server refuses the pod of a run. It points at the Job, or at the events if the Job is
// gone.
func refusedPod(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus, refused *syncjob.Refusal) jobHealth {
	fact := fmt.Sprintf("%s: no pod can be created", known.Name)
	if refused.Text != "" {
		fact += ": " + refused.Text
	}
	see := fmt.Sprintf("See: kubectl describe job -n %s %s", v.Customer.Namespace, refused.Name)
	if refused.Name == "" {
		see = fmt.Sprintf("See: kubectl get events -n %s --field-selector reason=%s", v.Customer.Namespace,
			syncjob.FailedCreate)
	}
	return jobHealth{
		reason: v1alpha1.ReasonSyncPodRefused, fact: fact + ".",
		action: sentences(refusalAdvice(v, refused.Text), see),
	}
}

// refusedJob reports why the API server refuses the Jobs of a service. The refusal is nil if its event has expired.
func refusedJob(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus, refused *syncjob.Refusal) jobHealth {
	text := ""
	if refused != nil && refused.Text != "" {
		text = ": " + refused.Text
	}
	return jobHealth{
		reason: v1alpha1.ReasonSyncJobRefused, fact: fmt.Sprintf("%s: no Job can be created%s.", known.Name, text),
		action: sentences(refusedJobAdvice(v, text), fmt.Sprintf("See: kubectl describe cronjob -n %s %s",
			v.Customer.Namespace, naming.Child(v.Customer.Name, known.Name))),
	}
}

// refusedWriteHealth reports why the API server refuses what the operator writes for a service.
func refusedWriteHealth(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus, refused *syncjob.Refusal) jobHealth {
	return jobHealth{
		reason: v1alpha1.ReasonSyncJobRefused,
		fact:   fmt.Sprintf("%s: the operator cannot write %s: %s.", known.Name, refused.Name, refused.Text),
		action: refusedJobAdvice(v, refused.Text),
	}
}

// refusedJobAdvice returns what mends the refusal of a Job or CronJob.
func refusedJobAdvice(v *verdict.Verdict, text string) string {
	switch {
	case strings.Contains(text, "quota"):
		return "Raise that quota."
	case strings.Contains(text, "label"):
		return fmt.Sprintf("Change that policy, or set spec.sync.jobLabels of Supplier/%s.", v.Supplier.Name)
	case text != "":
		return "Correct what it names."
	default:
		return ""
	}
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

func missingRight(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) jobHealth {
	if agent := known.Authorization.Through; agent != "" {
		return jobHealth{
			reason: v1alpha1.ReasonRightMissing,
			fact: fmt.Sprintf("%s: NAV reports that the system user of agent %s lacks the right to %s for %s.", known.Name,
				agent, strings.Join(v.Service(known.Name).Definition.Rights(), ", "), organizationTitle(v)),
			action: "The customer gives the agent the access packages, and the agent keeps it as a client; " +
				"if both are done, contact NAV's support.",
		}
	}
	return jobHealth{
		reason: v1alpha1.ReasonRightMissing,
		fact: fmt.Sprintf("%s: NAV reports that the system user of %s lacks the right to %s.", known.Name,
			organizationTitle(v), strings.Join(v.Service(known.Name).Definition.Rights(), ", ")),
		action: "The customer's administrator adds it in Altinn; if it has the right, contact NAV's support.",
	}
}

func unsettledPlans(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) jobHealth {
	endpoint := v.Customer.Spec.HRM.Endpoint
	if known.Sync.OpenUnknown > 0 {
		return jobHealth{
			reason: v1alpha1.ReasonPlansUnsettled,
			fact:   fmt.Sprintf("%s: NAV may or may not have some plans; they are not sent again.", known.Name),
			action: fmt.Sprintf("Ask NAV's support (the Nav-Call-Id is with each plan), then settle them in the HRM system at %s.",
				endpoint),
		}
	}
	return jobHealth{
		reason: v1alpha1.ReasonPlansUnsettled, fact: fmt.Sprintf("%s: NAV has refused some plans for days.", known.Name),
		action: fmt.Sprintf("Decide on the undecided plans in the HRM system at %s.", endpoint),
	}
}

// runOf returns the row of the reason, and of the cause, of a service's last run.
func runOf(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) condition.Run {
	if blamesUnusedHRM(v, known) {
		return condition.Run{Actor: condition.PlatformTeam, Action: "{correctWorker}"}
	}
	return condition.RunWith(known.Sync.LastRun.Reason, known.Sync.LastRun.Cause)
}

// blamesUnusedHRM reports whether the last run of a service blames the HRM system, which the service does not use: the
// Supplier gave it to the service before, or the worker is wrong.
func blamesUnusedHRM(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) bool {
	return runreport.Reason(known.Sync.LastRun.Reason).BlamesHRM() && !v.Service(known.Name).Definition.UsesHRM()
}

// failedRuns reports that the last runs of a service failed, and the cause of the last failure.
func failedRuns(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) string {
	last := known.Sync.LastRun
	if cause := condition.CauseOf(last.Reason, last.Cause); cause.Cause != "" && !blamesUnusedHRM(v, known) {
		return "the last runs failed: " + fill(v, known, cause.Fact)
	}
	return fmt.Sprintf("the last runs failed (%s).", last.Reason)
}

// peerOf returns the outside service at which the last run of a service failed.
func peerOf(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus) condition.Peer {
	const proxy, from = "spec.sync.proxy of Supplier/{supplier}", "a pod in namespace {namespace}"
	if known.Sync.LastRun.Reason == string(runreport.NAVUnreachable) {
		return condition.Peer{
			Name: "NAV", URL: v.Service(known.Name).Definition.APIURL(v.Supplier), Proxy: proxy, From: from,
			Authority: "Exempt it from TLS inspection, or set spec.sync.caConfigMapRef of Supplier/{supplier}.",
		}
	}
	return condition.Peer{
		Name: "the HRM system", URL: v.Customer.Spec.HRM.Endpoint, Proxy: proxy, From: from,
		Authority: fmt.Sprintf("Put its CA into Secret {secret} under %q.", v1alpha1.HRMCAKey),
	}
}

// fill replaces the placeholders of a text about a service's last run.
func fill(v *verdict.Verdict, known *v1alpha1.CustomerServiceStatus, text string) string {
	c := v.Customer
	correctWorker, memoryLimit := fieldsOfJob(v.Supplier, known.Name)
	return strings.NewReplacer(
		"{correctWorker}", correctWorker,
		"{memoryLimit}", memoryLimit,
		"{hrm}", c.Spec.HRM.Endpoint,
		"{secretName}", c.Spec.HRM.CredentialsSecretRef.Name,
		"{secret}", c.Namespace+"/"+c.Spec.HRM.CredentialsSecretRef.Name,
		"{organization}", string(c.Spec.OrganizationNumber),
		"{supplier}", v.Supplier.Name,
		"{namespace}", c.Namespace,
		"{caConfigMap}", v.Supplier.Spec.Sync.CAConfigMapRef.Name,
		"{caKey}", v.Supplier.Spec.Sync.CAConfigMapRef.Key,
		"{selector}", v1alpha1.LabelIntegration+"="+c.Name,
	).Replace(peerOf(v, known).Fill(text))
}

// fieldsOfJob returns how to correct the worker of a service, and the field of its memory limit.
func fieldsOfJob(s *v1alpha1.Supplier, name v1alpha1.ServiceName) (correctWorker, memoryLimit string) {
	if service, _ := services.Of(s, name); service.Custom != nil {
		return fmt.Sprintf("The run's log says why: correct custom.job of %s in Supplier/%s, or its image.", name, s.Name),
			fmt.Sprintf("custom.job.resources.limits.memory of %s in Supplier/%s", name, s.Name)
	}
	return fmt.Sprintf("Use the manager's version of the worker: correct spec.sync.image of Supplier/%s, or the manager's "+
		"init container sync.", s.Name), "spec.sync.resources.limits.memory of Supplier/" + s.Name
}

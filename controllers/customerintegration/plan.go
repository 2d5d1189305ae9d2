package customerintegration

import (
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/failpoint"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/syncjob"
)

// planOf lists what is to be done at the API server for a customer's jobs, in order.
func planOf(v *verdict.Verdict) ([]action, error) {
	var actions []action
	for i := range v.Services {
		s := &v.Services[i]
		planned, err := planService(v, s)
		if err != nil {
			return nil, err
		}
		actions = slices.Concat(actions, planStrays(s.Child), planAdoption(v, s), planned)
	}
	for _, orphan := range v.Children.Orphans {
		actions = append(actions, action{
			verb: "delete", kind: orphan.GetObjectKind().GroupVersionKind().Kind,
			name: orphan.GetName(), remove: orphan,
		})
	}
	return actions, nil
}

// planService plans one service. If sync is allowed, it applies account and CronJob, and then creates a Job besides the
// schedule if one is wanted. If sync is paused, it suspends the CronJob, and Jobs continue. If sync is not allowed, it
// also deletes the Jobs.
func planService(v *verdict.Verdict, s *verdict.Service) ([]action, error) {
	switch {
	case s.Paused:
		return suspend(s.Child), nil
	case !s.MaySync:
		return append(suspend(s.Child), stopJobs(s.Child)...), nil
	case s.Child.Conflict.Exists() || s.Child.LeftOver:
		return nil, nil
	case v.BrokerErr != nil: // what exists stays
		blocked := action{verb: "apply", kind: "CronJob", name: naming.Child(v.Customer.Name, s.Name), blocked: v.BrokerErr}
		return []action{blocked}, nil //nolint:nilerr // Executing the action returns it.
	}
	text := scheduleText(s)
	if text == "" {
		return nil, nil
	}
	desired, err := desiredOf(v, s).CronJob(text)
	if err != nil {
		return nil, err
	}
	actions, err := planCronJob(s, desired, desiredOf(v, s).Account())
	if err != nil {
		return nil, err
	}
	actions = append(actions, endOutlasted(v, s)...)
	actions = append(actions, stopOthers(s)...)
	if wanted := wantedJob(s, desired); wanted != nil && mayRunNow(v, s) {
		actions = append(actions, *wanted)
	}
	return actions, nil
}

// desiredOf returns what the objects of a service are created from.
func desiredOf(v *verdict.Verdict, s *verdict.Service) syncjob.Desired {
	return syncjob.Desired{
		Customer: v.Customer, Supplier: v.Supplier, Service: s.Name, Image: v.Image, Broker: v.Broker,
		ShardLabels: v.ShardLabels,
	}
}

// scheduleText returns the schedule of the CronJob. An invalid schedule leaves a CronJob the one that it has; if there
// is no CronJob, it is "".
func scheduleText(s *verdict.Service) string {
	switch {
	case s.Schedule.Valid:
		return s.Schedule.String()
	case s.Child.CronJob != nil:
		return s.Child.CronJob.Spec.Schedule
	default:
		return ""
	}
}

// planCronJob applies account and CronJob if they differ from the desired state.
func planCronJob(
	s *verdict.Service, desired *batchv1.CronJob, account *corev1.ServiceAccount,
) ([]action, error) {
	var actions []action
	if s.Child.Account == nil || syncjob.MetadataDiffers(account, s.Child.Account) {
		actions = append(actions, action{
			verb: "apply", kind: "ServiceAccount", name: account.Name, account: account,
			exists: s.Child.Account != nil, service: s.Name,
		})
	}
	current := s.Child.CronJob
	differ, err := syncjob.CronJobDiffers(desired, current, s.Child.Admitted)
	if err != nil || !differ {
		return actions, err
	}
	apply := action{
		verb: "apply", kind: "CronJob", name: desired.Name, cronJob: desired, exists: current != nil, service: s.Name,
		spread: current != nil && !syncjob.IsSuspended(current) && !s.Child.AdoptCronJob,
	}
	switch {
	case current == nil && s.KnownSync.CronJobName != "":
		apply.event, apply.note = v1alpha1.EventCronJobRestored, fmt.Sprintf(
			"CronJob %s was deleted and has been created again. To stop the customer's jobs, set spec.suspend or spec.sync.",
			desired.Name)
	case current != nil && !s.Child.AdoptCronJob && syncjob.IsEdited(current, desired):
		apply.event, apply.note = v1alpha1.EventCronJobRestored, restoreNote(desired.Name, nil)
	}
	return append(actions, apply), nil
}

// mayRunNow reports whether a Job besides the schedule may be created now: none runs, and runPace allows it. Otherwise
// it is created later. Several requests meanwhile lead to one Job, because its name derives from the last.
func mayRunNow(v *verdict.Verdict, s *verdict.Service) bool {
	return !s.Child.AdoptCronJob && !syncjob.HasRunningJob(s.Child) && v.After(v.Limits.Runs[s.Name]).IsZero()
}

// wantedJob plans the Job that is to be created besides the schedule, nil if there is none. Its owner is the active
// CronJob, or the one that the plan applies first.
func wantedJob(s *verdict.Service, desired *batchv1.CronJob) *action {
	name, place := firstJob(s), failpoint.FirstJobCreated
	if name == "" {
		name, place = requestedJob(s), ""
	}
	if name == "" {
		return nil
	}
	wanted := &action{verb: "create", kind: "Job", name: name, template: desired, service: s.Name, failpoint: place}
	if hasActiveCronJob(s.Child) {
		wanted.owner = s.Child.CronJob
	}
	return wanted
}

// hasActiveCronJob reports whether the CronJob of a service exists and is not suspended.
func hasActiveCronJob(c *syncjob.Child) bool {
	return c.CronJob != nil && !syncjob.IsSuspended(c.CronJob)
}

// firstJob returns the name of the Job that is to be created because access was granted: one for each time. It is "" if
// there is none.
func firstJob(s *verdict.Service) string {
	if s.Sync.FirstJobName == s.FirstJob || syncjob.HasJob(s.Child, s.FirstJob) {
		return ""
	}
	return s.FirstJob
}

// requestedJob returns the name of the Job that is to be created for a handled request: it is for a verification and a
// run. It is "" if there is none.
func requestedJob(s *verdict.Service) string {
	if s.Sync.RequestedJobName == s.RequestedJob || syncjob.HasJob(s.Child, s.RequestedJob) {
		return ""
	}
	return s.RequestedJob
}

// suspend suspends the CronJob of a service for which sync is not allowed. It removes the hash of what was applied, so
// that an active CronJob without one was resumed by another client.
func suspend(c *syncjob.Child) []action {
	if c.CronJob == nil || c.AdoptCronJob || syncjob.IsSuspended(c.CronJob) {
		return nil
	}
	a := action{
		verb: "suspend", kind: "CronJob", name: c.CronJob.Name, suspend: c.CronJob,
		failpoint: failpoint.CronJobSuspended,
	}
	if c.CronJob.Annotations[v1alpha1.AnnotationApplied] == "" {
		a.event, a.note = v1alpha1.EventCronJobRestored, fmt.Sprintf(
			"CronJob %s was resumed although sync is not allowed, and is suspended again: see the condition Ready.",
			c.CronJob.Name)
	}
	return []action{a}
}

// endOutlasted deletes the Jobs whose worker succeeded some time ago and that other containers keep from ending,
// because no other run may start beside them. The status has counted the run.
func endOutlasted(v *verdict.Verdict, s *verdict.Service) []action {
	var actions []action
	for _, outlasted := range syncjob.OutlastedJobs(s.Child) {
		if v.Now.Before(outlasted.Until) {
			continue
		}
		actions = append(actions, action{
			verb: "delete", kind: "Job", name: outlasted.Job.Name, remove: outlasted.Job,
			event: v1alpha1.EventRunOutlasted,
			note: fmt.Sprintf("Job %s was deleted: its run succeeded, and its container %s went on. Exclude pods from "+
				"injection by spec.sync.jobLabels or podAnnotations of Supplier/%s, or make it a native sidecar.",
				outlasted.Job.Name, strings.Join(outlasted.Containers, ", "), v.Supplier.Name),
		})
	}
	return actions
}

// stopJobs deletes the Jobs of a service for which sync is not allowed.
func stopJobs(c *syncjob.Child) []action {
	return stopJobsOf(c, func(*batchv1.Job) bool { return true }, "sync is no longer allowed; see the condition Ready")
}

// stopOthers deletes the Jobs for another access than the service needs now, because the token broker refuses them.
func stopOthers(s *verdict.Service) []action {
	access := s.Definition.AccessID()
	return stopJobsOf(s.Child, func(job *batchv1.Job) bool {
		return job.Annotations[podseal.AnnotationAccess] != access
	}, "the Supplier has changed the access of its service; the next run follows the schedule")
}

// stopJobsOf deletes the Jobs that have not ended and that match, for a reason.
func stopJobsOf(c *syncjob.Child, matches func(*batchv1.Job) bool, because string) []action {
	var actions []action
	for i := range c.Jobs {
		job := &c.Jobs[i]
		finished, _ := syncjob.FinishOf(job)
		if !finished.IsZero() || !job.DeletionTimestamp.IsZero() || !matches(job) {
			continue
		}
		actions = append(actions, action{
			verb: "delete", kind: "Job", name: job.Name, remove: job,
			event: v1alpha1.EventRunStopped,
			note:  fmt.Sprintf("Job %s is stopped because %s.", job.Name, because),
		})
	}
	return actions
}

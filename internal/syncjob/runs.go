package syncjob

import (
	"cmp"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
)

// Run is a Job that has ended.
type Run struct {
	UID      string
	Created  time.Time // of its Job
	Finished time.Time
	// StartDelay is how long after it was due by its schedule the run's first pod was created: by Kubernetes' controllers,
	// without the nodes. It is nil for a run besides the schedule or without a pod.
	StartDelay *time.Duration
	Outcome    v1alpha1.SyncOutcome
	Reason     runreport.Reason
	// Report is the run's own report, the zero value if there is none or it contradicts the Job.
	Report runreport.Report
	// Excused reports whether the run got no token because of an outage.
	Excused bool
}

// RunsOf lists the runs of a service that have ended, oldest first. A Job that is being deleted does not count: it was
// stopped on purpose. Nor does one whose pod has not ended in the cache yet, unless only other containers than the
// worker's go on.
func RunsOf(c *Child) []Run {
	var runs []Run
	for i := range c.Jobs {
		job := &c.Jobs[i]
		pods := podsOf(c.Pods, job)
		finished, succeeded := runEnd(job, pods)
		if finished.IsZero() || !job.DeletionTimestamp.IsZero() {
			continue
		}
		r := Run{UID: string(job.UID), Created: job.CreationTimestamp.Time, Finished: finished.UTC().Truncate(time.Second)}
		r.Outcome, r.Reason, r.Report = outcomeOf(c, job, pods, succeeded)
		r.StartDelay = startDelayOf(job, pods)
		for _, pod := range pods[:max(0, len(pods)-1)] { // those that were disrupted
			if report, err := reportOf(terminatedState(pod)); err == nil {
				r.Report = r.Report.Plus(report)
			}
		}
		runs = append(runs, r)
	}
	slices.SortFunc(runs, func(a, b Run) int { return cmp.Or(a.Finished.Compare(b.Finished), cmp.Compare(a.UID, b.UID)) })
	return runs
}

// startDelayOf returns how long after its scheduled time a Job's first pod was created, nil if either is unknown.
func startDelayOf(job *batchv1.Job, pods []*corev1.Pod) *time.Duration {
	due, err := time.Parse(time.RFC3339, job.Annotations[batchv1.CronJobScheduledTimestampAnnotation])
	if err != nil || len(pods) == 0 {
		return nil
	}
	return new(max(0, pods[0].CreationTimestamp.Sub(due)))
}

// runEnd returns when the run of a Job ended, the zero time if it has not, and whether the Job succeeded.
func runEnd(job *batchv1.Job, pods []*corev1.Pod) (finished time.Time, succeeded bool) {
	last := lastPod(pods)
	switch {
	case len(Outlasting(last)) > 0:
		return terminatedState(last).FinishedAt.Time, false
	case slices.ContainsFunc(pods, func(pod *corev1.Pod) bool { return !hasEnded(pod) }):
		return time.Time{}, false
	default:
		return FinishOf(job)
	}
}

// FinishOf returns when a Job finished, the zero time if it has not, and whether it succeeded.
func FinishOf(job *batchv1.Job) (finished time.Time, succeeded bool) {
	for _, c := range job.Status.Conditions {
		if c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) {
			return c.LastTransitionTime.Time, c.Type == batchv1.JobComplete
		}
	}
	return time.Time{}, false
}

// podsOf returns the pods of a Job, oldest first. It has several if pods were disrupted.
func podsOf(pods []corev1.Pod, job *batchv1.Job) []*corev1.Pod {
	var all []*corev1.Pod
	for i := range pods {
		if metav1.IsControlledBy(&pods[i], job) {
			all = append(all, &pods[i])
		}
	}
	slices.SortStableFunc(all, func(a, b *corev1.Pod) int {
		return a.CreationTimestamp.Compare(b.CreationTimestamp.Time)
	})
	return all
}

// lastPod returns the newest of pods that podsOf returned, nil if there is none.
func lastPod(pods []*corev1.Pod) *corev1.Pod {
	if len(pods) == 0 {
		return nil
	}
	return pods[len(pods)-1]
}

// isDisrupted reports whether a pod was ended for a reason outside of it, as Kubernetes reports it.
func isDisrupted(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue
	})
}

func hasEnded(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// IsTerminating reports whether a pod is being deleted and may still run. One that outlives its grace period does not
// count: its node may be gone.
func IsTerminating(pod *corev1.Pod, now time.Time) bool {
	return !hasEnded(pod) && !pod.DeletionTimestamp.IsZero() && pod.DeletionTimestamp.After(now)
}

// IsRunOf reports whether a pod is controlled by a Job of a service's name. The Job may have been deleted.
func IsRunOf(pod *corev1.Pod, customer string, name v1alpha1.ServiceName) bool {
	owner := metav1.GetControllerOf(pod)
	return owner != nil && owner.Kind == "Job" && strings.HasPrefix(owner.Name, naming.Child(customer, name)+"-")
}

// outcomeOf returns how a run ended: from its own report if that agrees with the worker's exit code, whatever other
// containers did, and else from the state of its pod. No free text comes from a pod: reasons are of closed sets.
func outcomeOf(
	c *Child, job *batchv1.Job, pods []*corev1.Pod, succeeded bool,
) (v1alpha1.SyncOutcome, runreport.Reason, runreport.Report) {
	pod := lastPod(pods)
	if pod == nil {
		return outcomeWithoutPod(c, job, succeeded)
	}
	state := terminatedState(pod)
	report, err := reportOf(state)
	switch {
	case tookTooLong(job) && refusalOfPod(c, job) != nil: // after a disruption
		return v1alpha1.SyncFailed, runreport.PodRefused, report
	case err == nil && state.ExitCode == 0 && report.Outcome == runreport.Succeeded:
		return v1alpha1.SyncSucceeded, "", report
	case err == nil && report.Reason == runreport.Interrupted && ranTooLong(job, pods):
		return v1alpha1.SyncFailed, runreport.DeadlineExceeded, report
	case err == nil && state.ExitCode != 0 && report.Outcome == runreport.Failed:
		return v1alpha1.SyncFailed, report.Reason, report
	default:
		return v1alpha1.SyncFailed, podReason(pod, state), runreport.Report{}
	}
}

// outcomeWithoutPod returns how a run ended whose pods are gone: as its Job says.
func outcomeWithoutPod(
	c *Child, job *batchv1.Job, succeeded bool,
) (v1alpha1.SyncOutcome, runreport.Reason, runreport.Report) {
	if succeeded {
		return v1alpha1.SyncSucceeded, "", runreport.Report{}
	}
	return v1alpha1.SyncFailed, missingPodReason(c, job), runreport.Report{}
}

// missingPodReason returns the reason of a failed run that has no pod. A pod that had started would have passed its own
// deadline before its Job's.
func missingPodReason(c *Child, job *batchv1.Job) runreport.Reason {
	switch {
	case tookTooLong(job) && refusalOfPod(c, job) != nil:
		return runreport.PodRefused
	case tookTooLong(job):
		return runreport.NeverStarted
	default:
		return runreport.PodGone
	}
}

// ranTooLong reports whether the last pod of a Job ended because of a deadline, without a disruption before.
func ranTooLong(job *batchv1.Job, pods []*corev1.Pod) bool {
	return lastPod(pods).Status.Reason == "DeadlineExceeded" || tookTooLong(job) && !slices.ContainsFunc(pods, isDisrupted)
}

// tookTooLong reports whether a Job passed its deadline, which deletes its pod.
func tookTooLong(job *batchv1.Job) bool {
	return slices.ContainsFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool {
		return c.Type == batchv1.JobFailed && c.Status == corev1.ConditionTrue &&
			c.Reason == batchv1.JobReasonDeadlineExceeded
	})
}

// terminatedState returns how the container of a run ended, nil if it never ran.
func terminatedState(pod *corev1.Pod) *corev1.ContainerStateTerminated {
	for i := range pod.Status.ContainerStatuses {
		if c := &pod.Status.ContainerStatuses[i]; c.Name == ContainerName {
			return c.State.Terminated
		}
	}
	return nil
}

func reportOf(state *corev1.ContainerStateTerminated) (runreport.Report, error) {
	if state == nil {
		return runreport.Parse("")
	}
	return runreport.Parse(state.Message)
}

// podReason returns the reason of a run without a report, from its pod.
func podReason(pod *corev1.Pod, state *corev1.ContainerStateTerminated) runreport.Reason {
	switch {
	case state != nil && state.Reason == "OOMKilled":
		return runreport.OutOfMemory
	case state != nil && (state.Reason == "StartError" || state.Reason == "ContainerCannotRun"):
		return runreport.NeverStarted
	case isDisrupted(pod) || pod.Status.Reason == "Evicted" || pod.Status.Reason == "Preempting":
		return runreport.Evicted
	case pod.Status.Reason == "DeadlineExceeded" && (state == nil || state.StartedAt.IsZero()):
		return runreport.NeverStarted // the kubelet writes an end for a container that never ran
	case pod.Status.Reason == "DeadlineExceeded":
		return runreport.DeadlineExceeded
	default:
		return runreport.NoReport
	}
}

// blockers maps the kubelet's reasons of a container that waits and does not start by itself to the reasons that are
// reported. Two have the same, because the kubelet alternates between them for an image that it cannot pull.
var blockers = map[string]string{
	"CreateContainerConfigError": "CreateContainerConfigError",
	"CreateContainerError":       "CreateContainerError",
	"ErrImageNeverPull":          "ErrImageNeverPull",
	"ErrImagePull":               "ImagePullBackOff",
	"ImageInspectError":          "ImageInspectError",
	"ImagePullBackOff":           "ImagePullBackOff",
	"InvalidImageName":           "InvalidImageName",
	"RunContainerError":          "RunContainerError",
}

const (
	// StartLimit is how long a pod may take to start before SyncPodNotStarting.
	StartLimit = 2 * time.Minute
	// nodeLimit is how long it may wait for a node: some are started on demand.
	nodeLimit = 10 * time.Minute
)

// BlockerOf returns why the pod of a run does not start, "" if it does, in Kubernetes' words.
func BlockerOf(c *Child, now time.Time) string {
	for i := range c.Pods {
		pod := &c.Pods[i]
		if pod.Status.Phase != corev1.PodPending || !pod.DeletionTimestamp.IsZero() {
			continue
		}
		if reason := WaitReason(pod); reason != "" {
			return reason
		}
		if reason := PendingReason(pod); !now.Before(pod.CreationTimestamp.Add(LimitOf(reason))) {
			return reason
		}
	}
	return ""
}

// BlamesImage reports whether a reason of BlockerOf means that the worker's image cannot be used.
func BlamesImage(blocker string) bool {
	switch blocker {
	case "ErrImageNeverPull", "ImageInspectError", "ImagePullBackOff", "InvalidImageName":
		return true
	default:
		return false
	}
}

// BlamesNodes reports whether a reason of BlockerOf means that no node takes the pod.
func BlamesNodes(blocker string) bool { return blocker == corev1.PodReasonUnschedulable }

// StartFailureOf returns why the pod of a run does not start. Between two runs whose pods do not start it is the cause
// that is known, or else that the pod of the last run never started. It is "" once a later pod has started, or if no
// run has ended since the time from which on sync is allowed.
func StartFailureOf(c *Child, sync *v1alpha1.ServiceSync, now time.Time) string {
	if blocker := BlockerOf(c, now); blocker != "" {
		return blocker
	}
	last := &sync.LastRun
	if sync.ActiveSince == nil || last.JobUID == "" || last.FinishedTime.Before(sync.ActiveSince) ||
		last.Reason != string(runreport.NeverStarted) || HasStartedSince(c, last.FinishedTime.Time) {
		return ""
	}
	return cmp.Or(sync.StartFailure, last.Reason)
}

// LimitOf returns how long a pod may be pending for a reason.
func LimitOf(reason string) time.Duration {
	if reason == corev1.PodReasonUnschedulable {
		return nodeLimit
	}
	return StartLimit
}

// WaitReason returns the reason for which a container waits and does not start by itself, with its name if it is not
// the worker's, "" if there is none.
func WaitReason(pod *corev1.Pod) string {
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		switch w := c.State.Waiting; {
		case w == nil || blockers[w.Reason] == "":
		case c.Name == ContainerName:
			return blockers[w.Reason]
		default:
			return blockers[w.Reason] + " of container " + c.Name
		}
	}
	return ""
}

// PendingReason returns why a pod is pending.
func PendingReason(pod *corev1.Pod) string {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable {
			return corev1.PodReasonUnschedulable
		}
	}
	return "ContainerCreating"
}

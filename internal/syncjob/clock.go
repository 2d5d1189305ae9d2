package syncjob

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/clock"
)

// MendSync replaces the times of a service's jobs. That of the last run comes from its Job, if that still exists.
func MendSync(sync *v1alpha1.ServiceSync, c *Child, now time.Time) {
	sync.ActiveSince = clock.Clamp(sync.ActiveSince, now, now)
	success := now
	if last := &sync.LastRun; last.JobUID != "" {
		if clock.InFuture(last.FinishedTime.Time, now) {
			last.FinishedTime = metav1.NewTime(finishOfRun(c, last.JobUID, now))
		}
		if last.Outcome == v1alpha1.SyncSucceeded {
			success = last.FinishedTime.Time
		}
	}
	sync.LastSuccessTime = clock.Clamp(sync.LastSuccessTime, now, success)
	sync.RightMissingTime = clock.Clamp(sync.RightMissingTime, now, now)
	sync.JobRefusedTime = clock.Clamp(sync.JobRefusedTime, now, now)
}

// finishOfRun returns when the run of a Job ended, now if the Job no longer exists.
func finishOfRun(c *Child, uid string, now time.Time) time.Time {
	for _, r := range RunsOf(c) {
		if r.UID == uid {
			return r.Finished
		}
	}
	return now
}

// MendChildrenClock replaces all times of a service's Jobs and pods that lie in the future. One machine's clock may be
// wrong and another's right: nodes write when a container ended, the controller manager when a Job did, and the API
// server when each was created. The last resort is a time before all of them.
func MendChildrenClock(c *Child, now, before time.Time) {
	if c.CronJob != nil {
		before = clock.Believable(now, c.CronJob.CreationTimestamp.Time, before)
	}
	for i := range c.Jobs {
		mendJobClock(&c.Jobs[i], lastPod(podsOf(c.Pods, &c.Jobs[i])), now, before)
	}
	for i := range c.Pods {
		if state := terminatedState(&c.Pods[i]); state != nil && clock.InFuture(state.FinishedAt.Time, now) {
			state.FinishedAt = metav1.NewTime(now)
		}
		created := &c.Pods[i].CreationTimestamp
		if !clock.InFuture(created.Time, now) {
			continue
		}
		*created = metav1.NewTime(before)
		if job := jobOf(c, &c.Pods[i]); job != nil {
			*created = metav1.NewTime(startOf(job, now, before))
		}
	}
}

// mendJobClock replaces the times of a Job's conditions.
func mendJobClock(job *batchv1.Job, pod *corev1.Pod, now, before time.Time) {
	var ended time.Time
	if pod != nil {
		if state := terminatedState(pod); state != nil {
			ended = state.FinishedAt.Time
		}
	}
	for i := range job.Status.Conditions {
		at := &job.Status.Conditions[i].LastTransitionTime
		if clock.InFuture(at.Time, now) {
			*at = metav1.NewTime(clock.Believable(now, ended, startOf(job, now, before)))
		}
	}
}

// startOf returns the first credible time of a Job's start.
func startOf(job *batchv1.Job, now, before time.Time) time.Time {
	var started time.Time
	if job.Status.StartTime != nil {
		started = job.Status.StartTime.Time
	}
	return clock.Believable(now, started, job.CreationTimestamp.Time, before)
}

// jobOf returns the Job of a pod, nil if it does not exist.
func jobOf(c *Child, pod *corev1.Pod) *batchv1.Job {
	for i := range c.Jobs {
		if metav1.IsControlledBy(pod, &c.Jobs[i]) {
			return &c.Jobs[i]
		}
	}
	return nil
}

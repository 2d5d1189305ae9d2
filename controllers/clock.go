package controllers

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/naming"
)

// clockSkew is how far the clock of another machine may be ahead of ours. A time that lies further ahead was written while a
// clock was wrong: it is not believed, or all that follows would come before it.
const clockSkew = time.Minute

// inFuture reports whether a time lies ahead of now by more than clocks differ.
func inFuture(t, now time.Time) bool { return t.After(now.Add(clockSkew)) }

// believable returns the first of several times that is set and not in the future, the zero time if none is.
func believable(now time.Time, times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() && !inFuture(t, now) {
			return t
		}
	}
	return time.Time{}
}

// clamp replaces a time in the future with another one. A nil time stays nil.
func clamp(t *metav1.Time, now, with time.Time) *metav1.Time {
	if t == nil || !inFuture(t.Time, now) {
		return t
	}
	return new(metav1.NewTime(with))
}

// clampConditions makes conditions that changed in the future change now.
func clampConditions(conditions []metav1.Condition, now time.Time) {
	for i := range conditions {
		if inFuture(conditions[i].LastTransitionTime.Time, now) {
			conditions[i].LastTransitionTime = metav1.NewTime(now)
		}
	}
}

// longestPostponement is how long Maskinporten can ask to be left alone at the most (outbound bounds Retry-After).
const longestPostponement = time.Hour

// postponedUntil returns until when Maskinporten is left alone, though the clock be set back meanwhile.
func postponedUntil(g *authority.Guard, now time.Time) time.Time {
	return earlier(g.Postponed().Until, now.Add(longestPostponement))
}

// overdueBy returns a time so long ago that an answer of then is due to be verified again, whatever its jitter.
func overdueBy(now time.Time, iv intervals) time.Time {
	longest := max(iv.granted, iv.waiting)
	return now.Add(-longest - time.Duration(float64(longest)*jitterShare) - time.Second).Truncate(time.Second)
}

// mendClock replaces all times in a customer's status that lie in the future. An access that was verified in the future is
// due at once. The children must have been observed.
func mendClock(s *customerScope) {
	iv := intervals{granted: v1alpha1.DefaultVerificationInterval, waiting: v1alpha1.DefaultWaitingInterval}
	if s.supplier != nil {
		iv = intervalsOf(s.supplier)
	}
	status := &s.customer.Status
	clampConditions(status.Conditions, s.now)
	for i := range status.Services {
		known := &status.Services[i]
		mendSince(s, known)
		known.Authorization.LastVerifiedTime = clamp(known.Authorization.LastVerifiedTime, s.now, overdueBy(s.now, iv))
		mendSync(&known.Sync, s.children.of(known.Name), s.now)
	}
}

// mendSince replaces the time of an access's last change. Its first run stays the one that was made.
func mendSince(s *customerScope, known *v1alpha1.CustomerServiceStatus) {
	a := &known.Authorization
	if a.Since == nil || !inFuture(a.Since.Time, s.now) {
		return
	}
	made := known.Sync.FirstJobName != "" && known.Sync.FirstJobName == naming.FirstJob(s.customer.Name, known.Name, a.Since.Time)
	a.Since = new(metav1.NewTime(s.now))
	if made {
		known.Sync.FirstJobName = naming.FirstJob(s.customer.Name, known.Name, s.now)
	}
}

// mendSync replaces the times of a service's jobs: the last run's with what its Job says, if it is still there.
func mendSync(sync *v1alpha1.ServiceSync, c *child, now time.Time) {
	sync.ActiveSince = clamp(sync.ActiveSince, now, now)
	success := now
	if last := &sync.LastRun; last.JobUID != "" {
		if inFuture(last.FinishedTime.Time, now) {
			last.FinishedTime = metav1.NewTime(finishOfRun(c, last.JobUID, now))
		}
		if last.Outcome == v1alpha1.SyncSucceeded {
			success = last.FinishedTime.Time
		}
	}
	sync.LastSuccessTime = clamp(sync.LastSuccessTime, now, success)
	sync.RightMissingTime = clamp(sync.RightMissingTime, now, now)
}

// finishOfRun returns when a run ended that is known by the uid of its Job; now, if the Job is gone.
func finishOfRun(c *child, uid string, now time.Time) time.Time {
	for _, r := range runsOf(c) {
		if r.uid == uid {
			return r.finished
		}
	}
	return now
}

// mendChildrenClock replaces all times of a service's Jobs and pods that lie in the future. The machine that wrote one may
// have been wrong where others were not: nodes say when a container ended, the controller manager when a Job did, and the
// API server when each was created. The last resort is a time that lies before all of them.
func mendChildrenClock(c *child, now, before time.Time) {
	if c.cronJob != nil {
		before = believable(now, c.cronJob.CreationTimestamp.Time, before)
	}
	for i := range c.jobs {
		mendJobClock(&c.jobs[i], lastPod(c.pods, &c.jobs[i]), now, before)
	}
	for i := range c.pods {
		created := &c.pods[i].CreationTimestamp
		if !inFuture(created.Time, now) {
			continue
		}
		*created = metav1.NewTime(before)
		if job := jobOf(c, &c.pods[i]); job != nil {
			*created = metav1.NewTime(startOf(job, now, before))
		}
	}
}

// mendJobClock replaces the times of a Job's conditions.
func mendJobClock(job *batchv1.Job, pod *corev1.Pod, now, before time.Time) {
	var ended time.Time
	if pod != nil {
		if state := terminated(pod); state != nil {
			ended = state.FinishedAt.Time
		}
	}
	for i := range job.Status.Conditions {
		at := &job.Status.Conditions[i].LastTransitionTime
		if inFuture(at.Time, now) {
			*at = metav1.NewTime(believable(now, ended, startOf(job, now, before)))
		}
	}
}

// startOf returns when a Job was begun, as far as that can be believed.
func startOf(job *batchv1.Job, now, before time.Time) time.Time {
	var started time.Time
	if job.Status.StartTime != nil {
		started = job.Status.StartTime.Time
	}
	return believable(now, started, job.CreationTimestamp.Time, before)
}

// jobOf returns the Job of a pod, nil if it is not there.
func jobOf(c *child, pod *corev1.Pod) *batchv1.Job {
	for i := range c.jobs {
		if metav1.IsControlledBy(pod, &c.jobs[i]) {
			return &c.jobs[i]
		}
	}
	return nil
}

// mendSupplierClock replaces all times in a Supplier's status that lie in the future. Credentials that were proved in the
// future are to be proved at once.
func mendSupplierClock(supplier *v1alpha1.Supplier, now time.Time) {
	clampConditions(supplier.Status.Conditions, now)
	proved := &supplier.Status.Credentials
	proved.LastVerifiedTime = clamp(proved.LastVerifiedTime, now, overdueBy(now, intervalsOf(supplier)))
}

// mendInterruption replaces the time of an interruption that lies in the future: until then no verification would be newer.
// Only the Supplier's reconcile calls it, and writes the new time. A customer's reconcile would be interrupted each time.
func mendInterruption(supplier *v1alpha1.Supplier, now time.Time) {
	supplier.Status.InterruptedTime = clamp(supplier.Status.InterruptedTime, now, now)
}

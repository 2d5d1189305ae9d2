package syncing

import (
	"context"
	"fmt"
	"maps"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/syncjob"
)

// child is the name of the customer's ServiceAccount and CronJob.
var child = naming.Child(tiger, plans)

// cronJob returns the customer's CronJob, nil if it does not exist.
func (w *world) cronJob() *batchv1.CronJob {
	w.t.Helper()
	var c batchv1.CronJob
	if !w.find(child, &c) {
		return nil
	}
	return &c
}

// account returns the customer's ServiceAccount, nil if it does not exist.
func (w *world) account() *corev1.ServiceAccount {
	w.t.Helper()
	var a corev1.ServiceAccount
	if !w.find(child, &a) {
		return nil
	}
	return &a
}

// suspended reports whether the customer's CronJob exists and is suspended.
func (w *world) suspended() bool {
	c := w.cronJob()
	return c != nil && *c.Spec.Suspend
}

// jobs lists the Jobs of the customer's CronJob.
func (w *world) jobs() []batchv1.Job {
	w.t.Helper()
	cronJob := w.cronJob()
	var all batchv1.JobList
	w.must(server.Client.List(context.Background(), &all, client.InNamespace(w.name)))
	var owned []batchv1.Job
	for i := range all.Items {
		if cronJob != nil && syncjob.IsJobOf(&all.Items[i], cronJob) {
			owned = append(owned, all.Items[i])
		}
	}
	return owned
}

// firstJob returns the name of the first Job for the present access.
func (w *world) firstJob() string {
	w.t.Helper()
	return naming.FirstJob(tiger, plans, w.tiger().Status.Services[0].Authorization.Since.Time)
}

// started reports whether sync is allowed and the first Job is in the status.
func (w *world) started() bool {
	return w.ready() == "True Delegated" && w.tiger().Status.Services[0].Sync.FirstJobName == w.firstJob()
}

// job returns a Job by its name.
func (w *world) job(name string) *batchv1.Job {
	w.t.Helper()
	var j batchv1.Job
	if !w.find(name, &j) {
		w.t.Fatalf("there is no Job %s", name)
	}
	return &j
}

// schedule creates a Job, as the CronJob controller does.
func (w *world) schedule() *batchv1.Job {
	w.t.Helper()
	job := w.scheduled()
	w.create(job)
	return job
}

// scheduled returns the next Job of the CronJob, which was not created.
func (w *world) scheduled() *batchv1.Job {
	w.t.Helper()
	w.runs++
	cronJob := w.cronJob()
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: w.name, Name: fmt.Sprintf("%s-%d", child, 29395680+w.runs),
			Labels: cronJob.Spec.JobTemplate.Labels, Annotations: cronJob.Spec.JobTemplate.Annotations,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(cronJob,
				batchv1.SchemeGroupVersion.WithKind("CronJob"))},
		},
		Spec: cronJob.Spec.JobTemplate.Spec,
	}
}

// pod creates the pod of a Job, as the Job controller does, and sets its status, as the kubelet does. The manager sees
// the pod before pod returns, because a real run takes its time.
func (w *world) pod(job *batchv1.Job, status corev1.PodStatus) *corev1.Pod {
	w.t.Helper()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: w.name, Name: job.Name +
				"-x7k2p", Labels: maps.Clone(job.Spec.Template.Labels), Annotations: job.Spec.Template.Annotations,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))},
		},
		Spec: job.Spec.Template.Spec,
	}
	w.create(pod)
	w.setPod(pod, status)
	eventually(w.t, "the pod in the manager's cache", func() bool {
		return w.reader == nil || w.reader.Get(context.Background(), client.ObjectKeyFromObject(pod), &corev1.Pod{}) == nil
	})
	return pod
}

// setPod sets the status of a pod, as the kubelet does.
func (w *world) setPod(pod *corev1.Pod, status corev1.PodStatus) {
	w.t.Helper()
	pod.Status = status
	w.must(server.Client.Status().Update(context.Background(), pod))
}

// finish ends a Job, as the Job controller does.
func (w *world) finish(job *batchv1.Job, succeeded bool) {
	w.t.Helper()
	now := metav1.NewTime(w.clock.Now())
	job.Status.StartTime = &now
	types := []batchv1.JobConditionType{batchv1.JobFailureTarget, batchv1.JobFailed}
	if succeeded {
		types = []batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobComplete}
		job.Status.CompletionTime, job.Status.Succeeded = &now, 1
	}
	for _, t := range types {
		job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
			Type: t, Status: corev1.ConditionTrue, LastProbeTime: now, LastTransitionTime: now,
		})
	}
	w.must(server.Client.Status().Update(context.Background(), job))
}

// run ends a Job a moment later: its pod ends with a report, then the Job ends.
func (w *world) run(job *batchv1.Job, report runreport.Report) {
	w.t.Helper()
	w.clock.forward(moment)
	message, err := report.Encode()
	w.must(err)
	succeeded := report.Outcome == runreport.Succeeded
	w.pod(job, ended(succeeded, corev1.ContainerStateTerminated{Message: string(message)}))
	w.finish(job, succeeded)
}

// ended is the status of a pod that has ended.
func ended(succeeded bool, how corev1.ContainerStateTerminated) corev1.PodStatus {
	phase := corev1.PodSucceeded
	if !succeeded {
		phase, how.ExitCode = corev1.PodFailed, 1
	}
	return withContainer(phase, corev1.ContainerState{Terminated: &how})
}

// working is the status of a pod that runs.
func working() corev1.PodStatus {
	return withContainer(corev1.PodRunning, corev1.ContainerState{Running: &corev1.ContainerStateRunning{}})
}

// waiting is the status of a pod whose container waits for a reason.
func waiting(reason string) corev1.PodStatus {
	return withContainer(corev1.PodPending, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}})
}

func withContainer(phase corev1.PodPhase, state corev1.ContainerState) corev1.PodStatus {
	return corev1.PodStatus{Phase: phase, ContainerStatuses: []corev1.ContainerStatus{{Name: "sync", State: state}}}
}

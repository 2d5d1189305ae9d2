//go:build bench

package bench

import (
	"context"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/internal/podseal"
	"github.com/4human/integration-operator/internal/runreport"
)

// runs finishes the first run of every customer, as fast as the API server takes the pods and Jobs, and waits until the
// operator has counted them.
func (s *setup) runs(t *testing.T) {
	w, p, watch := s.ready(t, withJobs)
	before := w.takeOver(watch)
	own := p.cpu(t)
	began := time.Now()
	w.finishJobs()
	finished := time.Since(began)
	eventually(t, 10*time.Minute, "all runs are counted", func() bool {
		return watch.count(func(one *seen) bool { return one.ran() }) >= s.customers
	})
	counted := time.Since(began)
	per := float64(s.customers)
	measured.Product(s.key("runs finished", "1/s"), per/finished.Seconds())
	measured.Product(s.key("runs counted", "1/s"), per/counted.Seconds())
	measured.Product(s.key("program's CPU per run", "ms"), (p.cpu(t)-own).Seconds()*1000/per)
	since := w.settledRequests(before)
	for _, name := range []string{
		"PATCH customerintegrations/status", "POST events", "PATCH events", "GET pods", "GET jobs",
	} {
		measured.Product(s.key("per run: "+name, ""), since[name]/per)
	}
	measured.Product(s.key("memory at most", "MiB"), p.memory("VmHWM"))
}

// ran reports whether the customer's status has a run.
func (s *seen) ran() bool {
	return len(s.status.Services) > 0 && s.status.Services[0].Sync.LastRun.Outcome != ""
}

// finishJobs finishes all Jobs.
func (w *world) finishJobs() {
	w.t.Helper()
	var jobs batchv1.JobList
	must(w.t, w.admin.List(w.t.Context(), &jobs, client.InNamespace(customers)))
	group, ctx := errgroup.WithContext(w.t.Context())
	group.SetLimit(creators)
	for i := range jobs.Items {
		group.Go(func() error { return w.finish(ctx, &jobs.Items[i]) })
	}
	must(w.t, group.Wait())
}

// finish creates the pod of a Job, with its report, and ends the Job.
func (w *world) finish(ctx context.Context, job *batchv1.Job) error {
	report, err := runreport.Report{Outcome: runreport.Succeeded}.Encode()
	if err != nil {
		return err
	}
	ended := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Message: string(report)}}
	_, err = w.addPod(ctx, job, corev1.PodStatus{
		Phase:             corev1.PodSucceeded,
		ContainerStatuses: []corev1.ContainerStatus{{Name: podseal.Container, State: ended}},
	})
	if err != nil {
		return err
	}
	now := metav1.Now()
	job.Status.StartTime, job.Status.CompletionTime, job.Status.Succeeded = &now, &now, 1
	for _, of := range []batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobComplete} {
		job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
			Type: of, Status: corev1.ConditionTrue, LastTransitionTime: now,
		})
	}
	job.Status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{}
	return w.admin.Status().Update(ctx, job)
}

// addPod creates the pod of a Job from its template, with a status.
func (w *world) addPod(ctx context.Context, job *batchv1.Job, status corev1.PodStatus) (*corev1.Pod, error) {
	template := job.Spec.Template.DeepCopy()
	pod := &corev1.Pod{ObjectMeta: template.ObjectMeta, Spec: template.Spec}
	pod.Namespace, pod.Name = job.Namespace, job.Name+"-x7k2p"
	owner := metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))
	pod.OwnerReferences = []metav1.OwnerReference{*owner}
	if err := w.admin.Create(ctx, pod); err != nil {
		return nil, err
	}
	pod.Status = status
	return pod, w.admin.Status().Update(ctx, pod)
}

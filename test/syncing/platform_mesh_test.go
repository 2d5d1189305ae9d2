package syncing

import (
	"context"
	"slices"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// meshed is the status of a pod whose worker has succeeded, beside a mesh's proxy.
func (w *world) meshed(phase corev1.PodPhase, proxy corev1.ContainerState) corev1.PodStatus {
	w.t.Helper()
	message, err := good.Encode()
	w.must(err)
	status := withContainer(phase, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		Reason: "Completed", Message: string(message), FinishedAt: metav1.NewTime(w.clock.Now()),
	}})
	status.ContainerStatuses = append(status.ContainerStatuses, corev1.ContainerStatus{Name: "istio-proxy", State: proxy})
	return status
}

// TestMeshedRun checks that a run counts when its worker has succeeded, and that its Job ends soon although the mesh's
// proxy goes on.
func TestMeshedRun(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	job := m.job(m.firstJob())
	job.Spec.Template.Spec.Containers = append(job.Spec.Template.Spec.Containers,
		corev1.Container{Name: "istio-proxy", Image: "registry.example/proxy:1"})
	pod := m.pod(job, working())
	m.forget()
	m.setPod(pod, m.meshed(corev1.PodRunning, corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}))
	eventually(t, "a counted run", func() bool { return m.healthy() == "True SyncSucceeded" })
	m.expect("the Job may end by itself", work{
		Writes: map[string]int{"patch customerintegrations/status": 1}, Events: []string{"SyncSucceeded"},
	})
	m.clock.forward(31 * time.Second)
	m.forget()
	eventually(t, "the end of the Job", func() bool { m.rest(); return !m.find(job.Name, &batchv1.Job{}) })
	if got := m.did(); got.Writes["delete jobs"] != 1 || !slices.Contains(got.Events, "RunOutlasted") {
		t.Errorf("the manager did %+v", got)
	}
	if got := m.sync(); m.healthy() != "True SyncSucceeded" || got.Failures != 0 {
		t.Errorf("%s with %d failures", m.healthy(), got.Failures)
	}
}

// TestMeshedRunsUntilTheirDeadline checks that runs whose worker succeeded are no failures, although the mesh's proxy
// kept their pods until the deadline (f06).
func TestMeshedRunsUntilTheirDeadline(t *testing.T) {
	t.Parallel()
	m := startGranted(t)
	for i := range 3 {
		job := m.schedule()
		m.clock.forward(moment)
		status := m.meshed(corev1.PodFailed, corev1.ContainerState{
			Terminated: &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "Error"},
		})
		status.Reason = "DeadlineExceeded"
		m.pod(job, status)
		m.finish(job, false)
		eventually(t, "a counted run", func() bool { return m.sync().LastRun.JobUID == string(job.UID) })
		if got := m.sync(); got.LastRun.Outcome != "Succeeded" || got.Failures != 0 || m.healthy() != "True SyncSucceeded" {
			t.Errorf("run %d: %+v, SyncHealthy %s", i, got, m.healthy())
		}
		m.must(client.IgnoreNotFound(server.Client.Delete(context.Background(), job,
			client.PropagationPolicy(metav1.DeletePropagationBackground))))
	}
}

package syncing

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
)

// TestDisruptedPod evicts the pod of a run, which Kubernetes deletes once it has ended. The Job controller replaces it.
// The run counts once, with what both pods did.
func TestDisruptedPod(t *testing.T) {
	m := startGranted(t)
	job := m.job(m.firstJob())
	if p := job.Spec.PodFailurePolicy; p == nil || p.Rules[0].OnPodConditions[0].Type != corev1.DisruptionTarget {
		t.Fatalf("a drained node ends the Job: %+v", p)
	}
	m.forget()
	interrupted := failed(runreport.Interrupted)
	interrupted.Unknown = 1
	message, err := interrupted.Encode()
	m.must(err)
	status := ended(false, corev1.ContainerStateTerminated{Message: string(message)})
	status.Conditions = []corev1.PodCondition{
		{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "EvictionByEvictionAPI"},
	}
	pod := m.pod(job, status)
	m.expect("the run goes on", work{})
	m.must(server.Client.Delete(context.Background(), pod))
	eventually(t, "the pod gone from the manager's cache", func() bool {
		return apierrors.IsNotFound(m.reader.Get(context.Background(), client.ObjectKeyFromObject(pod), &corev1.Pod{}))
	})
	m.expect("the pod was evicted, and the Job makes another", work{})
	m.run(job, good)
	m.expect("the run succeeded", work{
		Writes: map[string]int{"patch customerintegrations/status": 1}, Events: []string{"SyncSucceeded"},
	})
	if got := m.sync(); got.Failures != 0 || got.LastRun.Outcome != v1alpha1.SyncSucceeded || got.LastRun.Unknown != 1 {
		t.Errorf("sync status %+v", got)
	}
}

// TestDeletedJob deletes the Job of a run: it counts as nothing.
func TestDeletedJob(t *testing.T) {
	m := startGranted(t)
	job := m.job(m.firstJob())
	m.pod(job, working())
	m.forget()
	m.must(server.Client.Delete(context.Background(), job, client.PropagationPolicy("Background")))
	m.expect("a person deleted the Job", work{})
	if got := m.sync(); got.Failures != 0 || got.LastRun.JobUID != "" || m.healthy() != "Unknown NoRunYet" {
		t.Errorf("sync status %+v, SyncHealthy %s", got, m.healthy())
	}
}

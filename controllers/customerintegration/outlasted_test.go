package customerintegration

import (
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/fixture"
)

// outlasted adds a run whose worker succeeded a while before noon, and whose pod goes on for a mesh's proxy.
func outlasted(ago time.Duration) func(*scope) {
	return func(s *scope) {
		c := s.children.Of(fixture.FollowUpPlans)
		job := fixture.Job(c.CronJob, "2", true)
		job.Status = batchv1.JobStatus{}
		pod := fixture.Pod(&job, fixture.ReportedWell)
		pod.Status.Phase = corev1.PodRunning
		pod.Status.ContainerStatuses[0].State.Terminated.FinishedAt = metav1.NewTime(fixture.Noon.Add(-ago))
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{
			Name: "istio-proxy", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}},
		})
		c.Jobs, c.Pods = append(c.Jobs, job), append(c.Pods, pod)
	}
}

// TestOutlastedRun checks that a run counts when its worker has ended, and that the Job is ended at a known time, with
// the name of the container that goes on.
func TestOutlastedRun(t *testing.T) {
	b := makeCustomer().granted(0).inPlace().synced(justNow()).with(outlasted(10 * time.Second))
	v := b.s.verdict()
	if got := v.Service(fixture.FollowUpPlans).Sync.LastRun; got.JobUID != "2" || got.Outcome != "Succeeded" {
		t.Errorf("last run %+v", got)
	}
	if got := nextReconcile(v); got != 20*time.Second {
		t.Errorf("reconciled again after %s, want 20s", got)
	}
	b = makeCustomer().granted(0).inPlace().synced(justNow()).with(outlasted(time.Minute))
	actions, err := planOf(b.s.verdict())
	if err != nil {
		t.Fatal(err)
	}
	for i := range actions {
		if strings.Contains(actions[i].note, "istio-proxy") && actions[i].remove.GetName() == "run-2" {
			return
		}
	}
	t.Errorf("no action names the container: %v", actions)
}

// TestNextLookForARefusal checks that a Job without pod is looked at again.
func TestNextLookForARefusal(t *testing.T) {
	b := makeCustomer().granted(0).inPlace().synced(justNow()).with(podRefused(""))
	b.s.children.Of(fixture.FollowUpPlans).Refusals = nil
	if got := nextReconcile(b.s.verdict()); got != time.Minute {
		t.Errorf("reconciled again after %s, want 1m", got)
	}
}

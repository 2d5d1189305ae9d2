package syncjob

import (
	"encoding/json"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/podseal"
)

// full returns objects as the API server has them, with all that the cache drops.
func full(c *Child) *Child {
	fields := []metav1.ManagedFieldsEntry{{Manager: "kube-controller-manager"}}
	for i := range c.Jobs {
		job := &c.Jobs[i]
		job.ManagedFields, job.Annotations = fields, map[string]string{
			"batch.kubernetes.io/job-tracking": "", batchv1.CronJobScheduledTimestampAnnotation: "2026-11-22T12:57:30+01:00",
		}
		job.Spec = *c.CronJob.Spec.JobTemplate.Spec.DeepCopy()
		job.Status.Failed, job.Status.StartTime = 1, &metav1.Time{Time: fixture.Noon}
	}
	for i := range c.Pods {
		pod := &c.Pods[i]
		pod.ManagedFields, pod.Annotations = fields, map[string]string{"cni": "much"}
		pod.Spec = *c.CronJob.Spec.JobTemplate.Spec.Template.Spec.DeepCopy()
		pod.Status.Message, pod.Status.PodIP, pod.Status.StartTime = "much", "10.0.0.7", &metav1.Time{Time: fixture.Noon}
		pod.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "init"}}
		for j := range pod.Status.ContainerStatuses {
			pod.Status.ContainerStatuses[j].Image, pod.Status.ContainerStatuses[j].ContainerID = "much", "containerd://7"
		}
	}
	return c
}

// stripped is what the cache keeps of a service's Jobs and pods.
func stripped(t *testing.T, c *Child) *Child {
	t.Helper()
	kept := &Child{}
	for i := range c.Jobs {
		job, err := stripJob(c.Jobs[i].DeepCopy())
		if err != nil {
			t.Fatal(err)
		}
		kept.Jobs = append(kept.Jobs, *job.(*batchv1.Job))
	}
	for i := range c.Pods {
		pod, err := stripPod(c.Pods[i].DeepCopy())
		if err != nil {
			t.Fatal(err)
		}
		kept.Pods = append(kept.Pods, *pod.(*corev1.Pod))
	}
	return kept
}

// TestStrippedAccess verifies that the cache keeps the access that a Job was made for: without it, all Jobs of custom
// services would be stopped.
func TestStrippedAccess(t *testing.T) {
	c := makeRun(fixture.ReportedWell, func(job *batchv1.Job, _ *corev1.Pod) {
		job.Annotations = map[string]string{podseal.AnnotationAccess: "kartverk:nrl.rapportering"}
	})
	if got := stripped(t, c).Jobs[0].Annotations[podseal.AnnotationAccess]; got != "kartverk:nrl.rapportering" {
		t.Errorf("the cache keeps the access %q", got)
	}
}

// TestStripped verifies that the cache keeps what is read of Jobs and pods, and nothing else.
func TestStripped(t *testing.T) {
	outOfMemory := func(_ *batchv1.Job, pod *corev1.Pod) { endOf(pod).Reason, endOf(pod).Message = "OOMKilled", "" }
	tooLong := func(_ *batchv1.Job, pod *corev1.Pod) {
		pod.Status.Reason, endOf(pod).Message, endOf(pod).StartedAt = "DeadlineExceeded", "", metav1.NewTime(fixture.Noon)
	}
	cases := map[string]*Child{
		"succeeded":     makeRun(fixture.ReportedWell),
		"failed":        makeRun(fixture.ReportedNAV),
		"out-of-memory": makeRun(fixture.ReportedNAV, outOfMemory),
		"too-long":      makeRun(fixture.ReportedNAV, tooLong),
		"deleted": makeRun(fixture.ReportedNAV,
			func(job *batchv1.Job, _ *corev1.Pod) { job.DeletionTimestamp = &metav1.Time{Time: fixture.Noon} }),
		"running": makeRun(fixture.ReportedNAV,
			func(_ *batchv1.Job, pod *corev1.Pod) { pod.Status.Phase = corev1.PodRunning }),
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			kept := stripped(t, full(c))
			if diff := cmp.Diff(RunsOf(c), RunsOf(kept)); diff != "" {
				t.Errorf("the run is reported differently (-full +kept):\n%s", diff)
			}
			if job := kept.Jobs[0]; job.Spec.Template.Spec.Containers != nil || job.ManagedFields != nil ||
				len(job.Annotations) != 1 || job.Status.Failed != 0 {
				t.Errorf("of the Job too much is kept: %v", job)
			}
			if pod := kept.Pods[0]; pod.Spec.Containers != nil || pod.ManagedFields != nil || pod.Annotations != nil ||
				pod.Status.Message != "" || pod.Status.PodIP != "" {
				t.Errorf("of the pod too much is kept: %v", pod)
			}
		})
	}
}

// TestStripCustomer verifies that a customer in the cache says what it says at the API server, and that customers share
// what they have in common.
func TestStripCustomer(t *testing.T) {
	read := func(n int) (whole, kept *v1alpha1.CustomerIntegration) {
		whole = cachedCustomer(n).(*v1alpha1.CustomerIntegration)
		whole.Labels = map[string]string{"team": "west"}
		text, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		o, err := decodeJSON[v1alpha1.CustomerIntegration](text)
		if err != nil {
			t.Fatal(err)
		}
		if o, err = StripCustomer(o); err != nil {
			t.Fatal(err)
		}
		return whole, o.(*v1alpha1.CustomerIntegration)
	}
	whole, first := read(1)
	_, second := read(2)
	whole.ManagedFields, whole.Annotations = nil, nil
	if diff := cmp.Diff(whole, first); diff != "" {
		t.Errorf("-whole +kept:\n%s", diff)
	}
	a, b := first.Status.Conditions[0].Message, second.Status.Conditions[0].Message
	if unsafe.StringData(a) != unsafe.StringData(b) { //nolint:gosec // Compares addresses only.
		t.Error("two customers have a copy each of a message")
	}
}

// TestStrippedWaiting does the same for pods that have not started.
func TestStrippedWaiting(t *testing.T) {
	for name, change := range map[string]func(*corev1.Pod){
		"image": func(pod *corev1.Pod) {
			pod.Status.ContainerStatuses[0].State = fixture.Waiting("ImagePullBackOff", "much")
		},
		"no-node":   func(pod *corev1.Pod) { pod.Status.Conditions = unscheduled(corev1.PodReasonUnschedulable) },
		"slow":      func(*corev1.Pod) {},
		"leaving":   func(pod *corev1.Pod) { pod.DeletionTimestamp = &metav1.Time{Time: fixture.Noon} },
		"has-begun": func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodRunning },
	} {
		t.Run(name, func(t *testing.T) {
			c := makeChild()
			pod := fixture.Pending(time.Hour)
			change(&pod)
			c.Pods = []corev1.Pod{pod}
			if got, want := BlockerOf(stripped(t, full(c)), fixture.Noon), BlockerOf(c, fixture.Noon); got != want {
				t.Errorf("what is kept says %q, want %q", got, want)
			}
		})
	}
}

// TestStripLeavesOthersAlone verifies that other objects, such as the last known state of a deleted one, are not
// changed.
func TestStripLeavesOthersAlone(t *testing.T) {
	for name, strip := range map[string]func(any) (any, error){
		"cronjob": StripCronJob, "job": stripJob, "pod": stripPod, "customer": StripCustomer,
	} {
		t.Run(name, func(t *testing.T) {
			o := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"a": "b"}}}
			if got, err := strip(o); err != nil || got != any(o) || o.Annotations["a"] != "b" {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

package syncjob

import (
	"maps"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/podseal"
)

// CacheByObject returns the cache's rules for the objects of customers: only ours that a selector matches are cached,
// and of them only what is read.
func CacheByObject(selector labels.Selector) map[client.Object]cache.ByObject {
	managed, _ := labels.SelectorFromSet(labels.Set{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy}).Requirements()
	ours := selector.Add(managed...)
	return map[client.Object]cache.ByObject{
		&corev1.ServiceAccount{}: {Label: ours},
		&batchv1.CronJob{}:       {Label: ours, Transform: StripCronJob},
		&batchv1.Job{}:           {Label: ours, Transform: stripJob},
		&corev1.Pod{}:            {Label: ours, Transform: stripPod},
	}
}

// ourAnnotations is the prefix of our annotations.
const ourAnnotations = "integrations.4human.no/"

// StripMetadata keeps of an object's metadata what is read: annotations may have 256 kB, such as those of GitOps
// engines.
func StripMetadata(o any) (any, error) {
	object, ok := o.(metav1.ObjectMetaAccessor)
	if !ok {
		return o, nil
	}
	m, ok := object.GetObjectMeta().(*metav1.ObjectMeta)
	if !ok {
		return o, nil
	}
	stripMeta(m, func(key string) bool {
		return strings.HasPrefix(key, ourAnnotations) || key == v1alpha1.AnnotationReconcileRequestedAt
	})
	return o, nil
}

// stripMeta drops managed fields, and the annotations that are not read.
func stripMeta(m *metav1.ObjectMeta, isRead func(annotation string) bool) {
	m.ManagedFields, m.GenerateName = nil, ""
	maps.DeleteFunc(m.Annotations, func(key, _ string) bool { return !isRead(key) })
	if len(m.Annotations) == 0 {
		m.Annotations = nil
	}
}

// stripRun drops of the metadata of a Job or a pod what stripMeta drops, and the labels of others.
func stripRun(m *metav1.ObjectMeta, annotations ...string) {
	maps.DeleteFunc(m.Labels, func(key, _ string) bool {
		return key != v1alpha1.LabelManagedBy && key != v1alpha1.LabelIntegration && key != v1alpha1.LabelService
	})
	stripMeta(m, func(key string) bool { return slices.Contains(annotations, key) })
}

// stripJob keeps the owner, the access, the scheduled time and the end of a Job.
func stripJob(o any) (any, error) {
	job, ok := o.(*batchv1.Job)
	if !ok {
		return o, nil
	}
	stripRun(&job.ObjectMeta, batchv1.CronJobScheduledTimestampAnnotation, podseal.AnnotationAccess)
	job.Spec = batchv1.JobSpec{}
	var ends []batchv1.JobCondition
	for _, c := range job.Status.Conditions {
		if c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed {
			c.Message = ""
			ends = append(ends, c)
		}
	}
	job.Status = batchv1.JobStatus{Conditions: slices.Clip(ends)}
	return job, nil
}

// stripPod keeps the owner, the state and the end of a pod.
func stripPod(o any) (any, error) {
	pod, ok := o.(*corev1.Pod)
	if !ok {
		return o, nil
	}
	stripRun(&pod.ObjectMeta)
	pod.Spec = corev1.PodSpec{}
	pod.Status = corev1.PodStatus{
		Phase: pod.Status.Phase, Reason: pod.Status.Reason, Conditions: stripConditions(pod.Status.Conditions),
		InitContainerStatuses: stripContainers(pod.Status.InitContainerStatuses),
		ContainerStatuses:     stripContainers(pod.Status.ContainerStatuses),
	}
	return pod, nil
}

// stripConditions keeps why a pod has no node and why it was disrupted.
func stripConditions(all []corev1.PodCondition) []corev1.PodCondition {
	var kept []corev1.PodCondition
	for _, c := range all {
		waits := c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse
		if waits || c.Type == corev1.DisruptionTarget {
			kept = append(kept, corev1.PodCondition{
				Type: c.Type, Status: c.Status, Reason: c.Reason, LastTransitionTime: c.LastTransitionTime,
			})
		}
	}
	return slices.Clip(kept)
}

// stripContainers keeps the names of containers, why they wait and how they ended.
func stripContainers(all []corev1.ContainerStatus) []corev1.ContainerStatus {
	if len(all) == 0 {
		return nil
	}
	kept := make([]corev1.ContainerStatus, 0, len(all))
	for i := range all {
		c := corev1.ContainerStatus{Name: all[i].Name, State: all[i].State}
		if w := c.State.Waiting; w != nil {
			w.Message = ""
		}
		if t := c.State.Terminated; t != nil {
			t.ContainerID = ""
		}
		kept = append(kept, c)
	}
	return kept
}

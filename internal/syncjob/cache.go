package syncjob

import (
	"maps"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// CacheByObject returns the cache's rules for the objects of customers: only ours that a selector matches are cached, and
// of them only what is read.
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
	m := object.GetObjectMeta()
	m.SetManagedFields(nil)
	kept := m.GetAnnotations()
	maps.DeleteFunc(kept, func(key, _ string) bool {
		return !strings.HasPrefix(key, ourAnnotations) && key != v1alpha1.AnnotationReconcileRequestedAt
	})
	return o, nil
}

// stripJob keeps the owner, the scheduled time and the end of a Job.
func stripJob(o any) (any, error) {
	if job, ok := o.(*batchv1.Job); ok {
		job.ManagedFields = nil
		maps.DeleteFunc(job.Annotations, func(key, _ string) bool { return key != batchv1.CronJobScheduledTimestampAnnotation })
		job.Spec = batchv1.JobSpec{}
		job.Status = batchv1.JobStatus{Conditions: job.Status.Conditions}
	}
	return o, nil
}

// stripPod keeps the owner, the state and the end of a pod.
func stripPod(o any) (any, error) {
	pod, ok := o.(*corev1.Pod)
	if !ok {
		return o, nil
	}
	pod.ManagedFields, pod.Annotations = nil, nil
	pod.Spec = corev1.PodSpec{}
	kept := corev1.PodStatus{Phase: pod.Status.Phase, Reason: pod.Status.Reason, Conditions: pod.Status.Conditions}
	kept.InitContainerStatuses = stripContainers(pod.Status.InitContainerStatuses)
	kept.ContainerStatuses = stripContainers(pod.Status.ContainerStatuses)
	pod.Status = kept
	return pod, nil
}

// stripContainers keeps the names and the states of containers.
func stripContainers(all []corev1.ContainerStatus) []corev1.ContainerStatus {
	kept := make([]corev1.ContainerStatus, 0, len(all))
	for i := range all {
		kept = append(kept, corev1.ContainerStatus{Name: all[i].Name, State: all[i].State})
	}
	return kept
}

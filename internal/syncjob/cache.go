package syncjob

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// CacheByObject returns the cache's rules for the objects of customers: only ours are cached, and of them only what is
// read.
func CacheByObject() map[client.Object]cache.ByObject {
	ours := labels.SelectorFromSet(labels.Set{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy})
	return map[client.Object]cache.ByObject{
		&corev1.ServiceAccount{}: {Label: ours},
		&batchv1.CronJob{}:       {Label: ours, Transform: StripCronJob},
		&batchv1.Job{}:           {Label: ours, Transform: stripJob},
		&corev1.Pod{}:            {Label: ours, Transform: stripPod},
	}
}

// stripJob keeps the owner and the end of a Job.
func stripJob(o any) (any, error) {
	if job, ok := o.(*batchv1.Job); ok {
		job.ManagedFields, job.Annotations = nil, nil
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
	var kept []corev1.ContainerStatus
	for i := range all {
		kept = append(kept, corev1.ContainerStatus{Name: all[i].Name, State: all[i].State})
	}
	return kept
}

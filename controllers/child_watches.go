package controllers

import (
	"context"
	"maps"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// CacheByObject gives the cache's rules for what is made for customers: only what is ours, and of it only what is read.
func CacheByObject() map[client.Object]cache.ByObject {
	ours := labels.SelectorFromSet(labels.Set{v1alpha1.LabelManagedBy: v1alpha1.ManagedBy})
	return map[client.Object]cache.ByObject{
		&corev1.ServiceAccount{}: {Label: ours},
		&batchv1.CronJob{}:       {Label: ours, Transform: stripCronJob},
		&batchv1.Job{}:           {Label: ours, Transform: stripJob},
		&corev1.Pod{}:            {Label: ours, Transform: stripPod},
	}
}

// CachedKinds lists the kinds that the controllers read from the cache.
func CachedKinds() []client.Object {
	return append(indexedByCustomer(),
		&v1alpha1.CustomerIntegration{}, &v1alpha1.Supplier{}, &corev1.Secret{})
}

// stripJob keeps of a Job whose it is and how it ended.
func stripJob(o any) (any, error) {
	if job, ok := o.(*batchv1.Job); ok {
		job.ManagedFields, job.Annotations = nil, nil
		job.Spec = batchv1.JobSpec{}
		job.Status = batchv1.JobStatus{Conditions: job.Status.Conditions}
	}
	return o, nil
}

// stripPod keeps of a pod whose it is, what it waits for and how it ended.
func stripPod(o any) (any, error) {
	pod, ok := o.(*corev1.Pod)
	if !ok {
		return o, nil
	}
	pod.ManagedFields, pod.Annotations = nil, nil
	pod.Spec = corev1.PodSpec{}
	kept := corev1.PodStatus{Phase: pod.Status.Phase, Reason: pod.Status.Reason, Conditions: pod.Status.Conditions}
	for i := range pod.Status.ContainerStatuses {
		c := &pod.Status.ContainerStatuses[i]
		kept.ContainerStatuses = append(kept.ContainerStatuses, corev1.ContainerStatus{Name: c.Name, State: c.State})
	}
	pod.Status = kept
	return pod, nil
}

// accountMetadata is the type by which ServiceAccounts are read: of them, only metadata matters.
func accountMetadata() *metav1.PartialObjectMetadata {
	o := &metav1.PartialObjectMetadata{}
	o.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccount"))
	return o
}

// indexedByCustomer are the kinds that are found by the customer that they were made for.
func indexedByCustomer() []client.Object {
	return []client.Object{accountMetadata(), &batchv1.CronJob{}, &batchv1.Job{}, &corev1.Pod{}}
}

// customerOf gives the name of the customer that an object was made for, by its label. It is used to find objects and to
// wake customers, not to decide whose they are.
func customerOf(o client.Object) []string {
	if name := o.GetLabels()[v1alpha1.LabelIntegration]; name != "" {
		return []string{name}
	}
	return nil
}

// wakeCustomer wakes the customer that an object was made for.
func wakeCustomer() handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(_ context.Context, o client.Object) []reconcile.Request {
		names := customerOf(o)
		requests := make([]reconcile.Request, 0, len(names))
		for _, name := range names {
			requests = append(requests, reconcile.Request{NamespacedName: types.NamespacedName{Namespace: o.GetNamespace(), Name: name}})
		}
		return requests
	})
}

// updates lets an update pass if something that matters differs, and every creation and deletion.
func updates(differ func(before, after client.Object) bool) predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool { return differ(e.ObjectOld, e.ObjectNew) }}
}

// metadataChanged reports whether labels, annotations, owners or the wish to delete differ.
func metadataChanged(before, after client.Object) bool {
	return !maps.Equal(before.GetLabels(), after.GetLabels()) ||
		!maps.Equal(before.GetAnnotations(), after.GetAnnotations()) ||
		!equality.Semantic.DeepEqual(before.GetOwnerReferences(), after.GetOwnerReferences()) ||
		before.GetDeletionTimestamp().IsZero() != after.GetDeletionTimestamp().IsZero()
}

// cronJobChanged reports whether somebody has changed a CronJob. That it ran is in its status, and no change.
func cronJobChanged(before, after client.Object) bool {
	return before.GetGeneration() != after.GetGeneration() || metadataChanged(before, after)
}

// jobChanged reports whether a Job has ended or is about to go.
func jobChanged(before, after client.Object) bool {
	was, ok1 := before.(*batchv1.Job)
	is, ok2 := after.(*batchv1.Job)
	if !ok1 || !ok2 {
		return false
	}
	finishedBefore, _ := finishOf(was)
	finishedAfter, _ := finishOf(is)
	return !finishedBefore.Equal(finishedAfter) || metadataChanged(before, after)
}

// podChanged reports whether a pod has started, ended, or waits for something else.
func podChanged(before, after client.Object) bool {
	was, ok1 := before.(*corev1.Pod)
	is, ok2 := after.(*corev1.Pod)
	return ok1 && ok2 && (was.Status.Phase != is.Status.Phase || waitingFor(was) != waitingFor(is))
}

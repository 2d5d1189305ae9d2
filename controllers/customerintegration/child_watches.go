package customerintegration

import (
	"context"
	"maps"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/internal/syncjob"
)

// wakeCustomer wakes the customer that an object was created for.
func wakeCustomer() handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(_ context.Context, o client.Object) []reconcile.Request {
		customers := customersOf(o)
		requests := make([]reconcile.Request, 0, len(customers))
		for _, customer := range customers {
			requests = append(requests, reconcile.Request{NamespacedName: customer})
		}
		return requests
	})
}

// wakeCustomerOfPod wakes the customer of a pod. It remembers a pod that was deleted before its Job.
func (r *Reconciler) wakeCustomerOfPod() handler.EventHandler {
	wake := wakeCustomer()
	return handler.Funcs{
		CreateFunc: wake.Create, UpdateFunc: wake.Update, GenericFunc: wake.Generic,
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent,
			q workqueue.TypedRateLimitingInterface[reconcile.Request],
		) {
			if pod, ok := e.Object.(*corev1.Pod); ok {
				r.noteDeletedPod(ctx, pod)
			}
			wake.Delete(ctx, e, q)
		},
	}
}

// noteDeletedPod remembers a deleted pod whose Job still exists.
func (r *Reconciler) noteDeletedPod(ctx context.Context, pod *corev1.Pod) {
	owner, job := metav1.GetControllerOf(pod), &batchv1.Job{}
	if owner == nil || owner.Kind != "Job" {
		return
	}
	err := r.Client.Get(ctx, types.NamespacedName{Namespace: pod.Namespace, Name: owner.Name}, job)
	if err == nil && job.UID == owner.UID && job.DeletionTimestamp.IsZero() {
		r.deletedPods.Note(job.UID, pod, r.Now())
	}
}

// metadataChanged reports whether labels, annotations, owners or the deletion differ.
func metadataChanged(before, after client.Object) bool {
	return !maps.Equal(before.GetLabels(), after.GetLabels()) ||
		!maps.Equal(before.GetAnnotations(), after.GetAnnotations()) ||
		!equality.Semantic.DeepEqual(before.GetOwnerReferences(), after.GetOwnerReferences()) ||
		before.GetDeletionTimestamp().IsZero() != after.GetDeletionTimestamp().IsZero()
}

// cronJobChanged reports whether a CronJob was changed. A run changes only its status, which does not count.
func cronJobChanged(before, after client.Object) bool {
	return before.GetGeneration() != after.GetGeneration() || metadataChanged(before, after)
}

// jobChanged reports whether a Job has ended or is being deleted.
func jobChanged(before, after client.Object) bool {
	was, ok1 := before.(*batchv1.Job)
	is, ok2 := after.(*batchv1.Job)
	if !ok1 || !ok2 {
		return false
	}
	finishedBefore, _ := syncjob.FinishOf(was)
	finishedAfter, _ := syncjob.FinishOf(is)
	return !finishedBefore.Equal(finishedAfter) || metadataChanged(before, after)
}

// podChanged reports whether a pod or its worker has started or ended, or waits for another reason.
func podChanged(before, after client.Object) bool {
	was, ok1 := before.(*corev1.Pod)
	is, ok2 := after.(*corev1.Pod)
	return ok1 && ok2 && (was.Status.Phase != is.Status.Phase || syncjob.WaitReason(was) != syncjob.WaitReason(is) ||
		len(syncjob.Outlasting(was)) != len(syncjob.Outlasting(is)))
}

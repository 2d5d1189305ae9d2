// Package wake holds the predicates of watches that both controllers use.
package wake

import (
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// SpecOrRequestChanged passes creations, deletions, and updates with a changed spec or a new request by annotation. Our
// own status writes do not pass.
func SpecOrRequestChanged() predicate.Predicate {
	requested := predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, after := e.ObjectOld.GetAnnotations(), e.ObjectNew.GetAnnotations()
		return before[v1alpha1.AnnotationReconcileRequestedAt] != after[v1alpha1.AnnotationReconcileRequestedAt] ||
			before[v1alpha1.AnnotationAskCustomerAgain] != after[v1alpha1.AnnotationAskCustomerAgain]
	}}
	return predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, requested)
}

// CreatedOrDeleted passes an object that was created or deleted since the start.
func CreatedOrDeleted() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc:  func(e event.CreateEvent) bool { return !e.IsInInitialList },
		UpdateFunc:  func(event.UpdateEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
	}
}

// Updates passes updates of objects of a kind that differ in something that matters, and every creation and deletion.
func Updates[T client.Object](differ func(before, after T) bool) predicate.Funcs {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, ok1 := e.ObjectOld.(T)
		after, ok2 := e.ObjectNew.(T)
		return ok1 && ok2 && differ(before, after)
	}}
}

// InterruptionChanged passes a Supplier whose status.interruptedTime was written.
func InterruptionChanged() predicate.Predicate {
	return Updates(func(before, after *v1alpha1.Supplier) bool {
		return !before.Status.InterruptedTime.Equal(after.Status.InterruptedTime)
	})
}

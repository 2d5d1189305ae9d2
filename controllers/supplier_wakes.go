package controllers

import (
	"context"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// supplierOfCustomer wakes the Supplier of a customer, so that it counts anew. However many customers there are, it is one
// entry of the queue. The cache tells of a change when it has it: what is counted then is not from before.
func supplierOfCustomer() handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(_ context.Context, o client.Object) []reconcile.Request {
		customer, ok := o.(*v1alpha1.CustomerIntegration)
		if !ok {
			return nil
		}
		return []reconcile.Request{{NamespacedName: types.NamespacedName{Name: customer.SupplierName()}}}
	})
}

// countsOtherwise lets a customer pass that is new or gone, and a change of what it is counted as.
func countsOtherwise() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, ok1 := e.ObjectOld.(*v1alpha1.CustomerIntegration)
		after, ok2 := e.ObjectNew.(*v1alpha1.CustomerIntegration)
		return ok1 && ok2 && (bucketOf(before) != bucketOf(after) || !lastWithdrawal(before).Equal(lastWithdrawal(after)))
	}}
}

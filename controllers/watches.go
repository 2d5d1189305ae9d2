package controllers

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// specOrRequestChanged lets a change of the spec pass, and a new request for a verification. Our own status writes
// wake nobody.
func specOrRequestChanged() predicate.Predicate {
	requested := predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return e.ObjectOld.GetAnnotations()[v1alpha1.AnnotationReconcileRequestedAt] !=
			e.ObjectNew.GetAnnotations()[v1alpha1.AnnotationReconcileRequestedAt]
	}}
	return predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, requested)
}

// interrupted passes a Supplier whose status.interruptedTime was written.
func interrupted() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, ok1 := e.ObjectOld.(*v1alpha1.Supplier)
		after, ok2 := e.ObjectNew.(*v1alpha1.Supplier)
		return ok1 && ok2 && !before.Status.InterruptedTime.Equal(after.Status.InterruptedTime)
	}}
}

// supplierMattersToCustomers passes a Supplier's change if a customer's status may depend on it: its spec, what it can be
// asked for, and which verifications are outdated.
func supplierMattersToCustomers() predicate.Predicate {
	recovered := predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, ok1 := e.ObjectOld.(*v1alpha1.Supplier)
		after, ok2 := e.ObjectNew.(*v1alpha1.Supplier)
		return ok1 && ok2 && Recovered(before, after)
	}}
	return predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, recovered, interrupted())
}

// Recovered reports whether there is a service that can be asked for now and could not before.
func Recovered(before, after *v1alpha1.Supplier) bool {
	could := inOrder(before)
	return slices.ContainsFunc(inOrder(after), func(name v1alpha1.ServiceName) bool { return !slices.Contains(could, name) })
}

// inOrder gives the services that the Supplier's status has nothing against asking for.
func inOrder(s *v1alpha1.Supplier) []v1alpha1.ServiceName {
	if !meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionAuthorityReachable) && !altinnAlone(s) {
		return nil
	}
	if !meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionReady) && !aboutServices(s) {
		return nil
	}
	usable := usableServices(s)
	if altinnAlone(s) {
		usable = slices.DeleteFunc(usable, func(name v1alpha1.ServiceName) bool {
			return services.Of(name).Kind == v1alpha1.AccessSystemUser
		})
	}
	return usable
}

// customersOfSupplier wakes all customers of a Supplier, behind whoever is new.
func customersOfSupplier(reader client.Reader) handler.EventHandler {
	type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]
	wake := func(ctx context.Context, supplier string, q queue) {
		var list v1alpha1.CustomerIntegrationList
		if err := reader.List(ctx, &list, client.MatchingFields{indexSupplier: supplier}); err != nil {
			log.FromContext(ctx).Error(err, "Failed to list the customers of a Supplier", "supplier", supplier)
			return
		}
		for i := range list.Items {
			enqueueWaiting(q, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
	}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q queue) {
			if !e.IsInInitialList { // then each customer is in the initial list of its own kind
				wake(ctx, e.Object.GetName(), q)
			}
		},
		UpdateFunc:  func(ctx context.Context, e event.UpdateEvent, q queue) { wake(ctx, e.ObjectNew.GetName(), q) },
		DeleteFunc:  func(ctx context.Context, e event.DeleteEvent, q queue) { wake(ctx, e.Object.GetName(), q) },
		GenericFunc: func(ctx context.Context, e event.GenericEvent, q queue) { wake(ctx, e.Object.GetName(), q) },
	}
}

// enqueueWaiting adds a request with the priority of waiting customers, where the queue knows priorities.
func enqueueWaiting(q workqueue.TypedRateLimitingInterface[reconcile.Request], r reconcile.Request) {
	pq, ok := q.(priorityqueue.PriorityQueue[reconcile.Request])
	if !ok {
		q.Add(r)
		return
	}
	priority := priorityWaiting
	pq.AddWithOpts(priorityqueue.AddOpts{Priority: &priority}, r)
}

// suppliersOfSecret wakes the Suppliers whose key or certificate is in a Secret.
func suppliersOfSecret(reader client.Reader) handler.MapFunc {
	return func(ctx context.Context, secret client.Object) []reconcile.Request {
		var list v1alpha1.SupplierList
		if err := reader.List(ctx, &list); err != nil {
			log.FromContext(ctx).Error(err, "Failed to list Suppliers")
			return nil
		}
		var requests []reconcile.Request
		for i := range list.Items {
			m := list.Items[i].Spec.Maskinporten
			if m.KeySecretRef.Name == secret.GetName() || m.CertificateSecretRef.Name == secret.GetName() {
				requests = append(requests, reconcile.Request{NamespacedName: types.NamespacedName{Name: list.Items[i].Name}})
			}
		}
		return requests
	}
}

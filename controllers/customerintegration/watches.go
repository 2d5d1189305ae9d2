package customerintegration

import (
	"bytes"
	"context"
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/wake"
)

// supplierMattersToCustomers passes a change of a Supplier that a customer's status may depend on: of its spec, of
// whether the spec blocks many, of which services can be verified, and of which verifications are outdated.
func supplierMattersToCustomers() predicate.Predicate {
	recovered := wake.Updates(func(before, after *v1alpha1.Supplier) bool {
		return availability.HasRecovered(before, after) || availability.ChangesBlocks(before, after) ||
			availability.LacksPods(before) != availability.LacksPods(after)
	})
	return predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, recovered, wake.InterruptionChanged())
}

// customersOfSupplier wakes all customers of a Supplier.
func customersOfSupplier(reader client.Reader) handler.EventHandler {
	return wakeListed(reader, pacing.PriorityWaiting, func(supplier client.Object) client.ListOption {
		return client.MatchingFields{customerlist.IndexSupplier: supplier.GetName()}
	})
}

// everyCustomer wakes all customers. It is for the token broker's certificate, which is in each CronJob, and for the
// emergency stop.
func everyCustomer(reader client.Reader, priority int) handler.EventHandler {
	return wakeListed(reader, priority, func(client.Object) client.ListOption { return client.UnsafeDisableDeepCopy })
}

// wakeListed wakes the customers that belong to an object, with a priority. An object of the initial list wakes none,
// because the initial list of customers wakes each.
func wakeListed(
	reader client.Reader, priority int, of func(client.Object) client.ListOption,
) handler.EventHandler {
	type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]
	enqueue := func(ctx context.Context, o client.Object, q queue) {
		var list v1alpha1.CustomerIntegrationList
		if err := reader.List(ctx, &list, of(o)); err != nil {
			log.FromContext(ctx).Error(err, "Failed to list the customers to wake", "changed", o.GetName())
			return
		}
		for i := range list.Items {
			enqueueWith(q, priority, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
	}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q queue) {
			if !e.IsInInitialList {
				enqueue(ctx, e.Object, q)
			}
		},
		UpdateFunc:  func(ctx context.Context, e event.UpdateEvent, q queue) { enqueue(ctx, e.ObjectNew, q) },
		DeleteFunc:  func(ctx context.Context, e event.DeleteEvent, q queue) { enqueue(ctx, e.Object, q) },
		GenericFunc: func(ctx context.Context, e event.GenericEvent, q queue) { enqueue(ctx, e.Object, q) },
	}
}

// unhandledFirst wakes customers of the initial list whose latest spec or request is in no status, ahead of those that
// are as the last leader left them.
func unhandledFirst() handler.EventHandler {
	type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]
	return handler.Funcs{CreateFunc: func(_ context.Context, e event.CreateEvent, q queue) {
		if c, ok := e.Object.(*v1alpha1.CustomerIntegration); ok && e.IsInInitialList && isUnhandled(c) {
			enqueueWith(q, pacing.PriorityChanged, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(c)})
		}
	}}
}

// isUnhandled reports whether a customer's status was written before its latest spec or request.
func isUnhandled(c *v1alpha1.CustomerIntegration) bool {
	s, requested := &c.Status, c.GetAnnotations()
	verify, ask := requested[v1alpha1.AnnotationReconcileRequestedAt], requested[v1alpha1.AnnotationAskCustomerAgain]
	return s.ObservedGeneration != c.Generation || verify != "" && verify != s.LastHandledReconcileAt ||
		ask != "" && ask != s.LastHandledAskCustomerAgain
}

// enqueueWith adds a request with a priority, if the queue has priorities.
func enqueueWith(q workqueue.TypedRateLimitingInterface[reconcile.Request], priority int, r reconcile.Request) {
	pq, ok := q.(priorityqueue.PriorityQueue[reconcile.Request])
	if !ok {
		q.Add(r)
		return
	}
	pq.AddWithOpts(priorityqueue.AddOpts{Priority: &priority}, r)
}

// isBrokers passes events of the Secret with the token broker's certificate authority. Updates pass if its data differ.
func isBrokers(name string) predicate.Predicate {
	return predicate.And(
		predicate.NewPredicateFuncs(func(o client.Object) bool { return o.GetName() == name }),
		wake.Updates(func(before, after *corev1.Secret) bool {
			return !maps.EqualFunc(before.Data, after.Data, bytes.Equal)
		}),
	)
}

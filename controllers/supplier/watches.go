package supplier

import (
	"context"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
	"github.com/4human/integration-operator/internal/wake"
)

// outsideFailure passes a customer whose status has a new run that NAV failed, in which NAV refused plans, or which
// got no token.
func outsideFailure() predicate.Predicate {
	p := wake.Updates(func(before, after *v1alpha1.CustomerIntegration) bool {
		return slices.ContainsFunc(after.Status.Services, func(is v1alpha1.CustomerServiceStatus) bool {
			run := is.Sync.LastRun
			reason := runreport.Reason(run.Reason)
			failed := run.RefusedByRegisters > 0 || reason.BlamesNAV() || reason == runreport.BrokerUnavailable
			return failed && before.Status.Service(is.Name).Sync.LastRun.JobUID != run.JobUID
		})
	})
	p.CreateFunc = func(event.CreateEvent) bool { return false }
	p.DeleteFunc = func(event.DeleteEvent) bool { return false }
	return p
}

// enqueueSupplier wakes the Supplier of a customer after rejectionPause. Customers that change meanwhile share one
// reconcile.
func enqueueSupplier() handler.EventHandler {
	return handler.Funcs{
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			if customer, ok := e.ObjectNew.(*v1alpha1.CustomerIntegration); ok {
				q.AddAfter(reconcile.Request{NamespacedName: types.NamespacedName{Name: customer.SupplierName()}}, rejectionPause)
			}
		},
	}
}

// countDelay is how long after a customer's change the Supplier counts again.
const countDelay = time.Second

// supplierOfCustomer wakes the Supplier of a customer after countDelay, so that it counts again. Customers that change
// meanwhile share one reconcile. The cache has a change before it sends the event, so the change is counted.
func supplierOfCustomer() handler.EventHandler {
	type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]
	enqueue := func(o client.Object, q queue) {
		if customer, ok := o.(*v1alpha1.CustomerIntegration); ok {
			q.AddAfter(reconcile.Request{NamespacedName: types.NamespacedName{Name: customer.SupplierName()}}, countDelay)
		}
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, q queue) { enqueue(e.Object, q) },
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q queue) {
			enqueue(e.ObjectOld, q) // if it was deleted and created again unseen, it may have had another Supplier
			enqueue(e.ObjectNew, q)
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q queue) { enqueue(e.Object, q) },
	}
}

// countMayChange passes a customer that was created or deleted, and a change of what it is counted as.
func countMayChange() predicate.Predicate {
	return wake.Updates(func(before, after *v1alpha1.CustomerIntegration) bool {
		return bucketOf(before) != bucketOf(after) || before.Syncs() != after.Syncs() ||
			(before.Spec.HRM.Endpoint == "") != (after.Spec.HRM.Endpoint == "") ||
			!lastWithdrawal(before).Equal(lastWithdrawal(after)) ||
			(startFailure(before) == "") != (startFailure(after) == "")
	})
}

// suppliersOfSecret wakes the Suppliers whose key or certificate is in a Secret.
func suppliersOfSecret(reader client.Reader) handler.MapFunc {
	return suppliersBy(reader, func(s *v1alpha1.Supplier, secret client.Object) bool {
		m := s.Spec.Maskinporten
		return m.KeySecretRef.Name == secret.GetName() || m.CertificateSecretRef.Name == secret.GetName()
	})
}

// allSuppliers wakes every Supplier when a value is received.
func allSuppliers(reader client.Reader, changed <-chan struct{}) source.Source {
	return source.Func(func(ctx context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		go func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-changed:
					wakeAll(ctx, reader, queue)
				}
			}
		}()
		return nil
	})
}

// wakeAll adds every Supplier to a queue.
func wakeAll(
	ctx context.Context, reader client.Reader, queue workqueue.TypedRateLimitingInterface[reconcile.Request],
) {
	for _, r := range everySupplier(reader)(ctx, nil) {
		queue.Add(r)
	}
}

// everySupplier wakes every Supplier, whatever the object is.
func everySupplier(reader client.Reader) handler.MapFunc {
	return suppliersBy(reader, func(*v1alpha1.Supplier, client.Object) bool { return true })
}

// suppliersBy wakes the Suppliers to which an object matters.
func suppliersBy(reader client.Reader, matters func(*v1alpha1.Supplier, client.Object) bool) handler.MapFunc {
	return func(ctx context.Context, o client.Object) []reconcile.Request {
		var list v1alpha1.SupplierList
		if err := reader.List(ctx, &list); err != nil {
			log.FromContext(ctx).Error(err, "Failed to list Suppliers")
			return nil
		}
		var requests []reconcile.Request
		for i := range list.Items {
			if matters(&list.Items[i], o) {
				requests = append(requests, reconcile.Request{NamespacedName: types.NamespacedName{Name: list.Items[i].Name}})
			}
		}
		return requests
	}
}

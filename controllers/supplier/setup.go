package supplier

import (
	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/emergencystop"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/wake"
)

// Options are the settings of the controller.
type Options struct {
	// Namespace is the manager's own.
	Namespace string
	// Suspects carries the Suppliers whose customers' requests met a fault.
	Suspects <-chan event.GenericEvent
	// AccessChanged receives a value when Reconciler.Inaccessible has changed. It may be nil.
	AccessChanged <-chan struct{}
	// Wrap decorates the reconciler, such as with a watchdog. It may be nil.
	Wrap func(name string, r reconcile.Reconciler) reconcile.Reconciler
}

// SetupWithManager adds the controller to the manager, whose clients it uses.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager, o Options) error {
	r.Client, r.Events = mgr.GetClient(), mgr.GetEventRecorder(condition.EventSource)
	r.Customers = customerlist.IndexedBySupplier(r.Client)
	const name = "supplier"
	var reconciler reconcile.Reconciler = r
	if o.Wrap != nil {
		reconciler = o.Wrap(name, r)
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named(name).
		For(&v1alpha1.Supplier{},
			builder.WithPredicates(predicate.Or(wake.SpecOrRequestChanged(), wake.InterruptionChanged()))).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(suppliersOfSecret(mgr.GetClient()))).
		Watches(&v1alpha1.CustomerIntegration{}, supplierOfCustomer(), builder.WithPredicates(countMayChange())).
		Watches(&v1alpha1.CustomerIntegration{}, enqueueSupplier(), builder.WithPredicates(outsideFailure())).
		Watches(&corev1.ConfigMap{}, handler.EnqueueRequestsFromMapFunc(everySupplier(mgr.GetClient())),
			builder.WithPredicates(emergencystop.Is())).
		Watches(&v1alpha1.Supplier{}, handler.EnqueueRequestsFromMapFunc(everySupplier(mgr.GetClient())),
			builder.WithPredicates(wake.CreatedOrDeleted(), emergencystop.Exists(mgr.GetClient(), o.Namespace))).
		Watches(&v1alpha1.CustomerIntegration{}, handler.EnqueueRequestsFromMapFunc(everySupplier(mgr.GetClient())),
			builder.WithPredicates(emergencystop.MayWiden(mgr.GetClient(), o.Namespace))).
		WatchesRawSource(source.Channel(o.Suspects, &handler.EnqueueRequestForObject{})).
		WatchesRawSource(allSuppliers(mgr.GetClient(), o.AccessChanged)).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: 2, EnableWarmup: new(true), RateLimiter: pacing.NewRetries[reconcile.Request](),
		}).
		Complete(reconciler)
}

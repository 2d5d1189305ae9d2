package controllers

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
)

// eventSource names the operator in events.
const eventSource = "integration-operator"

// indexSupplier is the cache's index of CustomerIntegrations by the name of their Supplier.
const indexSupplier = "supplier"

// Options are what the controllers need besides a manager.
type Options struct {
	// Namespace is the manager's own: the Secrets with keys are there.
	Namespace string
	// Namespaces are those whose customers are looked after.
	Namespaces []string
	// Image is that of jobs whose Supplier names none.
	Image string
	// Broker finds the token broker of jobs. Without it no CronJob is made.
	Broker FindTokenBroker
	// BrokerSecret is the name of the Secret, in Namespace, that the broker's authority is in.
	BrokerSecret string
	// Workers is how many customers are looked at at a time. 0: 10.
	Workers int
	// Observer is told what became of customers. nil: nobody is.
	Observer Observer
	// Now is the clock. Required.
	Now func() time.Time
	// Wrap decorates the reconcilers by their controller's name, such as with a watchdog. nil: not at all.
	Wrap func(name string, r reconcile.Reconciler) reconcile.Reconciler
}

func (o *Options) complete() {
	if o.Workers == 0 {
		o.Workers = 10
	}
	if o.Wrap == nil {
		o.Wrap = func(_ string, r reconcile.Reconciler) reconcile.Reconciler { return r }
	}
}

// Setup adds the controllers to the manager. The context is for the set-up alone. Pool has the ways to the authority.
func Setup(ctx context.Context, mgr ctrl.Manager, pool *authority.Pool, o Options) error {
	o.complete()
	suspects, released := make(chan event.GenericEvent, 256), make(chan event.GenericEvent, 256)
	taken := &TakenPlans{}
	if err := setupSuppliers(mgr, o, pool, taken, suspects, released); err != nil {
		return fmt.Errorf("setting up the Supplier controller: %w", err)
	}
	if err := setupCustomers(ctx, mgr, o, pool, taken, suspects, released); err != nil {
		return fmt.Errorf("setting up the CustomerIntegration controller: %w", err)
	}
	return nil
}

func setupSuppliers(
	mgr ctrl.Manager, o Options, pool *authority.Pool, taken *TakenPlans,
	suspects <-chan event.GenericEvent, released chan<- event.GenericEvent,
) error {
	const name = "supplier"
	r := &SupplierReconciler{
		Client: mgr.GetClient(), Pool: pool, Customers: IndexedCustomers(mgr.GetClient()),
		Events: mgr.GetEventRecorder(eventSource), Now: o.Now, Taken: taken,
		Released: func(supplier string) { send(released, supplier) },
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named(name).
		For(&v1alpha1.Supplier{}, builder.WithPredicates(predicate.Or(specOrRequestChanged(), interrupted()))).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(suppliersOfSecret(mgr.GetClient()))).
		Watches(&v1alpha1.CustomerIntegration{}, supplierOfCustomer(), builder.WithPredicates(countsOtherwise())).
		Watches(&v1alpha1.CustomerIntegration{}, supplierSoon(), builder.WithPredicates(plansRefused())).
		WatchesRawSource(source.Channel(suspects, &handler.EnqueueRequestForObject{})).
		WithOptions(controller.Options{MaxConcurrentReconciles: 2, EnableWarmup: new(true)}).
		Complete(o.Wrap(name, r))
}

func setupCustomers(
	ctx context.Context, mgr ctrl.Manager, o Options, pool *authority.Pool, taken *TakenPlans,
	suspects chan<- event.GenericEvent, released <-chan event.GenericEvent,
) error {
	const name = "customerintegration"
	index := func(o client.Object) []string {
		return []string{o.(*v1alpha1.CustomerIntegration).SupplierName()} //nolint:forcetypeassert // The index is of this kind only.
	}
	err := mgr.GetFieldIndexer().IndexField(ctx, &v1alpha1.CustomerIntegration{}, indexSupplier, index)
	if err != nil {
		return fmt.Errorf("indexing customers by Supplier: %w", err)
	}
	if err := mgr.GetFieldIndexer().IndexField(ctx, &v1alpha1.CustomerIntegration{}, indexOrganization, organizationOf); err != nil {
		return fmt.Errorf("indexing customers by organization number: %w", err)
	}
	for _, kind := range indexedByCustomer() {
		if err := mgr.GetFieldIndexer().IndexField(ctx, kind, indexIntegration, customerOf); err != nil {
			return fmt.Errorf("indexing %T by customer: %w", kind, err)
		}
	}
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		return fmt.Errorf("reading the time zone of schedules: %w", err)
	}
	find := FindByOrganization(mgr.GetClient())
	r := &CustomerIntegrationReconciler{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Children: FindIndexed(mgr.GetClient()), Image: o.Image, Zone: zone,
		SameOrganization: find, Customers: IndexedCustomers(mgr.GetClient()), Pool: pool, Events: mgr.GetEventRecorder(eventSource), Now: o.Now,
		Broker:   o.Broker,
		Observer: o.Observer, Taken: taken,
		Suspect: func(supplier string) { send(suspects, supplier) },
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named(name).
		For(&v1alpha1.CustomerIntegration{}, builder.WithPredicates(predicate.Or(specOrRequestChanged(), answersLost()))).
		Watches(&v1alpha1.Supplier{}, customersOfSupplier(mgr.GetClient()), builder.WithPredicates(supplierMattersToCustomers())).
		WatchesRawSource(source.Channel(released, customersOfSupplier(mgr.GetClient()))).
		Watches(&v1alpha1.CustomerIntegration{}, wakeYounger(find), builder.WithPredicates(duplicatesMayChange())).
		Watches(&v1alpha1.Supplier{}, wakeUnderOthers(mgr.GetClient(), find), builder.WithPredicates(supplierMattersToOthers())).
		Watches(&corev1.Secret{}, everyCustomer(mgr.GetClient()), builder.WithPredicates(isBrokers(o.BrokerSecret))).
		Watches(&batchv1.CronJob{}, wakeCustomer(), builder.WithPredicates(updates(cronJobChanged))).
		Watches(&batchv1.Job{}, wakeCustomer(), builder.WithPredicates(updates(jobChanged))).
		Watches(&corev1.Pod{}, wakeCustomer(), builder.WithPredicates(updates(podChanged))).
		WatchesMetadata(&corev1.ServiceAccount{}, wakeCustomer(), builder.WithPredicates(updates(metadataChanged))).
		WithOptions(controller.Options{MaxConcurrentReconciles: o.Workers, EnableWarmup: new(true)}).
		Complete(o.Wrap(name, r))
}

// send sends a Supplier's name to the other controller. When the channel is full it is dropped: so many have been sent that
// one is on its way.
func send(to chan<- event.GenericEvent, supplier string) {
	s := &v1alpha1.Supplier{}
	s.Name = supplier
	select {
	case to <- event.GenericEvent{Object: s}:
	default:
	}
}

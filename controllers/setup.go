package controllers

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
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
	// Workers is how many customers are looked at at a time. 0: 10.
	Workers int
	// Now is the clock. Required.
	Now func() time.Time
	// Limits hold customers' questions back when too many fail.
	Limits authority.Limits
	// Connect makes the clients of Maskinporten. nil: maskinporten.New.
	Connect authority.Connect
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

// Setup adds both controllers to the manager. The context is for the set-up alone.
func Setup(ctx context.Context, mgr ctrl.Manager, o Options) error {
	o.complete()
	pool := &authority.Pool{
		Secrets: mgr.GetClient(), Namespace: o.Namespace, Now: o.Now, Connect: o.Connect, Limits: o.Limits,
	}
	suspects := make(chan event.GenericEvent, 256)
	if err := setupSuppliers(mgr, o, pool, suspects); err != nil {
		return fmt.Errorf("setting up the Supplier controller: %w", err)
	}
	if err := setupCustomers(ctx, mgr, o, pool, suspects); err != nil {
		return fmt.Errorf("setting up the CustomerIntegration controller: %w", err)
	}
	return nil
}

func setupSuppliers(mgr ctrl.Manager, o Options, pool *authority.Pool, suspects <-chan event.GenericEvent) error {
	const name = "supplier"
	r := &SupplierReconciler{
		Client: mgr.GetClient(), Pool: pool, Events: mgr.GetEventRecorder(eventSource), Now: o.Now,
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named(name).
		For(&integrationsv1alpha1.Supplier{}, builder.WithPredicates(specOrRequestChanged())).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(suppliersOfSecret(mgr.GetClient()))).
		WatchesRawSource(source.Channel(suspects, &handler.EnqueueRequestForObject{})).
		WithOptions(controller.Options{MaxConcurrentReconciles: 2, EnableWarmup: new(true)}).
		Complete(o.Wrap(name, r))
}

func setupCustomers(ctx context.Context, mgr ctrl.Manager, o Options, pool *authority.Pool, suspects chan<- event.GenericEvent) error {
	const name = "customerintegration"
	index := func(o client.Object) []string {
		return []string{o.(*integrationsv1alpha1.CustomerIntegration).SupplierName()} //nolint:forcetypeassert // The index is of this kind only.
	}
	err := mgr.GetFieldIndexer().IndexField(ctx, &integrationsv1alpha1.CustomerIntegration{}, indexSupplier, index)
	if err != nil {
		return fmt.Errorf("indexing customers by Supplier: %w", err)
	}
	r := &CustomerIntegrationReconciler{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Pool: pool, Events: mgr.GetEventRecorder(eventSource), Now: o.Now,
		Suspect: func(supplier string) { suspect(suspects, supplier) },
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named(name).
		For(&integrationsv1alpha1.CustomerIntegration{}, builder.WithPredicates(specOrRequestChanged())).
		Watches(&integrationsv1alpha1.Supplier{}, customersOfSupplier(mgr.GetClient()), builder.WithPredicates(supplierMattersToCustomers())).
		WithOptions(controller.Options{MaxConcurrentReconciles: o.Workers, EnableWarmup: new(true)}).
		Complete(o.Wrap(name, r))
}

// suspect asks for a look at a Supplier. When the channel is full it is dropped: so many have asked that one is on
// its way.
func suspect(to chan<- event.GenericEvent, supplier string) {
	s := &integrationsv1alpha1.Supplier{}
	s.Name = supplier
	select {
	case to <- event.GenericEvent{Object: s}:
	default:
	}
}

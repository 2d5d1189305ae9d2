package customerintegration

import (
	"cmp"
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
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/emergencystop"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/syncjob"
	"github.com/4human/integration-operator/internal/wake"
)

// defaultWorkers is how many customers are reconciled at a time, besides those that wait for a response.
const defaultWorkers = 10

// maxWaiting is how many more customers wait for a response of Maskinporten, Altinn or Enhetsregisteret at a time.
const maxWaiting = 500

// Goroutines returns how many goroutines the controller needs for a number of workers.
func Goroutines(workers int) int { return workers + maxWaiting }

// Options are the settings of the controller.
type Options struct {
	// Namespace is the manager's own.
	Namespace string
	// BrokerSecret is the name of the Secret of the token broker's authority, in the manager's namespace.
	BrokerSecret string
	// Workers is how many customers are reconciled at a time, besides those that wait for a response. 0 means 10.
	Workers int
	// Released carries the Suppliers whose customers are no longer held back.
	Released <-chan event.GenericEvent
	// Wrap decorates the reconciler, such as with a watchdog. It may be nil.
	Wrap func(name string, r reconcile.Reconciler) reconcile.Reconciler
}

// SetupWithManager adds the controller to the manager, whose clients it uses. The context is for the set-up alone.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, o Options) error {
	if err := addIndexes(ctx, mgr.GetFieldIndexer()); err != nil {
		return err
	}
	zone, err := time.LoadLocation(syncjob.TimeZone)
	if err != nil {
		return fmt.Errorf("reading the time zone of schedules: %w", err)
	}
	cached, find := mgr.GetClient(), customerlist.IndexedByOrganization(mgr.GetClient())
	r.Client, r.Live, r.Zone = cached, mgr.GetAPIReader(), zone
	r.Children, r.SameOrganization, r.Customers = syncjob.FindIndexed(cached), find, customerlist.IndexedBySupplier(cached)
	r.Events = mgr.GetEventRecorder(condition.EventSource)
	workers := cmp.Or(o.Workers, defaultWorkers)
	r.Places = pacing.NewPlaces(workers)
	const name = "customerintegration"
	var reconciler reconcile.Reconciler = r
	if o.Wrap != nil {
		reconciler = o.Wrap(name, r)
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named(name).
		For(&v1alpha1.CustomerIntegration{},
			builder.WithPredicates(predicate.Or(wake.SpecOrRequestChanged(), statusGoesBack()))).
		Watches(&v1alpha1.CustomerIntegration{}, unhandledFirst()).
		Watches(&v1alpha1.Supplier{}, customersOfSupplier(cached), builder.WithPredicates(supplierMattersToCustomers())).
		WatchesRawSource(source.Channel(o.Released, customersOfSupplier(cached))).
		WatchesRawSource(r.lateLookups()).
		Watches(&v1alpha1.CustomerIntegration{}, wakeYounger(find), builder.WithPredicates(duplicatesMayChange())).
		Watches(&v1alpha1.Supplier{}, wakeUnderOthers(cached, find), builder.WithPredicates(supplierMattersToOthers())).
		Watches(&corev1.Secret{}, everyCustomer(cached, pacing.PriorityWaiting),
			builder.WithPredicates(isBrokers(o.BrokerSecret))).
		Watches(&corev1.ConfigMap{}, everyCustomer(cached, pacing.PriorityStop),
			builder.WithPredicates(emergencystop.Is())).
		Watches(&v1alpha1.Supplier{}, everyCustomer(cached, pacing.PriorityStop),
			builder.WithPredicates(wake.CreatedOrDeleted(), emergencystop.Exists(cached, o.Namespace))). //nolint:contextcheck // Predicates have none.
		Watches(&v1alpha1.CustomerIntegration{}, everyCustomer(cached, pacing.PriorityStop),
			builder.WithPredicates(emergencystop.MayWiden(cached, o.Namespace))). //nolint:contextcheck // Likewise.
		Watches(&batchv1.CronJob{}, wakeCustomer(),
			builder.WithPredicates(wake.Updates(cronJobChanged), r.created.others("CronJob"))).
		Watches(&batchv1.Job{}, wakeCustomer(), builder.WithPredicates(wake.Updates(jobChanged), r.created.others("Job"))).
		Watches(&corev1.Pod{}, r.wakeCustomerOfPod(), builder.WithPredicates(wake.Updates(podChanged))).
		WatchesMetadata(&corev1.ServiceAccount{}, wakeCustomer(),
			builder.WithPredicates(wake.Updates(metadataChanged), r.created.others("ServiceAccount"))).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: Goroutines(workers), EnableWarmup: new(true),
			RateLimiter: pacing.NewRetries[reconcile.Request](), NewQueue: pacing.NewQueue[reconcile.Request](r.Places),
		}).
		Complete(reconciler)
}

// addIndexes adds the indexes by which customers and what was made for them are found.
func addIndexes(ctx context.Context, indexer client.FieldIndexer) error {
	if err := addCustomerIndexes(ctx, indexer); err != nil {
		return err
	}
	for _, kind := range syncjob.IndexedByCustomer() {
		if err := indexer.IndexField(ctx, kind, syncjob.IndexIntegration, syncjob.CustomerOf); err != nil {
			return fmt.Errorf("indexing %T by customer: %w", kind, err)
		}
	}
	return nil
}

// addCustomerIndexes adds the indexes by which customers are found.
func addCustomerIndexes(ctx context.Context, indexer client.FieldIndexer) error {
	for index, of := range map[string]client.IndexerFunc{
		customerlist.IndexSupplier:     customerlist.BySupplier,
		customerlist.IndexOrganization: customerlist.ByOrganization,
	} {
		if err := indexer.IndexField(ctx, &v1alpha1.CustomerIntegration{}, index, of); err != nil {
			return fmt.Errorf("indexing customers by %s: %w", index, err)
		}
	}
	return nil
}

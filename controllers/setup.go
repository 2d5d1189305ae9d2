package controllers

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration"
	"github.com/4human/integration-operator/controllers/supplier"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/emergencystop"
	"github.com/4human/integration-operator/internal/enhetsregisteret"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/syncjob"
)

// CustomerKinds lists the kinds that the controllers read from the cache in customers' namespaces.
func CustomerKinds() []client.Object {
	return append(syncjob.IndexedByCustomer(), &v1alpha1.CustomerIntegration{})
}

// CachedKinds lists all kinds that the controllers read from the cache.
func CachedKinds() []client.Object {
	return append(CustomerKinds(), &v1alpha1.Supplier{}, &corev1.Secret{}, &corev1.ConfigMap{})
}

// Options are what the controllers need besides a manager.
type Options struct {
	// Namespace is the manager's own: the Secrets with keys and the ConfigMap of the emergency stop are there.
	Namespace string
	// Namespaces are those whose customers are reconciled.
	Namespaces []string
	// Image is the worker's image for jobs whose Supplier names none.
	Image string
	// ShardLabels are the keys of customers' labels that their objects have too, so that one selector matches both.
	ShardLabels []string
	// Broker finds the token broker of jobs. If it is nil, no CronJob is created.
	Broker syncjob.FindBroker
	// BrokerSecret is the name of the Secret in Namespace with the broker's certificate authority.
	BrokerSecret string
	// Workers is how many customers are reconciled at a time. 0 means 10.
	Workers int
	// Observer counts what happens to customers. It may be nil.
	Observer customerintegration.Observer
	// Now is the clock. Required.
	Now func() time.Time
	// Inaccessible returns the namespaces of Namespaces in which the manager lacks rights. It may be nil.
	Inaccessible func() []string
	// AccessChanged receives a value when Inaccessible has changed.
	AccessChanged <-chan struct{}
	// Wrap decorates the reconcilers by the name of their controller, such as with a watchdog. It may be nil.
	Wrap func(name string, r reconcile.Reconciler) reconcile.Reconciler
}

// EmergencyStop returns how a manager finds the emergency stop, whose ConfigMap is in its namespace. sharded reports
// whether its cache has one shard's objects only.
func EmergencyStop(mgr ctrl.Manager, namespace string, sharded bool) emergencystop.Find {
	reader := client.Reader(mgr.GetClient())
	if sharded {
		reader = emergencystop.AcrossShards(mgr.GetClient(), mgr.GetAPIReader())
	}
	return emergencystop.In(reader, namespace, customerlist.IndexedBySupplier(mgr.GetClient()))
}

// Setup adds the controllers to the manager. The context is for the set-up alone.
func Setup(ctx context.Context, mgr ctrl.Manager, pool *authority.Pool, o Options) error {
	suspects, released := make(chan event.GenericEvent, 256), make(chan event.GenericEvent, 256)
	accepted := &syncjob.AcceptedPlans{}
	stop := EmergencyStop(mgr, o.Namespace, len(o.ShardLabels) > 0)
	suppliers := &supplier.Reconciler{
		Pool: pool, Stop: stop, Now: o.Now, AcceptedPlans: accepted, Released: func(name string) { send(released, name) },
		Inaccessible: o.Inaccessible,
	}
	if err := suppliers.SetupWithManager(mgr, supplier.Options{ //nolint:contextcheck // Predicates have none.
		Namespace: o.Namespace, Suspects: suspects, AccessChanged: o.AccessChanged, Wrap: o.Wrap,
	}); err != nil {
		return fmt.Errorf("setting up the Supplier controller: %w", err)
	}
	customers := &customerintegration.Reconciler{
		Pool: pool, Stop: stop, Now: o.Now, AcceptedPlans: accepted, Suspect: func(name string) { send(suspects, name) },
		Image: o.Image, ShardLabels: o.ShardLabels, Broker: o.Broker, Observer: o.Observer,
		Lookups: &enhetsregisteret.Lookups{
			Log:   mgr.GetLogger().WithName("lookups"),
			Calls: outbound.Caller{Transport: outbound.NewTransport(nil), Timeout: lookupTimeout, Now: o.Now},
		},
	}
	if err := customers.SetupWithManager(ctx, mgr, customerintegration.Options{
		Namespace: o.Namespace, BrokerSecret: o.BrokerSecret, Workers: o.Workers, Released: released, Wrap: o.Wrap,
	}); err != nil {
		return fmt.Errorf("setting up the CustomerIntegration controller: %w", err)
	}
	return nil
}

// lookupTimeout bounds a request to Enhetsregisteret. No reconcile waits that long for one.
const lookupTimeout = 10 * time.Second

// send sends a Supplier's name to the other controller. If the channel is full, the name is dropped, because both
// controllers also reconcile by time.
func send(to chan<- event.GenericEvent, name string) {
	s := &v1alpha1.Supplier{}
	s.Name = name
	select {
	case to <- event.GenericEvent{Object: s}:
	default:
	}
}

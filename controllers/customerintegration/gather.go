package customerintegration

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/pacing"
)

// gathered is what gather returns: the facts, and what later steps send and write with.
type gathered struct {
	*verdict.Facts
	// read is the customer as it was read, for the patch of its status.
	read *v1alpha1.CustomerIntegration
	// guard is nil if no client can be made from the Supplier's spec and Secret.
	guard *authority.Guard
}

// gather reads what one reconcile needs. It returns nil if there is nothing to do.
func (r *Reconciler) gather(ctx context.Context, key types.NamespacedName) (*gathered, error) {
	r.created.forget(key)
	read, err := r.read(ctx, key)
	if apierrors.IsNotFound(err) {
		return nil, r.haltOrphans(ctx, key)
	}
	if err != nil {
		return nil, err
	}
	if !read.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	now := r.Now().Truncate(time.Second)
	o := verdict.Observed{
		Now: now, Watched: r.watchedSince(now), Zone: r.Zone, Image: r.Image, ShardLabels: r.ShardLabels,
		Customer: read.DeepCopy(),
	}
	if o.BrokerErr = errNoBroker; r.Broker != nil {
		o.Broker, o.BrokerErr = r.Broker(ctx)
	}
	if o.Children, err = r.gatherChildren(ctx, &o); err != nil {
		return nil, err
	}
	if o.Supplier, err = r.supplier(ctx, read.SupplierName()); err != nil {
		return nil, err
	}
	mendClock(&o)
	g := &gathered{read: read}
	if o.Supplier != nil {
		if g.guard, err = r.gatherOfSupplier(ctx, &o); err != nil {
			return nil, err
		}
	}
	g.Facts = verdict.NewFacts(o)
	return g, nil
}

// gatherOfSupplier adds what depends on the Supplier, and returns its Guard.
func (r *Reconciler) gatherOfSupplier(ctx context.Context, o *verdict.Observed) (*authority.Guard, error) {
	var err error
	if o.Stop, err = r.Stop.Of(ctx, o.Supplier.Name); err != nil {
		return nil, fmt.Errorf("reading the emergency stop: %w", err)
	}
	pacing.MendSupplierClock(o.Supplier, o.Now)
	if lost := r.latest.lostSince(o.Customer, o.Now); !lost.IsZero() {
		log.FromContext(ctx).Info("Status is older than it was; verifying again before a run starts",
			"lastVerifiedTime", lost)
		outdateBefore(o.Supplier, lost)
	}
	if o.Contenders, err = r.contenders(ctx, o.Customer, o.Supplier); err != nil {
		return nil, err
	}
	guard, err := r.guard(ctx, o.Supplier)
	if err != nil {
		return nil, err
	}
	o.Limits = r.limits.of(o)
	o.Kept = r.kept.recall(o, guard)
	return guard, nil
}

// guard returns the Supplier's Guard, nil if its spec or Secret allow none. The Supplier's status has the reason.
func (r *Reconciler) guard(ctx context.Context, s *v1alpha1.Supplier) (*authority.Guard, error) {
	guard, err := r.Pool.Guard(ctx, s)
	if _, ok := errors.AsType[*authority.ConfigurationError](err); ok {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("preparing requests of Supplier %s: %w", s.Name, err)
	}
	return guard, nil
}

// supplier reads a Supplier, nil if it does not exist.
func (r *Reconciler) supplier(ctx context.Context, name string) (*v1alpha1.Supplier, error) {
	supplier := &v1alpha1.Supplier{}
	err := r.Client.Get(ctx, types.NamespacedName{Name: name}, supplier)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading Supplier %s: %w", name, err)
	}
	return supplier, nil
}

// contenders reads the older CustomerIntegrations of a customer's organization from the cache. Almost always there are
// none.
func (r *Reconciler) contenders(
	ctx context.Context, c *v1alpha1.CustomerIntegration, s *v1alpha1.Supplier,
) ([]entitlement.Contender, error) {
	all, err := r.SameOrganization(ctx, c.Spec.OrganizationNumber)
	if err != nil {
		return nil, err
	}
	var contenders []entitlement.Contender
	for i := range all {
		if !entitlement.IsOlder(&all[i], c) {
			continue
		}
		other := entitlement.Contender{Customer: &all[i], Supplier: s}
		if all[i].SupplierName() != c.SupplierName() {
			if other.Supplier, err = r.supplier(ctx, all[i].SupplierName()); err != nil {
				return nil, err
			}
		}
		contenders = append(contenders, other)
	}
	return contenders, nil
}

// read reads the customer as it is after our last write, so that a cache that lags causes no second request.
func (r *Reconciler) read(ctx context.Context, key types.NamespacedName) (*v1alpha1.CustomerIntegration, error) {
	customer := &v1alpha1.CustomerIntegration{}
	err := r.Client.Get(ctx, key, customer)
	if err == nil && r.written.outdates(key, customer) {
		customer = &v1alpha1.CustomerIntegration{} // Get into a filled object keeps fields that are gone
		err = r.Live.Get(ctx, key, customer)
	}
	if apierrors.IsNotFound(err) {
		r.forget(key)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the customer: %w", err)
	}
	return customer, nil
}

// forget drops what is remembered of a customer that no longer exists.
func (r *Reconciler) forget(key types.NamespacedName) {
	r.Pool.ForgetCustomer(key)
	r.written.forget(key)
	r.cronJobs.forget(key)
	r.created.forget(key)
	r.kept.forget(key)
	r.rollout.forget(key)
	r.refusedWrites.forget(key)
	r.admitted.Forget(key)
	r.latest.forget(key)
	if r.Lookups != nil {
		r.Lookups.Forget(key)
	}
}

package broker

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/services"
)

// IndexChild is the index of CustomerIntegrations by IndexChildren in the manager's cache.
const IndexChild = "child"

// IndexChildren returns the name of the ServiceAccount and CronJob of each service that a CustomerIntegration lists. It
// returns nil for other kinds.
func IndexChildren(o client.Object) []string {
	c, ok := o.(*v1alpha1.CustomerIntegration)
	if !ok {
		return nil
	}
	names := make([]string, 0, len(c.Spec.Services))
	for _, service := range c.Spec.Services {
		names = append(names, naming.Child(c.Name, service.Name))
	}
	return names
}

// find returns the CustomerIntegration and the service that an account belongs to, by the account's name. The error is
// a refusal.
func (b *Broker) find(ctx context.Context, who caller) (*v1alpha1.CustomerIntegration, v1alpha1.ServiceName, error) {
	if !slices.Contains(b.options.Namespaces, who.namespace) {
		return nil, "", unknownCaller(errors.New("the account's namespace is not one of --namespaces"))
	}
	var found v1alpha1.CustomerIntegrationList
	err := b.options.Client.List(ctx, &found, client.InNamespace(who.namespace),
		client.MatchingFields{IndexChild: who.account})
	if err != nil {
		return nil, "", outage(reasonAPIServer, fmt.Errorf("looking up the account's CustomerIntegration: %w", err))
	}
	switch len(found.Items) {
	case 0:
		return b.findInOtherShard(ctx, who)
	case 1:
	default: // names have a hash of 32 bits, so a person can search for two equal ones
		return nil, "", unknownCaller(errors.New("two CustomerIntegrations have a service with the account's name"))
	}
	return serviceOf(&found.Items[0], who)
}

// errNoService is why an account belongs to no customer.
var errNoService = errors.New("no service has an account of that name")

// serviceOf returns a CustomerIntegration with the service that has the caller's account. The error is a refusal.
func serviceOf(
	c *v1alpha1.CustomerIntegration, who caller,
) (*v1alpha1.CustomerIntegration, v1alpha1.ServiceName, error) {
	for _, service := range c.Spec.Services {
		if naming.Child(c.Name, service.Name) == who.account {
			return c, service.Name, nil
		}
	}
	return nil, "", unknownCaller(errNoService)
}

// findInOtherShard does what find does, past the cache: the account's owner leads to the CustomerIntegration, and only
// the computed name of the account decides. verifyCaller verifies the owner.
func (b *Broker) findInOtherShard(
	ctx context.Context, who caller,
) (*v1alpha1.CustomerIntegration, v1alpha1.ServiceName, error) {
	if !b.options.Sharded {
		return nil, "", unknownCaller(errNoService)
	}
	account := &corev1.ServiceAccount{}
	if err := b.read(ctx, who.namespace, who.account, account); err != nil {
		return nil, "", err
	}
	owner := metav1.GetControllerOf(account)
	if owner == nil {
		return nil, "", unknownCaller(errNoService)
	}
	c := &v1alpha1.CustomerIntegration{}
	if err := b.read(ctx, who.namespace, owner.Name, c); err != nil {
		return nil, "", err
	}
	return serviceOf(c, who)
}

// readSupplier reads a Supplier, past the cache if it is another shard's. It returns nil if there is none.
func (b *Broker) readSupplier(ctx context.Context, name string) (*v1alpha1.Supplier, error) {
	supplier := &v1alpha1.Supplier{}
	err := b.options.Client.Get(ctx, client.ObjectKey{Name: name}, supplier)
	if b.options.Sharded && apierrors.IsNotFound(err) {
		err = b.options.Live.Get(ctx, client.ObjectKey{Name: name}, supplier)
	}
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return supplier, err
}

// supplierFor returns the Supplier of a service whose sync is allowed now. The error is a refusal.
func (b *Broker) supplierFor(
	ctx context.Context, c *v1alpha1.CustomerIntegration, service v1alpha1.ServiceName,
) (*v1alpha1.Supplier, error) {
	supplier, err := b.readSupplier(ctx, c.SupplierName())
	if err != nil {
		return nil, outage(reasonAPIServer, fmt.Errorf("reading Supplier %s: %w", c.SupplierName(), err))
	}
	stop, err := b.options.Stop.Of(ctx, c.SupplierName())
	if err != nil {
		return nil, outage(reasonAPIServer, fmt.Errorf("reading the emergency stop: %w", err))
	}
	may, reason := entitlement.MaySync(supplier, c, stop, service)
	switch {
	case may:
		return supplier, nil
	case entitlement.IsPaused(reason):
		return nil, outage(reason, fmt.Errorf("sync waits for a verification: %s", reason))
	default:
		return nil, denial(reason, fmt.Errorf("sync is not allowed: %s", reason))
	}
}

// checkAccess returns a refusal of a pod that was made for another access than the one that the service needs now. The
// access is part of the seal, which pods do not need with AnyPod.
func (b *Broker) checkAccess(s *v1alpha1.Supplier, req *tokenRequest) error {
	service, _ := services.Of(s, req.service)
	if b.options.AnyPod || req.access == service.AccessID() {
		return nil
	}
	return denial(reasonAccessChanged, errors.New("its pod was made for another access of the service"))
}

// checkStop returns a refusal during an emergency stop of the customer's Supplier.
func (b *Broker) checkStop(ctx context.Context, c *v1alpha1.CustomerIntegration) error {
	stop, err := b.options.Stop.Of(ctx, c.SupplierName())
	if err != nil {
		return outage(reasonAPIServer, fmt.Errorf("reading the emergency stop: %w", err))
	}
	if stop != nil {
		return denial(stop.Reason, fmt.Errorf("sync is not allowed: %s", stop.Reason))
	}
	return nil
}

// checkOffering returns a refusal while the operator offers no plans to NAV, unless the caller's run may try.
func (b *Broker) checkOffering(s *v1alpha1.Supplier, req *tokenRequest) error {
	reason, since := availability.PauseOf(s, req.service)
	if reason == "" || b.trials.admit(s.UID, req.caller.podUID, since) {
		return nil
	}
	return outage(reason, errors.New("the operator offers no plans to NAV, which rejects those of many customers"))
}

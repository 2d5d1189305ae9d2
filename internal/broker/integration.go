package broker

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/naming"
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
		return nil, "", unknownCaller(errors.New("no service has an account of that name"))
	case 1:
	default: // names have a hash of 32 bits, so two of one name were searched for
		return nil, "", unknownCaller(errors.New("two CustomerIntegrations have a service with the account's name"))
	}
	c := &found.Items[0]
	for _, service := range c.Spec.Services {
		if naming.Child(c.Name, service.Name) == who.account {
			return c, service.Name, nil
		}
	}
	return nil, "", unknownCaller(errors.New("no service has an account of that name"))
}

// supplierFor returns the Supplier of a service whose sync is allowed now. The error is a refusal.
func (b *Broker) supplierFor(
	ctx context.Context, c *v1alpha1.CustomerIntegration, service v1alpha1.ServiceName,
) (*v1alpha1.Supplier, error) {
	supplier := &v1alpha1.Supplier{}
	err := b.options.Client.Get(ctx, client.ObjectKey{Name: c.SupplierName()}, supplier)
	if apierrors.IsNotFound(err) {
		supplier, err = nil, nil
	}
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

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

// IndexChild is the name under which the manager's cache must index CustomerIntegrations by IndexChildren.
const IndexChild = "child"

// IndexChildren gives the name of the ServiceAccount and CronJob of each service that a CustomerIntegration lists; none
// for any other object.
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

// find gives the CustomerIntegration and the service that an account was made for, by its name alone. The error is a
// refusal.
func (b *Broker) find(ctx context.Context, who caller) (*v1alpha1.CustomerIntegration, v1alpha1.ServiceName, error) {
	if !slices.Contains(b.options.Namespaces, who.namespace) {
		return nil, "", unknown(errors.New("the account is in a namespace that the manager was not told of"))
	}
	var found v1alpha1.CustomerIntegrationList
	err := b.options.Client.List(ctx, &found, client.InNamespace(who.namespace), client.MatchingFields{IndexChild: who.account})
	if err != nil {
		return nil, "", unavailable(reasonAPIServer, fmt.Errorf("looking up the account's CustomerIntegration: %w", err))
	}
	switch len(found.Items) {
	case 0:
		return nil, "", unknown(errors.New("the account's name is not that of any service's account"))
	case 1:
	default: // names hold 32 bits of a hash: somebody has been looking for two that are the same
		return nil, "", unknown(errors.New("the account's name is that of two CustomerIntegrations' services"))
	}
	c := &found.Items[0]
	for _, service := range c.Spec.Services {
		if naming.Child(c.Name, service.Name) == who.account {
			return c, service.Name, nil
		}
	}
	return nil, "", unknown(errors.New("the account's name is not that of any service's account"))
}

// entitled gives the Supplier through which data may flow for a service now. The error is a refusal.
func (b *Broker) entitled(
	ctx context.Context, c *v1alpha1.CustomerIntegration, service v1alpha1.ServiceName,
) (*v1alpha1.Supplier, error) {
	supplier := &v1alpha1.Supplier{}
	err := b.options.Client.Get(ctx, client.ObjectKey{Name: c.SupplierName()}, supplier)
	if apierrors.IsNotFound(err) {
		supplier, err = nil, nil
	}
	if err != nil {
		return nil, unavailable(reasonAPIServer, fmt.Errorf("reading Supplier %s: %w", c.SupplierName(), err))
	}
	may, reason := entitlement.MaySync(supplier, c, service)
	switch {
	case may:
		return supplier, nil
	case entitlement.Paused(reason):
		return nil, unavailable(reason, fmt.Errorf("runs wait for another verification: %s", reason))
	default:
		return nil, denied(reason, fmt.Errorf("no data may flow for the service: %s", reason))
	}
}

// offered returns an error if plans are not offered to NAV at the moment, unless the caller's run may try. The error is a
// refusal for now.
func (b *Broker) offered(s *v1alpha1.Supplier, q *question) error {
	reason, since := availability.Paused(s, q.service)
	if reason == "" || b.trials.admit(s.UID, q.caller.podUID, since) {
		return nil
	}
	return unavailable(reason, errors.New("no plans are offered to NAV while it refuses those of many customers"))
}

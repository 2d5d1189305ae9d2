package customerintegration

import (
	"context"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/wake"
)

// duplicatesMayChange passes a change of a CustomerIntegration that a younger one of the same organization may depend
// on: it was created, is being deleted, or lists other services.
func duplicatesMayChange() predicate.Predicate {
	p := wake.Updates(func(before, after *v1alpha1.CustomerIntegration) bool {
		return before.UID != after.UID || // another object of the same name
			before.DeletionTimestamp.IsZero() != after.DeletionTimestamp.IsZero() ||
			!slices.Equal(namesOf(before.Spec.Services), namesOf(after.Spec.Services))
	})
	// The initial list wakes the younger ones.
	p.CreateFunc = func(e event.CreateEvent) bool { return !e.IsInInitialList }
	return p
}

// namesOf returns the names of listed services, sorted.
func namesOf(listed []v1alpha1.CustomerService) []v1alpha1.ServiceName {
	names := make([]v1alpha1.ServiceName, 0, len(listed))
	for _, service := range listed {
		names = append(names, service.Name)
	}
	slices.Sort(names)
	return names
}

// wakeYounger wakes the younger CustomerIntegrations of the same organization: one may have to stop, and one may take
// over. Older ones are not affected.
func wakeYounger(find customerlist.OfOrganization) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, o client.Object) []reconcile.Request {
		c, ok := o.(*v1alpha1.CustomerIntegration)
		if !ok {
			return nil
		}
		return youngerThan(ctx, find, c, func(*v1alpha1.CustomerIntegration) bool { return true })
	})
}

// youngerThan lists the younger CustomerIntegrations of the same organization for which wanted returns true.
func youngerThan(
	ctx context.Context, find customerlist.OfOrganization, c *v1alpha1.CustomerIntegration,
	wanted func(*v1alpha1.CustomerIntegration) bool,
) []reconcile.Request {
	all, err := find(ctx, c.Spec.OrganizationNumber)
	if err != nil {
		log.FromContext(ctx).Error(err, "Failed to list the duplicates of a customer", "customer",
			client.ObjectKeyFromObject(c))
		return nil
	}
	var requests []reconcile.Request
	for i := range all {
		if entitlement.IsOlder(c, &all[i]) && wanted(&all[i]) {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&all[i])})
		}
	}
	return requests
}

// supplierMattersToOthers passes a change of a Supplier that other Suppliers' customers may depend on: its spec decides
// which of its own customers count, and where they are verified.
func supplierMattersToOthers() predicate.Predicate {
	come := predicate.Funcs{CreateFunc: func(e event.CreateEvent) bool { return !e.IsInInitialList }}
	return predicate.And[client.Object](predicate.GenerationChangedPredicate{}, come)
}

// wakeUnderOthers wakes customers of other Suppliers if this Supplier has an older one of the same organization. The
// Supplier's own customers are woken already. With a single Supplier nothing is read.
func wakeUnderOthers(reader client.Reader, find customerlist.OfOrganization) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, o client.Object) []reconcile.Request {
		customers, err := customersBesideOthers(ctx, reader, o.GetName())
		if err != nil {
			log.FromContext(ctx).Error(err, "Failed to list the customers of a Supplier", "supplier", o.GetName())
			return nil
		}
		var requests []reconcile.Request
		for i := range customers {
			requests = append(requests, youngerThan(ctx, find, &customers[i], func(c *v1alpha1.CustomerIntegration) bool {
				return c.SupplierName() != o.GetName()
			})...)
		}
		return requests
	})
}

// customersBesideOthers lists the customers of a Supplier, none if there is no other Supplier.
func customersBesideOthers(
	ctx context.Context, reader client.Reader, supplier string,
) ([]v1alpha1.CustomerIntegration, error) {
	var suppliers v1alpha1.SupplierList
	if err := reader.List(ctx, &suppliers); err != nil {
		return nil, err
	}
	other := func(s v1alpha1.Supplier) bool { return s.Name != supplier }
	if !slices.ContainsFunc(suppliers.Items, other) {
		return nil, nil
	}
	var list v1alpha1.CustomerIntegrationList
	err := reader.List(ctx, &list, client.MatchingFields{customerlist.IndexSupplier: supplier})
	return list.Items, err
}

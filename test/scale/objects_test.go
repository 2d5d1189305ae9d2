package scale

import (
	"context"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// Create creates an object.
func (a *api) Create(ctx context.Context, o client.Object, options ...client.CreateOption) error {
	return a.keep(o, func() error { return a.WithWatch.Create(ctx, o, options...) })
}

// Update replaces an object.
func (a *api) Update(ctx context.Context, o client.Object, options ...client.UpdateOption) error {
	return a.keep(o, func() error { return a.WithWatch.Update(ctx, o, options...) })
}

// keep stores customers and Suppliers, and calls others for other kinds.
func (a *api) keep(o client.Object, others func() error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch o := o.(type) {
	case *v1alpha1.CustomerIntegration:
		o.ResourceVersion = a.version()
		a.customers[client.ObjectKeyFromObject(o)] = o.DeepCopy()
	case *v1alpha1.Supplier:
		o.ResourceVersion = a.version()
		a.suppliers[client.ObjectKeyFromObject(o)] = o.DeepCopy()
	default:
		return others()
	}
	return nil
}

// version returns the next resource version. The caller holds the lock.
func (a *api) version() string {
	a.versions++
	return strconv.Itoa(a.versions)
}

// Get reads an object.
func (a *api) Get(ctx context.Context, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch o := o.(type) {
	case *v1alpha1.CustomerIntegration:
		kept, ok := a.customers[key]
		if !ok {
			return apierrors.NewNotFound(schema.GroupResource{Resource: "customerintegrations"}, key.Name)
		}
		kept.DeepCopyInto(o)
	case *v1alpha1.Supplier:
		kept, ok := a.suppliers[key]
		if !ok {
			return apierrors.NewNotFound(schema.GroupResource{Resource: "suppliers"}, key.Name)
		}
		kept.DeepCopyInto(o)
	default:
		return a.WithWatch.Get(ctx, key, o, options...)
	}
	return nil
}

// List lists objects, or all customers.
func (a *api) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	customers, ok := list.(*v1alpha1.CustomerIntegrationList)
	if !ok {
		return a.WithWatch.List(ctx, list, options...)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, kept := range a.customers {
		customers.Items = append(customers.Items, *kept.DeepCopy())
	}
	return nil
}

// patchStatus writes the status of a customer or a Supplier, unless it has changed since it was read.
func (a *api) patchStatus(
	_ context.Context, _ client.Client, _ string, o client.Object, _ client.Patch, _ ...client.SubResourcePatchOption,
) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := client.ObjectKeyFromObject(o)
	conflict := apierrors.NewConflict(schema.GroupResource{}, key.Name, nil)
	switch o := o.(type) {
	case *v1alpha1.CustomerIntegration:
		kept := a.customers[key]
		if kept == nil || kept.ResourceVersion != o.ResourceVersion {
			return conflict
		}
		a.writes = append(a.writes, write{key: key, kind: "CustomerIntegration", at: time.Now()})
		kept.Status, kept.ResourceVersion = *o.Status.DeepCopy(), a.version()
		kept.DeepCopyInto(o)
	case *v1alpha1.Supplier:
		kept := a.suppliers[key]
		if kept == nil || kept.ResourceVersion != o.ResourceVersion {
			return conflict
		}
		a.writes = append(a.writes, write{key: key, kind: "Supplier", at: time.Now()})
		kept.Status, kept.ResourceVersion = *o.Status.DeepCopy(), a.version()
		kept.DeepCopyInto(o)
	}
	return nil
}

// Package customers reads customers and Suppliers from the portal's cache.
package customers

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout"
)

// Store reads the cache.
type Store struct {
	// Reader is the cache.
	Reader client.Reader
	// Inaccessible returns the namespaces in which the portal has no rights.
	Inaccessible func() []string
}

// View is what is in some namespaces.
type View struct {
	Customers []rollout.Customer
	// Suppliers are those of the customers, by name.
	Suppliers map[string]*v1alpha1.Supplier
	// Unreadable lists those of the namespaces in which the portal has no rights. Their customers may be missing or old.
	Unreadable []string
}

// In returns what is in some namespaces.
func (s *Store) In(ctx context.Context, namespaces []string) (View, error) {
	all, err := s.suppliers(ctx)
	if err != nil {
		return View{}, err
	}
	view := View{Suppliers: map[string]*v1alpha1.Supplier{}}
	denied := s.Inaccessible()
	for _, namespace := range namespaces {
		var list v1alpha1.CustomerIntegrationList
		err := s.Reader.List(ctx, &list, client.InNamespace(namespace), client.UnsafeDisableDeepCopy)
		if err != nil && !slices.Contains(denied, namespace) {
			return View{}, fmt.Errorf("listing the customers of namespace %s: %w", namespace, err)
		}
		if slices.Contains(denied, namespace) {
			view.Unreadable = append(view.Unreadable, namespace)
		}
		view.add(list.Items, all)
	}
	return view, nil
}

func (v *View) add(items []v1alpha1.CustomerIntegration, suppliers map[string]*v1alpha1.Supplier) {
	v.Customers = slices.Grow(v.Customers, len(items))
	for i := range items {
		c := &items[i]
		supplier := suppliers[c.SupplierName()]
		if supplier != nil {
			v.Suppliers[supplier.Name] = supplier
		}
		v.Customers = append(v.Customers, rollout.Of(c, supplier))
	}
}

// Get returns one customer and its Supplier, which is nil if it does not exist. The customer is nil if it does not
// exist or cannot be read. Neither may be changed.
func (s *Store) Get(
	ctx context.Context, name types.NamespacedName,
) (*v1alpha1.CustomerIntegration, *v1alpha1.Supplier, error) {
	var c v1alpha1.CustomerIntegration
	if err := s.Reader.Get(ctx, name, &c); err != nil {
		if apierrors.IsNotFound(err) || slices.Contains(s.Inaccessible(), name.Namespace) {
			return nil, nil, nil
		}
		return nil, nil, fmt.Errorf("reading a customer: %w", err)
	}
	var supplier v1alpha1.Supplier
	err := s.Reader.Get(ctx, types.NamespacedName{Name: c.SupplierName()}, &supplier)
	if apierrors.IsNotFound(err) {
		return &c, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading a Supplier: %w", err)
	}
	return &c, &supplier, nil
}

func (s *Store) suppliers(ctx context.Context) (map[string]*v1alpha1.Supplier, error) {
	var list v1alpha1.SupplierList
	if err := s.Reader.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("listing Suppliers: %w", err)
	}
	all := make(map[string]*v1alpha1.Supplier, len(list.Items))
	for i := range list.Items {
		all[list.Items[i].Name] = &list.Items[i]
	}
	return all, nil
}

package plugin

import (
	"context"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/rollout"
)

// listSuppliers returns the Suppliers by name. It is empty without the right to read them: then the views of customers
// lack what only the Supplier has, such as its name.
func listSuppliers(ctx context.Context, c client.Reader) (map[string]*v1alpha1.Supplier, error) {
	var list v1alpha1.SupplierList
	if err := c.List(ctx, &list); err != nil && !apierrors.IsForbidden(err) {
		return nil, fmt.Errorf("listing Suppliers: %w", err)
	}
	all := make(map[string]*v1alpha1.Supplier, len(list.Items))
	for i := range list.Items {
		all[list.Items[i].Name] = &list.Items[i]
	}
	return all, nil
}

// viewsOf describes customers.
func viewsOf(customers []v1alpha1.CustomerIntegration, suppliers map[string]*v1alpha1.Supplier) []rollout.Customer {
	views := make([]rollout.Customer, 0, len(customers))
	for i := range customers {
		views = append(views, rollout.Of(&customers[i], suppliers[customers[i].SupplierName()]))
	}
	return views
}

// supplierList returns Suppliers in the order of their names.
func supplierList(suppliers map[string]*v1alpha1.Supplier) []v1alpha1.Supplier {
	all := make([]v1alpha1.Supplier, 0, len(suppliers))
	for _, name := range slices.Sorted(maps.Keys(suppliers)) {
		all = append(all, *suppliers[name])
	}
	return all
}

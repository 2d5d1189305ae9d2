package supplier

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/condition"
)

// maxNamed is how many namespaces a message names.
const maxNamed = 3

// allowed returns the namespaces in which a Supplier may have customers.
func allowed(s *v1alpha1.Supplier, namespaces []string) []string {
	return slices.DeleteFunc(slices.Clone(namespaces), func(namespace string) bool {
		return !slices.Contains(s.Spec.AllowedNamespaces, namespace)
	})
}

// namespacesInaccessible returns the condition of that name, nil if it never was True.
func namespacesInaccessible(s *facts) *condition.State {
	if len(s.inaccessible) == 0 {
		if meta.FindStatusCondition(s.supplier.Status.Conditions, v1alpha1.ConditionNamespacesInaccessible) == nil {
			return nil
		}
		return new(condition.False(v1alpha1.ReasonNamespaceRightsExist,
			"The manager has its rights in every namespace of its --namespaces that this Supplier allows."))
	}
	named := strings.Join(s.inaccessible[:min(maxNamed, len(s.inaccessible))], ", ")
	if more := len(s.inaccessible) - maxNamed; more > 0 {
		named = fmt.Sprintf("%s and %d more", named, more)
	}
	return new(condition.True(v1alpha1.ReasonNamespaceRightsMissing, fmt.Sprintf(
		"The manager has no rights in namespace %s, so customers there are not verified and get no tokens. "+
			"Apply config/customer-namespace there, or remove it from --namespaces.", named)))
}

// allSuppliers wakes every Supplier when a value is received.
func allSuppliers(reader client.Reader, changed <-chan struct{}) source.Source {
	return source.Func(func(ctx context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		go func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-changed:
					wakeAll(ctx, reader, queue)
				}
			}
		}()
		return nil
	})
}

func wakeAll(
	ctx context.Context, reader client.Reader, queue workqueue.TypedRateLimitingInterface[reconcile.Request],
) {
	var list v1alpha1.SupplierList
	if err := reader.List(ctx, &list); err != nil {
		log.FromContext(ctx).Error(err, "Failed to list Suppliers")
		return
	}
	for i := range list.Items {
		queue.Add(reconcile.Request{NamespacedName: types.NamespacedName{Name: list.Items[i].Name}})
	}
}

package customerintegration

import (
	"context"
	"errors"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/enhetsregisteret"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
)

// firstLookupWait is how long a customer's first reconcile waits for its look-up, after the requests for access. The
// name is then in its first status, and no second write is needed.
const firstLookupWait = 300 * time.Millisecond

// beginLookup begins to look the customer up in Enhetsregisteret, beside the requests for access, if that is due.
func (r *Reconciler) beginLookup(ctx context.Context, g *gathered, number orgnumber.Number) {
	if r.Lookups == nil || !g.LookupDue {
		return
	}
	supplier, err := orgnumber.Parse(string(g.Supplier.Spec.OrganizationNumber))
	if err != nil {
		return // the Supplier's status has the reason
	}
	base, _ := services.Enhetsregisteret(g.Supplier)
	r.Lookups.Begin(ctx, client.ObjectKeyFromObject(g.Customer), base, supplier, number)
}

// collectLookup returns what Enhetsregisteret returned, nil if there is no result yet. A later result wakes the
// customer, unless isDeferred is true: then it is reconciled soon in any case.
func (r *Reconciler) collectLookup(g *gathered, isDeferred bool) *v1alpha1.Organization {
	key := client.ObjectKeyFromObject(g.Customer)
	switch {
	case r.Lookups == nil:
		return nil
	case !g.LookupDue:
		r.Lookups.Forget(key) // a result that came late is not one of the next look-up
		return nil
	}
	wait := time.Duration(0)
	if g.Customer.Status.Organization == nil {
		wait = firstLookupWait
	}
	unit, err, ok := r.Lookups.Collect(key, wait)
	switch {
	case !ok && !isDeferred:
		r.Lookups.Await(key)
		return nil
	case !ok:
		return nil
	case errors.Is(err, enhetsregisteret.ErrNotFound):
		return &v1alpha1.Organization{CheckedTime: metav1.NewTime(g.Now)}
	}
	o := &v1alpha1.Organization{
		Name: unit.Name, Kind: v1alpha1.OrganizationKind(unit.Kind), MainUnit: unit.MainUnit.String(),
		Bankrupt: unit.Bankrupt, Dissolving: unit.Dissolving, CheckedTime: metav1.NewTime(g.Now),
	}
	if !unit.DeletedOn.IsZero() {
		o.DeletedOn = unit.DeletedOn.Format(time.DateOnly)
	}
	return o
}

// lateLookups wakes the customers whose look-up has a result after their reconcile.
func (r *Reconciler) lateLookups() source.Source {
	return source.Func(func(_ context.Context, q workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		if r.Lookups != nil {
			r.Lookups.Wake = func(customer types.NamespacedName) {
				enqueueWith(q, pacing.PriorityWaiting, reconcile.Request{NamespacedName: customer})
			}
		}
		return nil
	})
}

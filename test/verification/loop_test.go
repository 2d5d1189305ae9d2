package verification

import (
	"context"
	"errors"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration"
	"github.com/4human/integration-operator/controllers/supplier"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/availability"
	"github.com/4human/integration-operator/internal/fixture"
)

// loop runs the reconcilers without a manager: it makes the reconcile that is due first, at its time, so that hours
// pass in milliseconds.
type loop struct {
	*world
	clock     *clock
	customers *customerintegration.Reconciler
	suppliers *supplier.Reconciler
	pool      *authority.Pool
	recorded  *events.FakeRecorder
	queue     map[client.ObjectKey]time.Time // a Supplier's key has no namespace
	passes    map[client.ObjectKey]int
	costs     *costs // of the reconciles, nil if they are not counted
}

func newLoop(w *world, c *clock) *loop {
	w.client = newFixedUIDs(w.client, w.t.Name())
	l := &loop{world: w, clock: c, recorded: events.NewFakeRecorder(1000), passes: map[client.ObjectKey]int{}}
	l.restart()
	return l
}

// restart forgets all memory and reconciles every object, as a new leader does.
func (l *loop) restart(keys ...client.ObjectKey) {
	l.pool = &authority.Pool{
		Secrets: l.client, Namespace: l.name, Now: l.clock.Now,
		Limits: authority.Limits{Pause: time.Nanosecond}, // the breaker's own clock is real
	}
	l.suppliers = &supplier.Reconciler{
		Client: l.client, Pool: l.pool, Customers: fixture.FindCustomers(ownNamespace{
			Reader: l.client,
			name:   l.name,
		}), Events: l.recorded, Now: l.clock.Now,
		Released: func(string) { l.wakeCustomers() },
	}
	l.customers = &customerintegration.Reconciler{
		Client: l.client, Live: l.client, Children: noChildren, Zone: time.UTC, Pool: l.pool, Events: l.recorded,
		Now:              l.clock.Now,
		SameOrganization: l.sameOrganization, Customers: l.suppliers.Customers,
		Suspect: func(supplier string) { l.wake(client.ObjectKey{Name: supplier}) },
	}
	l.queue = map[client.ObjectKey]time.Time{}
	l.wake(client.ObjectKey{Name: l.name})
	for _, key := range keys {
		l.wake(key)
	}
}

// noChildren finds no objects of jobs.
func noChildren(context.Context, client.ObjectList, types.NamespacedName) error { return nil }

// ownNamespace reads lists from one namespace only: those of other tests are long.
type ownNamespace struct {
	client.Reader
	name string
}

// List lists what is in the namespace.
func (o ownNamespace) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	return o.Reader.List(ctx, list, append(opts, client.InNamespace(o.name))...)
}

// sameOrganization finds customers of one organization without a cache.
func (l *loop) sameOrganization(ctx context.Context,
	number v1alpha1.OrganizationNumber,
) ([]v1alpha1.CustomerIntegration, error) {
	var list v1alpha1.CustomerIntegrationList
	err := l.client.List(ctx, &list, client.InNamespace(l.name))
	return slices.DeleteFunc(list.Items,
		func(c v1alpha1.CustomerIntegration) bool { return c.Spec.OrganizationNumber != number }), err
}

// wake makes an object due now.
func (l *loop) wake(key client.ObjectKey) { l.queue[key] = l.clock.Now() }

// run lets time pass.
func (l *loop) run(d time.Duration) {
	l.t.Helper()
	end := l.clock.Now().Add(d)
	for {
		key, at := l.first()
		if at.IsZero() || at.After(end) {
			l.clock.Set(end)
			return
		}
		if at.After(l.clock.Now()) {
			l.clock.Set(at)
		}
		l.pass(key)
	}
}

// pass reconciles an object once.
func (l *loop) pass(key client.ObjectKey) {
	l.t.Helper()
	delete(l.queue, key)
	l.passes[key]++
	if key.Namespace == "" {
		defer l.wakeIfRecovered(l.perhaps())
	}
	var r reconcile.Reconciler = l.customers
	if key.Namespace == "" {
		r = l.suppliers
	}
	counted := l.count(key)
	result, err := r.Reconcile(context.Background(), request(key))
	l.must(err)
	counted()
	if _, woken := l.queue[key]; !woken && result.RequeueAfter > 0 {
		l.queue[key] = l.clock.Now().Add(result.RequeueAfter)
	}
}

// wakeIfRecovered wakes the customers if requests for the Supplier are possible again, as the manager's watch does.
func (l *loop) wakeIfRecovered(before *v1alpha1.Supplier) {
	if !availability.HasRecovered(before, l.perhaps()) {
		return
	}
	l.wakeCustomers()
}

func (l *loop) wakeCustomers() {
	for key := range l.passes {
		if key.Namespace != "" {
			l.wake(key)
		}
	}
}

// perhaps returns the Supplier, an empty one if there is none.
func (l *loop) perhaps() *v1alpha1.Supplier {
	s := &v1alpha1.Supplier{}
	l.must(client.IgnoreNotFound(l.client.Get(context.Background(), client.ObjectKey{Name: l.name}, s)))
	return s
}

// refusingWrites is a client whose writes fail.
type refusingWrites struct{ client.Client }

// Status returns a writer that fails.
func (refusingWrites) Status() client.SubResourceWriter { return refusingStatus{} }

type refusingStatus struct{ client.SubResourceWriter }

func (refusingStatus) Patch(context.Context, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
	return errors.New("the API server is away for a moment")
}

func request(key client.ObjectKey) reconcile.Request { return reconcile.Request{NamespacedName: key} }

// first returns the object that is due first.
func (l *loop) first() (key client.ObjectKey, at time.Time) {
	for k, t := range l.queue {
		if at.IsZero() || t.Before(at) || (t.Equal(at) && k.String() < key.String()) {
			key, at = k, t
		}
	}
	return key, at
}

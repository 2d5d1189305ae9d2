package customerintegration

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/wake"
)

// TestSpecOrRequestChanged verifies what wakes an object's own controller.
func TestSpecOrRequestChanged(t *testing.T) {
	requested := makeCustomer().requested("one").s.customer
	cases := map[string]struct {
		reason   string
		old, new *v1alpha1.CustomerIntegration
		want     bool
	}{
		"spec": {
			reason: "a new generation",
			old:    fixture.Customer(), new: generation(2, makeCustomer()), want: true,
		},
		"request": {reason: "a new request", old: fixture.Customer(), new: requested, want: true},
		"another-request": {
			reason: "a newer request",
			old:    requested, new: makeCustomer().requested("two").s.customer, want: true,
		},
		"asks-again": {
			reason: "another request to the customer",
			old:    fixture.Customer(), new: annotated(v1alpha1.AnnotationAskCustomerAgain, "one"), want: true,
		},
		"same-request": {reason: "nothing new", old: requested, new: requested.DeepCopy(), want: false},
		"status": {
			reason: "our own write",
			old:    fixture.Customer(), new: makeCustomer().granted(0).s.customer, want: false,
		},
		"other-annotation": {
			reason: "no verification is requested",
			old:    fixture.Customer(), new: annotated("team", "integrations"), want: false,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := wake.SpecOrRequestChanged().Update(event.UpdateEvent{ObjectOld: c.old, ObjectNew: c.new}); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
	p, o := wake.SpecOrRequestChanged(), fixture.Customer()
	if !p.Create(event.CreateEvent{Object: o}) || !p.Delete(event.DeleteEvent{Object: o}) ||
		!p.Generic(event.GenericEvent{Object: o}) {
		t.Error("what comes, goes or is suspected wakes no customer")
	}
}

func generation(n int64, b customerBuilder) *v1alpha1.CustomerIntegration {
	b.s.customer.Generation = n
	return b.s.customer
}

func annotated(key, value string) *v1alpha1.CustomerIntegration {
	c := fixture.Customer()
	c.Annotations = map[string]string{key: value}
	return c
}

// TestCustomersOfSupplier verifies that a Supplier's customers are woken with a lower priority than new ones.
func TestCustomersOfSupplier(t *testing.T) {
	h, ctx := customersOfSupplier(fixture.MakeReader(t)), t.Context()
	supplier := func(name string) client.Object {
		s := fixture.Supplier()
		s.Name = name
		return s
	}
	type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]
	cases := map[string]struct {
		reason string
		happen func(q queue)
		want   []string
	}{
		"created": {
			reason: "a Supplier that customers waited for",
			happen: func(q queue) { h.Create(ctx, event.CreateEvent{Object: supplier("default")}, q) },
			want:   []string{"giraffe", "tiger"},
		},
		"at-start": {
			reason: "each customer comes by itself then",
			happen: func(q queue) {
				h.Create(ctx, event.CreateEvent{Object: supplier("default"), IsInInitialList: true}, q)
			},
			want: nil,
		},
		"updated": {
			happen: func(q queue) {
				h.Update(ctx, event.UpdateEvent{ObjectOld: supplier("other"), ObjectNew: supplier("other")}, q)
			},
			want: []string{"lion"},
		},
		"deleted": {
			happen: func(q queue) { h.Delete(ctx, event.DeleteEvent{Object: supplier("other")}, q) }, want: []string{"lion"},
		},
		"nobodys": {
			reason: "a Supplier without customers",
			happen: func(q queue) { h.Delete(ctx, event.DeleteEvent{Object: supplier("second")}, q) }, want: nil,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			plain := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
			defer plain.ShutDown()
			c.happen(plain)
			var got []string
			for plain.Len() > 0 {
				r, _ := plain.Get()
				got = append(got, r.Name)
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			ranked := priorityqueue.New[reconcile.Request](t.Name())
			defer ranked.ShutDown()
			c.happen(ranked)
			for range c.want {
				if r, priority, _ := ranked.GetWithPriority(); priority != pacing.PriorityWaiting {
					t.Errorf("%s is woken with priority %d", r, priority)
				}
			}
		})
	}
	h = customersOfSupplier(fixture.Unreachable{})
	q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	defer q.ShutDown()
	h.Delete(ctx, event.DeleteEvent{Object: supplier("default")}, q)
	if q.Len() != 0 {
		t.Error("an unreadable cache woke a customer")
	}
}

// TestEveryCustomer verifies that an emergency stop wakes all customers, ahead of new ones.
func TestEveryCustomer(t *testing.T) {
	h := everyCustomer(fixture.MakeReader(t), pacing.PriorityStop)
	q := priorityqueue.New[reconcile.Request](t.Name())
	defer q.ShutDown()
	h.Create(t.Context(), event.CreateEvent{Object: &corev1.ConfigMap{}}, q)
	for range 3 {
		if r, priority, _ := q.GetWithPriority(); priority <= pacing.PriorityChanged {
			t.Errorf("%s is woken with priority %d", r, priority)
		}
	}
}

// TestUnhandledFirst verifies that customers of the initial list that no leader has handled are woken first.
func TestUnhandledFirst(t *testing.T) {
	cases := map[string]struct {
		reason  string
		change  func(c *v1alpha1.CustomerIntegration)
		created bool // after the start
		wakes   bool
	}{
		"as it was": {reason: "the last leader has dealt with it", change: func(*v1alpha1.CustomerIntegration) {}},
		"changed": {
			reason: "its spec is newer", change: func(c *v1alpha1.CustomerIntegration) { c.Generation++ }, wakes: true,
		},
		"requested": {
			reason: "its request is newer", wakes: true, change: func(c *v1alpha1.CustomerIntegration) {
				c.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
			},
		},
		"requested before": {
			reason: "its request was handled", change: func(c *v1alpha1.CustomerIntegration) {
				c.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: "now"}
				c.Status.LastHandledReconcileAt = "now"
			},
		},
		"to ask again": {
			reason: "likewise", wakes: true, change: func(c *v1alpha1.CustomerIntegration) {
				c.Annotations = map[string]string{v1alpha1.AnnotationAskCustomerAgain: "now"}
			},
		},
		"created": {
			reason: "another handler wakes it", created: true, change: func(c *v1alpha1.CustomerIntegration) { c.Generation++ },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			customer := fixture.Customer()
			customer.Generation, customer.Status.ObservedGeneration = 3, 3
			c.change(customer)
			q := priorityqueue.New[reconcile.Request](t.Name())
			defer q.ShutDown()
			unhandledFirst().Create(t.Context(), event.CreateEvent{Object: customer, IsInInitialList: !c.created}, q)
			if got := q.Len() == 1; got != c.wakes {
				t.Fatalf("%s: it wakes the customer: %t", c.reason, got)
			}
			if !c.wakes {
				return
			}
			if _, priority, _ := q.GetWithPriority(); priority != pacing.PriorityChanged {
				t.Errorf("%s: priority %d", c.reason, priority)
			}
		})
	}
}

// TestSupplierMattersToCustomers verifies which changes of a Supplier wake all its customers: few, because there are
// many.
func TestSupplierMattersToCustomers(t *testing.T) {
	never, well, changed := fixture.Supplier(), fixture.Supplier(), fixture.Supplier()
	available(&scope{supplier: well}, "", 0)
	changed.Generation = 2
	observed := changed.DeepCopy()
	observed.Status.ObservedGeneration = 2
	blocked := well.DeepCopy()
	blocksMany(v1alpha1.ReasonServiceRemoved)(&scope{supplier: blocked})
	cases := map[string]struct {
		reason   string
		old, new *v1alpha1.Supplier
		want     bool
	}{
		"spec":        {reason: "who is offered what", old: never, new: changed, want: true},
		"first-proof": {reason: "customers can be verified now", old: never, new: well, want: true},
		"down":        {reason: "an outage wakes no customers", old: well, new: never, want: false},
		"still-well":  {reason: "another proof", old: well, new: well.DeepCopy(), want: false},
		"blocked":     {reason: "the Supplier reports it for them", old: well, new: blocked, want: true},
		"observed":    {reason: "the Supplier does not report it for them", old: changed, new: observed, want: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := supplierMattersToCustomers().Update(event.UpdateEvent{ObjectOld: c.old, ObjectNew: c.new}); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
	if supplierMattersToCustomers().
		Update(event.UpdateEvent{ObjectOld: fixture.Customer(), ObjectNew: fixture.Customer()}) {
		t.Error("something that is no Supplier wakes customers")
	}
}

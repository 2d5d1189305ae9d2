package customerintegration

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		"spec":            {"a new generation", fixture.Customer(), generation(2, makeCustomer()), true},
		"request":         {"a new request", fixture.Customer(), requested, true},
		"another-request": {"a newer request", requested, makeCustomer().requested("two").s.customer, true},
		"asks-again": {
			"another request to the customer", fixture.Customer(), annotated(v1alpha1.AnnotationAskCustomerAgain, "one"), true,
		},
		"same-request":     {"nothing new", requested, requested.DeepCopy(), false},
		"status":           {"our own write", fixture.Customer(), makeCustomer().granted(0).s.customer, false},
		"other-annotation": {"no verification is requested", fixture.Customer(), annotated("team", "integrations"), false},
	}
	for name, c := range cases {
		if got := wake.SpecOrRequestChanged().Update(event.UpdateEvent{ObjectOld: c.old, ObjectNew: c.new}); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
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

// TestCustomersOfSupplier wakes a Supplier's customers behind new ones.
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
			"a Supplier that customers waited for",
			func(q queue) { h.Create(ctx, event.CreateEvent{Object: supplier("default")}, q) },
			[]string{"giraffe", "tiger"},
		},
		"at-start": {
			"each customer comes by itself then", func(q queue) {
				h.Create(ctx, event.CreateEvent{Object: supplier("default"), IsInInitialList: true}, q)
			}, nil,
		},
		"updated": {"", func(q queue) {
			h.Update(ctx, event.UpdateEvent{ObjectOld: supplier("other"), ObjectNew: supplier("other")}, q)
		}, []string{"lion"}},
		"deleted": {"", func(q queue) { h.Delete(ctx, event.DeleteEvent{Object: supplier("other")}, q) }, []string{"lion"}},
		"nobodys": {
			"a Supplier without customers",
			func(q queue) { h.Delete(ctx, event.DeleteEvent{Object: supplier("second")}, q) }, nil,
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

// TestSupplierMattersToCustomers verifies which changes of a Supplier wake all its customers: few, because there are
// many.
func TestSupplierMattersToCustomers(t *testing.T) {
	never, well, changed := fixture.Supplier(), fixture.Supplier(), fixture.Supplier()
	available(&scope{supplier: well}, "", 0)
	changed.Generation = 2
	cases := map[string]struct {
		reason   string
		old, new *v1alpha1.Supplier
		want     bool
	}{
		"spec":        {"who is offered what", never, changed, true},
		"first-proof": {"customers can be asked for now", never, well, true},
		"down":        {"customers need not be told of an outage", well, never, false},
		"still-well":  {"another proof", well, well.DeepCopy(), false},
	}
	for name, c := range cases {
		if got := supplierMattersToCustomers().Update(event.UpdateEvent{ObjectOld: c.old, ObjectNew: c.new}); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
	}
	if supplierMattersToCustomers().
		Update(event.UpdateEvent{ObjectOld: fixture.Customer(), ObjectNew: fixture.Customer()}) {
		t.Error("something that is no Supplier wakes customers")
	}
}

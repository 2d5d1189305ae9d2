package customerintegration

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/fixture"
)

// aged returns a customer of the tiger's organization that was created some minutes before noon.
func aged(name string, minutes int, changes ...func(*v1alpha1.CustomerIntegration)) *v1alpha1.CustomerIntegration {
	c := fixture.Customer()
	c.Name, c.UID, c.CreationTimestamp = name, types.UID(name), metav1.NewTime(
		fixture.Noon.Add(-time.Duration(minutes)*time.Minute))
	for _, change := range changes {
		change(c)
	}
	return c
}

func ofSupplier(name string) func(*v1alpha1.CustomerIntegration) {
	return func(c *v1alpha1.CustomerIntegration) { c.Spec.SupplierRef.Name = name }
}

func ofOrganization(number v1alpha1.OrganizationNumber) func(*v1alpha1.CustomerIntegration) {
	return func(c *v1alpha1.CustomerIntegration) { c.Spec.OrganizationNumber = number }
}

// TestDuplicatesMayChange verifies which changes of a customer wake its duplicates: few, and never our own writes.
func TestDuplicatesMayChange(t *testing.T) {
	type customer = v1alpha1.CustomerIntegration
	services := func(names ...v1alpha1.ServiceName) func(*customer) {
		return func(c *customer) {
			c.Spec.Services = customerBuilder{&scope{customer: c}}.services(names...).s.customer.Spec.Services
		}
	}
	cases := map[string]struct {
		reason string
		change func(*customer)
		want   bool
	}{
		"drops-service": {reason: "the other may take over", change: services(), want: true},
		"other-service": {
			reason: "one may take over, and one may have to stop",
			change: services(fixture.SickNotes), want: true,
		},
		"adds-service": {
			reason: "the other may have to stop",
			change: services(fixture.FollowUpPlans, fixture.SickNotes), want: true,
		},
		"deleted": {
			reason: "it is on its way out",
			change: func(c *customer) { c.DeletionTimestamp = &metav1.Time{Time: fixture.Noon} }, want: true,
		},
		"made-anew": {reason: "it is another one", change: func(c *customer) { c.UID = "another" }, want: true},
		"status": {
			reason: "our own write",
			change: func(c *customer) { c.Status.LastHandledReconcileAt = "now" }, want: false,
		},
		"schedule": {
			reason: "it is when it runs, not whether",
			change: func(c *customer) { c.Spec.Services[0].Schedule = "@hourly" }, want: false,
		},
		"suspended": {
			reason: "it counts all the same",
			change: func(c *customer) { c.Spec.Suspend, c.Generation = true, 2 }, want: false,
		},
		"requested": {
			reason: "it is verified, and no other",
			change: func(c *customer) { c.Annotations = map[string]string{"a": "b"} }, want: false,
		},
	}
	p := duplicatesMayChange()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			before := aged("tiger", 5)
			after := before.DeepCopy()
			c.change(after)
			if got := p.Update(event.UpdateEvent{ObjectOld: before, ObjectNew: after}); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
	two, turned := aged("tiger", 5, services(fixture.FollowUpPlans, fixture.SickNotes)), aged("tiger", 5,
		services(fixture.SickNotes, fixture.FollowUpPlans))
	if p.Update(event.UpdateEvent{ObjectOld: two, ObjectNew: turned}) {
		t.Error("another order of the same services wakes a customer")
	}
	supplier := fixture.Supplier()
	if p.Update(event.UpdateEvent{ObjectOld: supplier, ObjectNew: supplier}) {
		t.Error("something that is no customer wakes a customer")
	}
	if !p.Create(event.CreateEvent{Object: two}) || !p.Delete(event.DeleteEvent{Object: two}) {
		t.Error("what comes or goes wakes no customer")
	}
	if p.Create(event.CreateEvent{Object: two, IsInInitialList: true}) {
		t.Error("at the start each customer comes by itself")
	}
}

// TestSupplierMattersToOthers lets a Supplier wake other Suppliers' customers when its spec changes, comes or goes.
func TestSupplierMattersToOthers(t *testing.T) {
	p, was := supplierMattersToOthers(), fixture.Supplier()
	changed, written := was.DeepCopy(), was.DeepCopy()
	changed.Generation, written.Status.ObservedGeneration = 2, 1
	for name, c := range map[string]struct{ got, want bool }{
		"spec":     {got: p.Update(event.UpdateEvent{ObjectOld: was, ObjectNew: changed}), want: true},
		"status":   {got: p.Update(event.UpdateEvent{ObjectOld: was, ObjectNew: written}), want: false},
		"created":  {got: p.Create(event.CreateEvent{Object: was}), want: true},
		"at-start": {got: p.Create(event.CreateEvent{Object: was, IsInInitialList: true}), want: false},
		"deleted":  {got: p.Delete(event.DeleteEvent{Object: was}), want: true},
	} {
		t.Run(name, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("%t, want %t", c.got, c.want)
			}
		})
	}
}

// makeCache knows customers and Suppliers by the indexes of Setup.
func makeCache(t *testing.T, objects ...client.Object) client.Reader {
	t.Helper()
	return fake.NewClientBuilder().WithScheme(fixture.Scheme(t)).WithObjects(objects...).
		WithIndex(&v1alpha1.CustomerIntegration{}, customerlist.IndexOrganization, customerlist.ByOrganization).
		WithIndex(&v1alpha1.CustomerIntegration{}, customerlist.IndexSupplier, func(o client.Object) []string {
			return []string{o.(*v1alpha1.CustomerIntegration).SupplierName()}
		}).Build()
}

type requests = workqueue.TypedRateLimitingInterface[reconcile.Request]

// woken returns the names of the customers that are woken when something happens.
func woken(t *testing.T, happen func(q requests)) []string {
	t.Helper()
	q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	defer q.ShutDown()
	happen(q)
	var names []string
	for q.Len() > 0 {
		r, _ := q.Get()
		names = append(names, r.Name)
	}
	slices.Sort(names)
	return names
}

// TestWakeYounger verifies that only younger customers of the same organization are woken.
func TestWakeYounger(t *testing.T) {
	reader := makeCache(t, aged("first", 9), aged("second", 5), aged("third", 3, ofSupplier("other")),
		aged("lion", 1, ofOrganization("315587336")))
	h, ctx := wakeYounger(customerlist.IndexedByOrganization(reader)), t.Context()
	cases := map[string]struct {
		reason string
		happen func(q requests)
		want   []string
	}{
		"oldest-goes": {
			reason: "another takes over",
			happen: func(q requests) { h.Delete(ctx, event.DeleteEvent{Object: aged("gone", 10)}, q) },
			want:   []string{"first", "second", "third"},
		},
		"oldest-drops": {
			reason: "likewise",
			happen: func(q requests) {
				h.Update(ctx, event.UpdateEvent{ObjectOld: aged("first", 9), ObjectNew: aged("first", 9)}, q)
			},
			want: []string{"second", "third"},
		},
		"younger-comes": {
			reason: "older ones are not affected",
			happen: func(q requests) { h.Create(ctx, event.CreateEvent{Object: aged("fourth", 0)}, q) }, want: nil,
		},
		"older-comes": {
			reason: "a cache may show the younger one first",
			happen: func(q requests) { h.Create(ctx, event.CreateEvent{Object: aged("second", 5)}, q) },
			want:   []string{"third"},
		},
		"other": {
			reason: "it has no duplicates",
			happen: func(q requests) {
				h.Delete(ctx, event.DeleteEvent{Object: aged("lion", 1, ofOrganization("315587336"))}, q)
			},
			want: nil,
		},
		"no-customer": {
			reason: "it cannot be",
			happen: func(q requests) { h.Delete(ctx, event.DeleteEvent{Object: fixture.Supplier()}, q) }, want: nil,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, woken(t, c.happen)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
	h = wakeYounger(customerlist.IndexedByOrganization(fixture.Unreachable{}))
	if got := woken(t, func(q requests) { h.Delete(ctx, event.DeleteEvent{Object: aged("first", 9)}, q) }); got != nil {
		t.Errorf("an unreadable cache woke %v", got)
	}
}

// TestWakeUnderOthers verifies that other Suppliers' customers are woken if this Supplier has an older one. With a
// single Supplier, nothing is looked up.
func TestWakeUnderOthers(t *testing.T) {
	supplier := func(name string) *v1alpha1.Supplier {
		s := fixture.Supplier()
		s.Name = name
		return s
	}
	customers := []client.Object{
		aged("oldest", 9, ofSupplier("second")), aged("tiger", 5), aged("same-supplier", 4), aged("younger", 3,
			ofSupplier("second")),
		aged("lion", 5, ofOrganization("315587336")), aged("lion-too", 9, ofOrganization("315587336"), ofSupplier("second")),
	}
	cases := map[string]struct {
		reason    string
		suppliers []client.Object // that are there
		changed   string
		want      []string
	}{
		"changed": {
			reason:    "the others' younger ones; its own are woken already",
			suppliers: []client.Object{supplier("default"), supplier("second")}, changed: "default",
			want: []string{"younger"},
		},
		"other-way": {
			reason:    "likewise",
			suppliers: []client.Object{supplier("default"), supplier("second")}, changed: "second",
			want: []string{"lion", "same-supplier", "tiger"},
		},
		"deleted": {
			reason:    "its customers count no longer",
			suppliers: []client.Object{supplier("second")}, changed: "default", want: []string{"younger"},
		},
		"only-one": {
			reason:    "the everyday case: nothing is looked up",
			suppliers: []client.Object{supplier("default")}, changed: "default", want: nil,
		},
		"last-deleted": {reason: "nothing is verified any more", changed: "default", want: nil},
		"nobodys": {
			reason:    "a Supplier without customers",
			suppliers: []client.Object{supplier("default"), supplier("third")}, changed: "third", want: nil,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			reader := makeCache(t, append(c.suppliers, customers...)...)
			h := wakeUnderOthers(reader, customerlist.IndexedByOrganization(reader))
			got := woken(t, func(q requests) { h.Delete(t.Context(), event.DeleteEvent{Object: supplier(c.changed)}, q) })
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
		})
	}
	h := wakeUnderOthers(fixture.Unreachable{}, customerlist.IndexedByOrganization(fixture.Unreachable{}))
	if got := woken(t, func(q requests) {
		h.Delete(t.Context(), event.DeleteEvent{Object: supplier("default")}, q)
	}); got != nil {
		t.Errorf("an unreadable cache woke %v", got)
	}
}

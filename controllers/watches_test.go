package controllers

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestSpecOrRequestChanged says what wakes an object's own controller.
func TestSpecOrRequestChanged(t *testing.T) {
	requested := makeCustomer().requested("one").s.customer
	cases := map[string]struct {
		reason   string
		old, new *v1alpha1.CustomerIntegration
		want     bool
	}{
		"spec":             {"a new generation", customerObject(), generation(2, makeCustomer()), true},
		"request":          {"a new request", customerObject(), requested, true},
		"another-request":  {"a newer request", requested, makeCustomer().requested("two").s.customer, true},
		"same-request":     {"nothing new", requested, requested.DeepCopy(), false},
		"status":           {"our own write", customerObject(), makeCustomer().granted(0).s.customer, false},
		"other-annotation": {"nobody asks us", customerObject(), annotated("team", "integrations"), false},
	}
	for name, c := range cases {
		if got := specOrRequestChanged().Update(event.UpdateEvent{ObjectOld: c.old, ObjectNew: c.new}); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
	}
	p, o := specOrRequestChanged(), customerObject()
	if !p.Create(event.CreateEvent{Object: o}) || !p.Delete(event.DeleteEvent{Object: o}) || !p.Generic(event.GenericEvent{Object: o}) {
		t.Error("what comes, goes or is suspected wakes nobody")
	}
}

func generation(n int64, b customerBuilder) *v1alpha1.CustomerIntegration {
	b.s.customer.Generation = n
	return b.s.customer
}

func annotated(key, value string) *v1alpha1.CustomerIntegration {
	c := customerObject()
	c.Annotations = map[string]string{key: value}
	return c
}

// makeReader knows customers of two Suppliers, and three Suppliers with two Secrets of keys and one of a certificate.
func makeReader(t *testing.T) client.Reader {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	b := fake.NewClientBuilder().WithScheme(scheme).
		WithIndex(&v1alpha1.CustomerIntegration{}, indexSupplier, func(o client.Object) []string {
			return []string{o.(*v1alpha1.CustomerIntegration).SupplierName()}
		})
	for name, supplier := range map[string]string{"tiger": "", "giraffe": "default", "lion": "other"} {
		c := customerObject()
		c.Name, c.Spec.SupplierRef.Name = name, supplier
		b = b.WithObjects(c)
	}
	for name, secret := range map[string]string{"default": "key", "second": "key", "other": "another-key"} {
		s := supplierObject()
		s.Name, s.Spec.Maskinporten.KeySecretRef.Name = name, secret
		if name == "other" {
			s.Spec.Maskinporten.CertificateSecretRef.Name = "certificate"
		}
		b = b.WithObjects(s)
	}
	return b.Build()
}

// TestCustomersOfSupplier wakes a Supplier's customers behind whoever is new.
func TestCustomersOfSupplier(t *testing.T) {
	h, ctx := customersOfSupplier(makeReader(t)), t.Context()
	supplier := func(name string) client.Object {
		s := supplierObject()
		s.Name = name
		return s
	}
	type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]
	cases := map[string]struct {
		reason string
		happen func(q queue)
		want   []string
	}{
		"created": {"a Supplier that customers waited for", func(q queue) { h.Create(ctx, event.CreateEvent{Object: supplier("default")}, q) }, []string{"giraffe", "tiger"}},
		"at-start": {
			"each customer comes by itself then", func(q queue) { h.Create(ctx, event.CreateEvent{Object: supplier("default"), IsInInitialList: true}, q) }, nil,
		},
		"updated": {"", func(q queue) {
			h.Update(ctx, event.UpdateEvent{ObjectOld: supplier("other"), ObjectNew: supplier("other")}, q)
		}, []string{"lion"}},
		"deleted": {"", func(q queue) { h.Delete(ctx, event.DeleteEvent{Object: supplier("other")}, q) }, []string{"lion"}},
		"nobodys": {"a Supplier without customers", func(q queue) { h.Delete(ctx, event.DeleteEvent{Object: supplier("second")}, q) }, nil},
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
				if r, priority, _ := ranked.GetWithPriority(); priority != priorityWaiting {
					t.Errorf("%s is woken with priority %d", r, priority)
				}
			}
		})
	}
	h = customersOfSupplier(unreachable{})
	q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	defer q.ShutDown()
	h.Delete(ctx, event.DeleteEvent{Object: supplier("default")}, q)
	if q.Len() != 0 {
		t.Error("an unreadable cache woke somebody")
	}
}

// TestSupplierMattersToCustomers says which of a Supplier's changes wake all its customers: few, for there are many.
func TestSupplierMattersToCustomers(t *testing.T) {
	never, well, changed := supplierObject(), supplierObject(), supplierObject()
	well.Status.Conditions = []metav1.Condition{
		{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue}, {Type: v1alpha1.ConditionAuthorityReachable, Status: metav1.ConditionTrue},
	}
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
	if supplierMattersToCustomers().Update(event.UpdateEvent{ObjectOld: customerObject(), ObjectNew: customerObject()}) {
		t.Error("something that is no Supplier wakes customers")
	}
}

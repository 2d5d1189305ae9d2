package controllers

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// TestSpecOrRequestChanged says what wakes an object's own controller.
func TestSpecOrRequestChanged(t *testing.T) {
	requested := makeCustomer().requested("one").s.customer
	cases := map[string]struct {
		reason   string
		old, new *v1alpha1.CustomerIntegration
		want     bool
	}{
		"spec":             {"a new generation", makeCustomer().s.customer, generation(2, makeCustomer()), true},
		"request":          {"a new request", makeCustomer().s.customer, requested, true},
		"another-request":  {"a newer request", requested, makeCustomer().requested("two").s.customer, true},
		"same-request":     {"nothing new", requested, requested.DeepCopy(), false},
		"status":           {"our own write", makeCustomer().s.customer, makeCustomer().granted(0).s.customer, false},
		"other-annotation": {"nobody asks us", makeCustomer().s.customer, annotated("team", "integrations"), false},
	}
	for name, c := range cases {
		if got := specOrRequestChanged().Update(event.UpdateEvent{ObjectOld: c.old, ObjectNew: c.new}); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
	}
	p, o := specOrRequestChanged(), makeCustomer().s.customer
	if !p.Create(event.CreateEvent{Object: o}) || !p.Delete(event.DeleteEvent{Object: o}) || !p.Generic(event.GenericEvent{Object: o}) {
		t.Error("what comes, goes or is suspected wakes nobody")
	}
}

func generation(n int64, b customerBuilder) *v1alpha1.CustomerIntegration {
	b.s.customer.Generation = n
	return b.s.customer
}

func annotated(key, value string) *v1alpha1.CustomerIntegration {
	c := makeCustomer().s.customer
	c.Annotations = map[string]string{key: value}
	return c
}

// TestSupplierMattersToCustomers says which of a Supplier's changes wake all its customers: few, for there are many.
func TestSupplierMattersToCustomers(t *testing.T) {
	guard := makeGuard(t)
	armed := func() supplierBuilder { return makeSupplier().with(func(s *supplierScope) { s.guard = guard }) }
	was := func(b supplierBuilder) *v1alpha1.Supplier { return armed().after(b).s.supplier }
	well, down := was(armed().proved("")), was(armed().after(armed().proved("")).proved(maskinporten.ClassServerError))
	expired, never := was(armed().proved(maskinporten.ClassKeyExpired)), armed().s.supplier
	altinnDown := func(b supplierBuilder) *v1alpha1.Supplier {
		return was(b.with(func(s *supplierScope) { s.register = altinn.ClassUnreachable }))
	}
	plansRefused := func(b supplierBuilder) supplierBuilder {
		b.s.proof = &proof{scopes: map[string]proofFinding{services.ScopeFollowUpPlans: {class: maskinporten.ClassScopeNotRegistered}}}
		return b
	}
	changed := never.DeepCopy()
	changed.Generation = 2
	cases := map[string]struct {
		reason   string
		old, new *v1alpha1.Supplier
		want     bool
	}{
		"spec":           {"who is offered what", never, changed, true},
		"first-proof":    {"customers can be asked for now", never, well, true},
		"up-again":       {"the outage is over", down, well, true},
		"key-registered": {"our fault is mended", expired, well, true},
		"down":           {"customers need not be told of an outage", well, down, false},
		"key-expires":    {"nor of our fault", well, expired, false},
		"altinn-down":    {"customers need not be told", well, altinnDown(armed().proved("")), false},
		"altinn-up":      {"those who need a system user can be asked for", altinnDown(armed().proved("")), well, true},
		"without-altinn": {
			"plans do not need Altinn, and can be asked for again", altinnDown(plansRefused(armed())), altinnDown(armed().proved("")), true,
		},
		"still-well": {"another proof", well, well.DeepCopy(), false},
		"still-down": {"another failure", down, down.DeepCopy(), false},
	}
	for name, c := range cases {
		if got := supplierMattersToCustomers().Update(event.UpdateEvent{ObjectOld: c.old, ObjectNew: c.new}); got != c.want {
			t.Errorf("%s: %s: %t, want %t", name, c.reason, got, c.want)
		}
	}
	if supplierMattersToCustomers().Update(event.UpdateEvent{ObjectOld: makeCustomer().s.customer, ObjectNew: makeCustomer().s.customer}) {
		t.Error("something that is no Supplier wakes customers")
	}
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
		c := makeCustomer().s.customer
		c.Name, c.Spec.SupplierRef.Name = name, supplier
		b = b.WithObjects(c)
	}
	for name, secret := range map[string]string{"default": "key", "second": "key", "other": "another-key"} {
		s := makeSupplier().s.supplier
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
		s := makeSupplier().s.supplier
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

func TestSuppliersOfSecret(t *testing.T) {
	for name, want := range map[string][]string{"key": {"default", "second"}, "another-key": {"other"}, "certificate": {"other"}, "unrelated": nil} {
		var got []string
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "system"}}
		for _, r := range suppliersOfSecret(makeReader(t))(t.Context(), secret) {
			if r != (reconcile.Request{NamespacedName: types.NamespacedName{Name: r.Name}}) {
				t.Errorf("a Supplier has no namespace: %s", r)
			}
			got = append(got, r.Name)
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := suppliersOfSecret(unreachable{})(t.Context(), &corev1.Secret{}); got != nil {
		t.Errorf("an unreadable cache woke %v", got)
	}
}

// TestSend never blocks: a full channel has a look at the Supplier on its way.
func TestSend(t *testing.T) {
	looks := make(chan event.GenericEvent, 1)
	send(looks, "default")
	send(looks, "default")
	if e := <-looks; e.Object.GetName() != "default" || e.Object.GetNamespace() != "" {
		t.Errorf("a look at %s/%s", e.Object.GetNamespace(), e.Object.GetName())
	}
	if len(looks) != 0 {
		t.Error("one too many")
	}
}

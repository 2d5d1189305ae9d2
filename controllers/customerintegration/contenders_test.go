package customerintegration

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
)

// duplicating is a reconciler of the younger of two customers, with what it read and the requests that it sent.
type duplicating struct {
	*Reconciler
	server   client.Client
	read     []string // Suppliers
	requests int
	asking   func() // done while a request is sent
}

// makeDuplicating returns one whose API server has some objects besides the younger customer and its Supplier.
func makeDuplicating(t *testing.T, others ...client.Object) *duplicating {
	t.Helper()
	d := &duplicating{asking: func() {}}
	younger, supplier := fixture.Customer(), fixture.Supplier()
	younger.CreationTimestamp, younger.Spec.Sync = metav1.NewTime(fixture.Noon.Add(-time.Minute)), v1alpha1.SyncDisabled
	supplier.Spec.AllowedNamespaces = []string{"customers", "others"}
	d.server = fake.NewClientBuilder().WithScheme(fixture.Scheme(t)).WithObjects(append(others, younger, supplier)...).
		WithStatusSubresource(&v1alpha1.CustomerIntegration{}).
		WithIndex(&v1alpha1.CustomerIntegration{}, customerlist.IndexOrganization, customerlist.ByOrganization).
		WithInterceptorFuncs(interceptor.Funcs{
			Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object,
				options ...client.GetOption,
			) error {
				if _, ok := o.(*v1alpha1.Supplier); ok {
					d.read = append(d.read, key.Name)
				}
				return c.Get(ctx, key, o, options...)
			},
		}).Build()
	pool := fixture.Pool(t, fixture.TestKey,
		func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
			d.requests++
			d.asking()
			return fixture.Always("", 0)(ctx, r)
		})
	d.Reconciler = &Reconciler{
		Client: d.server, Live: d.server, Children: fixture.FindChildren(
			d.server), SameOrganization: customerlist.IndexedByOrganization(d.server), Zone: time.UTC,
		Pool: pool, Events: events.NewFakeRecorder(100), Now: fixture.NowIsNoon, Suspect: func(string) {},
	}
	return d
}

// pass reconciles the younger customer, and returns what is known of its service then.
func (d *duplicating) pass(t *testing.T) v1alpha1.CustomerServiceStatus {
	t.Helper()
	younger := fixture.Customer()
	d.read = nil
	if _, err := d.Reconcile(t.Context(),
		reconcile.Request{NamespacedName: client.ObjectKeyFromObject(younger)}); err != nil {
		t.Fatal(err)
	}
	if err := d.server.Get(t.Context(), client.ObjectKeyFromObject(younger), younger); err != nil {
		t.Fatal(err)
	}
	return younger.Status.Services[0]
}

// TestContenders verifies that the Supplier of an older customer is read only if it differs from the customer's.
func TestContenders(t *testing.T) {
	ofAnother := func(change func(*v1alpha1.CustomerIntegration)) []client.Object {
		second, c := fixture.Supplier(), makeOlder()
		second.Name, second.Spec.AllowedNamespaces = "second", []string{"others"}
		c.Spec.SupplierRef.Name = "second"
		change(c)
		return []client.Object{second, c}
	}
	same := func(*v1alpha1.CustomerIntegration) {}
	cases := map[string]struct {
		reason   string
		others   []client.Object
		want     string // the name of the other
		read     []string
		requests int
	}{
		"alone": {reason: "the everyday case", want: "", read: []string{"default"}, requests: 1},
		"same-supplier": {
			reason: "its Supplier is at hand",
			others: []client.Object{makeOlder()}, want: "tiger", read: []string{"default"}, requests: 0,
		},
		"other-supplier": {
			reason: "what the other Supplier says decides",
			others: ofAnother(same), want: "tiger", read: []string{"default", "second"}, requests: 0,
		},
		"supplier-gone": {
			reason: "the older one is not verified",
			others: ofAnother(same)[1:], want: "", read: []string{"default", "second", "second"}, requests: 1,
		},
		"younger": {
			reason: "younger ones do not matter",
			others: ofAnother(
				func(c *v1alpha1.CustomerIntegration) { c.CreationTimestamp = metav1.NewTime(fixture.Noon) }),
			want: "", read: []string{"default"}, requests: 1,
		},
		"other-organization": {
			reason: "nor do other organizations",
			others: ofAnother(
				func(c *v1alpha1.CustomerIntegration) { c.Spec.OrganizationNumber = "315587336" }),
			want: "", read: []string{"default"}, requests: 1,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := makeDuplicating(t, c.others...)
			if got := d.pass(t).DuplicateOf.Name; got != c.want || d.requests != c.requests {
				t.Errorf("%s: a duplicate of %q, %d requests; want %q and %d", c.reason, got, d.requests, c.want, c.requests)
			}
			if diff := cmp.Diff(c.read, d.read); diff != "" {
				t.Errorf("%s: Suppliers that were read (-want +got):\n%s", c.reason, diff)
			}
		})
	}
}

// TestOlderComesMeanwhile creates an older customer while the younger one is verified: the younger one reports that it
// is a duplicate, and not that it has access. When the older one is deleted, it is verified again.
func TestOlderComesMeanwhile(t *testing.T) {
	d := makeDuplicating(t)
	d.asking = func() {
		if err := d.server.Create(t.Context(), makeOlder()); err != nil {
			t.Error(err)
		}
	}
	got := d.pass(t)
	if describe(got.Authorization) != "Unknown DuplicateOrganization" || got.DuplicateOf.Name != "tiger" ||
		d.requests != 1 {
		t.Errorf("the access is %s, a duplicate of %q, after %d requests", describe(got.Authorization), got.DuplicateOf.Name,
			d.requests)
	}
	d.asking = func() {}
	d.pass(t)
	if d.requests != 1 {
		t.Error("a duplicate was verified")
	}
	if err := d.server.Delete(t.Context(), makeOlder()); err != nil {
		t.Fatal(err)
	}
	got = d.pass(t)
	if describe(got.Authorization) != "Granted Delegated" || got.DuplicateOf.Name != "" || d.requests != 2 {
		t.Errorf("taken over: the access is %s, a duplicate of %q, after %d requests", describe(got.Authorization),
			got.DuplicateOf.Name, d.requests)
	}
}

// TestUnreadableDuplicates verifies that the reconcile fails if the contenders cannot be read, so that nothing starts.
func TestUnreadableDuplicates(t *testing.T) {
	d := makeDuplicating(t)
	find := d.SameOrganization
	broken := errors.New("no such index")
	request := reconcile.Request{NamespacedName: client.ObjectKeyFromObject(fixture.Customer())}
	for name, failing := range map[string]int{"before": 1, "after": 2} {
		t.Run(name, func(t *testing.T) {
			looks := 0
			d.SameOrganization = func(ctx context.Context, n v1alpha1.OrganizationNumber) ([]v1alpha1.CustomerIntegration,
				error,
			) {
				looks++
				if looks == failing {
					return nil, broken
				}
				return find(ctx, n)
			}
			if _, err := d.Reconcile(t.Context(), request); !errors.Is(err, broken) {
				t.Errorf("asking: %v, want that the reconcile fails", err)
			}
		})
	}
	c := &v1alpha1.CustomerIntegration{}
	if err := d.server.Get(t.Context(), request.NamespacedName, c); err != nil {
		t.Fatal(err)
	}
	if len(c.Status.Services) != 0 {
		t.Errorf("a verdict was written: %v", c.Status.Services)
	}
	if _, err := customerlist.IndexedByOrganization(fixture.Unreachable{})(t.Context(), "310330701"); err == nil {
		t.Error("an unreadable cache finds no customer and returns no error")
	}
	if got := customerlist.ByOrganization(fixture.Supplier()); got != nil {
		t.Errorf("a Supplier is found by %v", got)
	}
}

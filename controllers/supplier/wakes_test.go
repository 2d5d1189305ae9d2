package supplier

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestCountMayChange verifies which changes of a customer make its Supplier count again.
func TestCountMayChange(t *testing.T) {
	type customer = v1alpha1.CustomerIntegration
	const yes, no, unknown = metav1.ConditionTrue, metav1.ConditionFalse, metav1.ConditionUnknown
	const (
		granted   = v1alpha1.AuthorizationGranted
		withdrawn = v1alpha1.AuthorizationWithdrawn
	)
	verified := makeStates(yes, fixture.Noon, granted)
	verified.Status.Services[0].Authorization.LastVerifiedTime = &metav1.Time{Time: fixture.Noon.Add(time.Hour)}
	withoutSync, withoutHRM := makeStates(yes, fixture.Noon, granted), makeStates(yes, fixture.Noon, granted)
	withOtherHRM := makeStates(yes, fixture.Noon, granted)
	withoutSync.Spec.Sync, withoutHRM.Spec.HRM = v1alpha1.SyncDisabled, v1alpha1.HRMConnection{}
	withOtherHRM.Spec.HRM.Endpoint = "https://other.hrm.4human.example/integration"
	cases := map[string]struct {
		reason        string
		before, after customer
		want          bool
	}{
		"nothing": {
			reason: "a routine",
			before: makeStates(yes, fixture.Noon, granted), after: makeStates(yes, fixture.Noon, granted), want: false,
		},
		"verified-again": {
			reason: "a routine verification",
			before: makeStates(yes, fixture.Noon, granted), after: verified, want: false,
		},
		"granted": {
			reason: "access was given",
			before: makeStates(no, fixture.Noon), after: makeStates(yes, fixture.Noon, granted), want: true,
		},
		"withdrawn": {
			reason: "it was taken back",
			before: makeStates(yes, fixture.Noon, granted), after: makeStates(no, fixture.Noon, withdrawn), want: true,
		},
		"not-known-now": {
			reason: "it is still taken back",
			before: makeStates(no, fixture.Noon, withdrawn), after: makeStates(unknown, fixture.Noon, withdrawn),
			want: false,
		},
		"another-service": {
			reason: "a second one is taken back, an hour later",
			before: makeStates(no, fixture.Noon.Add(-time.Hour), withdrawn, granted),
			after:  makeStates(no, fixture.Noon, withdrawn, withdrawn), want: true,
		},
		"no-sync": {
			reason: "it does not count as blocked anymore",
			before: makeStates(yes, fixture.Noon, granted), after: withoutSync, want: true,
		},
		"no-hrm": {
			reason: "it may be blocked: see HRMSystemsMissing",
			before: makeStates(yes, fixture.Noon, granted), after: withoutHRM, want: true,
		},
		"another-hrm": {
			reason: "it is counted the same",
			before: makeStates(yes, fixture.Noon, granted), after: withOtherHRM, want: false,
		},
		"suspended": {
			reason: "it was suspended",
			before: makeStates(yes, fixture.Noon, granted), after: makeStates(unknown, fixture.Noon, granted), want: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := countMayChange().Update(event.UpdateEvent{ObjectOld: &c.before, ObjectNew: &c.after}); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
		})
	}
	one := fixture.Customer()
	if !countMayChange().Create(event.CreateEvent{Object: one}) ||
		!countMayChange().Delete(event.DeleteEvent{Object: one}) {
		t.Error("a new customer, or one that is gone, is not counted")
	}
	other := fixture.Supplier()
	if countMayChange().Update(event.UpdateEvent{ObjectOld: other, ObjectNew: other}) {
		t.Error("something that is no customer makes a Supplier count")
	}
}

// delays is a queue that records what is added to it, and for when.
type delays struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	all map[string]time.Duration
}

// AddAfter records a request.
func (d delays) AddAfter(r reconcile.Request, after time.Duration) { d.all[r.String()] = after }

// TestSupplierOfCustomer verifies that customers that change within a second cause one reconcile of their Supplier.
func TestSupplierOfCustomer(t *testing.T) {
	other := fixture.Customer()
	other.Spec.SupplierRef.Name = "other"
	h, d := supplierOfCustomer(), delays{all: map[string]time.Duration{}}
	for range 1000 {
		h.Create(t.Context(), event.CreateEvent{Object: fixture.Customer()}, d)
		h.Update(t.Context(), event.UpdateEvent{ObjectOld: fixture.Customer(), ObjectNew: fixture.Customer()}, d)
	}
	h.Delete(t.Context(), event.DeleteEvent{Object: other}, d)
	h.Create(t.Context(), event.CreateEvent{Object: fixture.Supplier()}, d)
	if diff := cmp.Diff(map[string]time.Duration{"/default": time.Second, "/other": time.Second}, d.all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSuppliersOfSecret(t *testing.T) {
	for name, want := range map[string][]string{
		"key": {"default", "second"}, "another-key": {"other"},
		"certificate": {"other"}, "unrelated": nil,
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "system"}}
			for _, r := range suppliersOfSecret(fixture.MakeReader(t))(t.Context(), secret) {
				if r != (reconcile.Request{NamespacedName: types.NamespacedName{Name: r.Name}}) {
					t.Errorf("a Supplier has no namespace: %s", r)
				}
				got = append(got, r.Name)
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got := suppliersOfSecret(fixture.Unreachable{})(t.Context(), &corev1.Secret{}); got != nil {
		t.Errorf("an unreadable cache woke %v", got)
	}
}

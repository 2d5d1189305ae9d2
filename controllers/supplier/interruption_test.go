package supplier

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/fixture"
)

// TestInterruptedTomorrow reconciles a Supplier whose interruption was recorded by a clock that was ahead by a day:
// customers are verified again once, and do not wait for a day.
func TestInterruptedTomorrow(t *testing.T) {
	supplier, customer := fixture.Supplier(), fixture.Customer()
	supplier.Status.InterruptedTime = &fixture.Tomorrow
	server := fake.NewClientBuilder().WithScheme(fixture.Scheme(t)).WithObjects(supplier).WithStatusSubresource(supplier).
		Build()
	now := fixture.Noon
	r := &Reconciler{
		Client: server, Pool: fixture.Pool(t, fixture.TestKey,
			fixture.Always("", 0)), Events: events.NewFakeRecorder(100), Now: func() time.Time { return now },
		Customers: func(context.Context, string) ([]v1alpha1.CustomerIntegration, error) {
			return []v1alpha1.CustomerIntegration{*customer}, nil
		},
	}
	for range 2 {
		if _, err := r.Reconcile(t.Context(),
			reconcile.Request{NamespacedName: client.ObjectKeyFromObject(supplier)}); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
	}
	if err := server.Get(t.Context(), client.ObjectKeyFromObject(supplier), supplier); err != nil {
		t.Fatal(err)
	}
	if at := supplier.Status.InterruptedTime; at == nil || !at.Time.Equal(fixture.Noon) {
		t.Errorf("interrupted at %s, want %s", at, fixture.Noon)
	}
	verified := v1alpha1.Authorization{
		State:            v1alpha1.AuthorizationGranted,
		LastVerifiedTime: &metav1.Time{Time: fixture.Noon.Add(time.Minute)},
	}
	if entitlement.IsOutdated(supplier, verified) {
		t.Error("a verification of now is outdated")
	}
}

package controllers

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
)

// TestInterruptedTomorrow reconciles a Supplier whose interruption was recorded by a clock that was ahead by a day: customers are
// verified again once, and do not wait for a day.
func TestInterruptedTomorrow(t *testing.T) {
	supplier, customer := supplierObject(), customerObject()
	supplier.Status.InterruptedTime = &tomorrow
	server := fake.NewClientBuilder().WithScheme(makeScheme(t)).WithObjects(supplier).WithStatusSubresource(supplier).Build()
	now := noon
	r := &SupplierReconciler{
		Client: server, Pool: makePool(t, testKey, always("", 0)), Events: events.NewFakeRecorder(100), Now: func() time.Time { return now },
		Customers: func(context.Context, string) ([]v1alpha1.CustomerIntegration, error) {
			return []v1alpha1.CustomerIntegration{*customer}, nil
		},
	}
	for range 2 {
		if _, err := r.Reconcile(t.Context(), reconcile.Request{NamespacedName: client.ObjectKeyFromObject(supplier)}); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
	}
	if err := server.Get(t.Context(), client.ObjectKeyFromObject(supplier), supplier); err != nil {
		t.Fatal(err)
	}
	if at := supplier.Status.InterruptedTime; at == nil || !at.Time.Equal(noon) {
		t.Errorf("interrupted at %s, want %s", at, noon)
	}
	verified := v1alpha1.Authorization{State: v1alpha1.AuthorizationGranted, LastVerifiedTime: &metav1.Time{Time: noon.Add(time.Minute)}}
	if entitlement.Outdated(supplier, verified) {
		t.Error("a verification of now is outdated")
	}
}

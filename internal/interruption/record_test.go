package interruption

import (
	"context"
	"errors"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// supplier returns a Supplier whose status is of a generation, 0 for none.
func supplier(name string, observed int64) *v1alpha1.Supplier {
	return &v1alpha1.Supplier{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Status: v1alpha1.SupplierStatus{ObservedGeneration: observed},
	}
}

// TestRecord records an interruption on Suppliers, and once more when the API server does not take it.
func TestRecord(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	var failing error
	server := fake.NewClientBuilder().WithScheme(scheme).WithObjects(supplier("default", 3), supplier("new", 0)).
		WithStatusSubresource(&v1alpha1.Supplier{}).
		WithInterceptorFuncs(interceptor.Funcs{
			SubResourcePatch: func(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch,
				options ...client.SubResourcePatchOption,
			) error {
				if failing != nil {
					return failing
				}
				return c.SubResource(sub).Patch(ctx, o, p, options...)
			},
		}).Build()
	recorder := &Recorder{Live: server, Client: server, Now: func() time.Time { return noon.Add(time.Millisecond) }}
	failing = errors.New("connection refused")
	if err := recorder.Record(t.Context()); !errors.Is(err, failing) {
		t.Errorf("not written, and the error is %v", err)
	}
	failing = nil
	if err := recorder.Record(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"default": true, "new": false} {
		t.Run(name, func(t *testing.T) {
			var s v1alpha1.Supplier
			if err := server.Get(t.Context(), client.ObjectKey{Name: name}, &s); err != nil {
				t.Fatal(err)
			}
			if got := s.Status.InterruptedTime; (got != nil) != want || want && !got.Time.Equal(noon) {
				t.Errorf("%s: interrupted at %v", name, got)
			}
		})
	}
}

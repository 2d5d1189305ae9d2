package supplier

import (
	"context"
	"errors"
	"testing"
	"time"

	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/fixture"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// TestProofIsKept reconciles a Supplier for an hour while its status cannot be written: its credentials are proved
// once, and the status then has the time of that proof.
func TestProofIsKept(t *testing.T) {
	for name, fails := range map[string]fixture.Outcome{
		"refused": fixture.Refused403, "conflict": fixture.Conflict,
		"lost": fixture.Lost,
	} {
		t.Run(name, func(t *testing.T) {
			now, becomes, requests := fixture.Noon, fails, 0
			supplier := fixture.Supplier()
			server := fake.NewClientBuilder().WithScheme(fixture.Scheme(t)).WithObjects(supplier).
				WithStatusSubresource(supplier).Build()
			pool := fixture.Pool(t, fixture.TestKey,
				func(ctx context.Context, r maskinporten.Request) (*maskinporten.Token, error) {
					requests++
					return fixture.Always("", 0)(ctx, r)
				})
			pool.Now = func() time.Time { return now }
			r := &Reconciler{
				Client: fixture.Unreliable{
					Client: server,
					Next:   func() fixture.Outcome { return becomes },
				}, Pool: pool, Events: events.NewFakeRecorder(1000), Now: pool.Now,
				Customers: func(context.Context, string) ([]v1alpha1.CustomerIntegration, error) { return nil, nil },
			}
			try := func() error {
				_, err := r.Reconcile(t.Context(), reconcile.Request{NamespacedName: client.ObjectKey{Name: "default"}})
				return err
			}
			var failed error
			for ; now.Before(fixture.Noon.Add(time.Hour)); now = now.Add(time.Minute) {
				failed = errors.Join(failed, try())
			}
			becomes = fixture.Written
			if err := try(); err != nil || failed == nil {
				t.Fatalf("%v, after %v", err, failed)
			}
			if want := len(services.ProofScopes(supplier)) + 1; requests > want { // and one to look at our system at Altinn
				t.Errorf("%d requests in an hour, want %d", requests, want)
			}
			var shown v1alpha1.Supplier
			if err := server.Get(t.Context(), client.ObjectKey{Name: "default"}, &shown); err != nil {
				t.Fatal(err)
			}
			if at := shown.Status.Credentials.LastVerifiedTime; at == nil || !at.Time.Equal(fixture.Noon) {
				t.Errorf("proved at %s, want %s", at, fixture.Noon)
			}
			if len(r.kept.all) != 0 {
				t.Error("a proof is kept that is in the status")
			}
		})
	}
}

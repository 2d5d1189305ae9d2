package supplier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/pacing"
)

// gather reads the Supplier and prepares its Guard. It returns nil if there is nothing to do.
func (r *Reconciler) gather(ctx context.Context, name string) (*gathered, error) {
	supplier := &v1alpha1.Supplier{}
	if err := r.Client.Get(ctx, client.ObjectKey{Name: name}, supplier); err != nil {
		if apierrors.IsNotFound(err) {
			r.forget(name)
		}
		return nil, client.IgnoreNotFound(err)
	}
	if !supplier.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	stop, err := r.Stop.Of(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("reading the emergency stop: %w", err)
	}
	s := &gathered{read: supplier.DeepCopy(), facts: &facts{
		supplier: supplier, stop: stop, now: r.Now().Truncate(time.Second), plansAccepted: r.AcceptedPlans.Of(name, r.Now()),
	}}
	if r.Inaccessible != nil {
		s.inaccessible = allowedAmong(supplier, r.Inaccessible())
	}
	pacing.MendSupplierClock(s.supplier, s.now)
	mendInterruption(s.supplier, s.now)
	s.mayProve = r.proofs.Next(name, pacing.RequestPace(pacing.IntervalsOf(s.supplier)), s.now)
	guard, err := r.Pool.Guard(ctx, supplier)
	if errors.As(err, &s.config) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("preparing requests: %w", err)
	}
	s.guard = guard
	s.readGuard()
	return s, nil
}

// forget drops what is remembered of a Supplier that no longer exists.
func (r *Reconciler) forget(name string) {
	r.Pool.Forget(name)
	r.counted.forget(name)
	r.holds.forget(name)
	r.kept.forget(name)
}

// gatherFaults reads the faults that customers' requests have met. Altinn's count only while a service needs Altinn:
// otherwise no request would end them.
func gatherFaults(s *gathered) {
	if s.guard == nil {
		return
	}
	s.complaint = s.guard.Complaints.First()
	gatherUnanswered(s)
	if !needsAltinn(s.supplier) {
		return
	}
	s.altinnFault, s.altinnCause = s.guard.Altinn.LastFault(), s.guard.Altinn.LastCause()
	s.system = cmp.Or(altinnReasons[s.altinnFault], s.guard.System.Fault())
}

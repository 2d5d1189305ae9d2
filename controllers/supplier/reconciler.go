package supplier

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/emergencystop"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/syncjob"
)

// Reconciler proves a Supplier's credentials with tokens of its own, counts its customers, and reports once what
// concerns all of them.
type Reconciler struct {
	// Client reads from the cache and writes to the API server.
	Client client.Client
	// Pool has a Guard per Supplier.
	Pool *authority.Pool
	// Stop finds the emergency stop of a Supplier. It may be nil.
	Stop emergencystop.Find
	// Customers lists the customers that are counted.
	Customers customerlist.OfSupplier
	// Events records transitions.
	Events events.EventRecorder
	// Now is the clock.
	Now func() time.Time
	// Released wakes the customers of a Supplier that are no longer held back. It must not block. If it is nil, only the
	// Supplier's status wakes them.
	Released func(supplier string)
	// Inaccessible returns the namespaces of --namespaces in which the manager lacks rights. It may be nil.
	Inaccessible func() []string
	// AcceptedPlans has the runs whose plans NAV accepted.
	AcceptedPlans *syncjob.AcceptedPlans

	counted countWrites
	holds   holds
	proofs  pacing.Allowance[string]
	kept    keptProofs
}

// Reconcile reconciles one Supplier.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	s, err := r.gather(ctx, req.Name)
	if err != nil || s == nil {
		return ctrl.Result{}, err
	}
	if err := r.count(ctx, s.facts); err != nil {
		return ctrl.Result{}, err
	}
	r.verify(ctx, s)
	r.release(s)
	gatherFaults(s)
	if err := r.write(ctx, s, statusOf(s.facts)); err != nil {
		return ctrl.Result{}, err
	}
	r.kept.forget(req.Name)
	priority := pacing.PriorityChanged
	return ctrl.Result{RequeueAfter: nextReconcile(s.facts), Priority: &priority}, nil
}

// write patches the status if it differs, and then announces the transitions.
func (r *Reconciler) write(ctx context.Context, s *gathered, status v1alpha1.SupplierStatus) error {
	before := s.read
	s.supplier.Status = status
	if equality.Semantic.DeepEqual(before.Status, status) {
		return nil
	}
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Status().Patch(ctx, s.supplier, patch); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	if !equality.Semantic.DeepEqual(before.Status.Customers, status.Customers) {
		r.counted.note(s.supplier.Name, s.now)
	}
	condition.Announce(log.FromContext(ctx), r.Events, before, s.supplier)
	return nil
}

package controllers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/services"
)

// SupplierReconciler keeps a Supplier's status true: it proves our own credentials with a token for ourselves, and says
// once, for all customers, when we or Maskinporten are at fault.
type SupplierReconciler struct {
	// Client reads from the cache and writes to the API server.
	Client client.Client
	// Pool has the ways to the authority.
	Pool *authority.Pool
	// Customers lists the customers that are counted.
	Customers ListCustomers
	// Events records transitions.
	Events events.EventRecorder
	// Now is the clock.
	Now func() time.Time

	counted countWrites
}

// Reconcile makes one pass over one Supplier: load, count its customers, prove if it is due, judge, write once if anything
// differs.
func (r *SupplierReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	s, err := r.load(ctx, req.Name)
	if err != nil || s == nil {
		return ctrl.Result{}, err
	}
	if err := r.count(ctx, s); err != nil {
		return ctrl.Result{}, err
	}
	r.prove(ctx, s)
	if s.guard != nil {
		s.complaint = s.guard.Complaint()
	}
	if err := r.write(ctx, s, supplierStatus(s)); err != nil {
		return ctrl.Result{}, err
	}
	priority := priorityChanged
	return ctrl.Result{RequeueAfter: nextSupplierPass(s), Priority: &priority}, nil
}

// load reads the Supplier and its key. It gives nil when there is nothing to do.
func (r *SupplierReconciler) load(ctx context.Context, name string) (*supplierScope, error) {
	supplier := &integrationsv1alpha1.Supplier{}
	if err := r.Client.Get(ctx, client.ObjectKey{Name: name}, supplier); err != nil {
		if apierrors.IsNotFound(err) {
			r.Pool.Forget(name)
			r.counted.forget(name)
		}
		return nil, client.IgnoreNotFound(err)
	}
	if !supplier.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	s := &supplierScope{supplier: supplier, now: r.Now().Truncate(time.Second)}
	guard, err := r.Pool.Guard(ctx, supplier)
	if errors.As(err, &s.config) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("preparing to ask: %w", err)
	}
	s.guard = guard
	return s, nil
}

// prove asks for a token of the supplier's own, if that is due.
func (r *SupplierReconciler) prove(ctx context.Context, s *supplierScope) {
	if !proofDue(s) {
		return
	}
	err := s.guard.Prove(ctx, s.cause(), services.ProofScope(s.supplier))
	s.proof = &proof{class: maskinporten.ClassOf(err)}
	var refusal *maskinporten.Error
	if !errors.As(err, &refusal) {
		return
	}
	s.proof.detail = refusal.Description
	log.FromContext(ctx).Info("Failed to prove the credentials", "class", refusal.Class, "status", refusal.Status,
		"code", refusal.Code, "error", refusal.Error())
}

// write patches the status if it differs, and then tells the transition.
func (r *SupplierReconciler) write(ctx context.Context, s *supplierScope, status integrationsv1alpha1.SupplierStatus) error {
	if equality.Semantic.DeepEqual(s.supplier.Status, status) {
		return nil
	}
	before := s.supplier.DeepCopy()
	s.supplier.Status = status
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Status().Patch(ctx, s.supplier, patch); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	if !equality.Semantic.DeepEqual(before.Status.Customers, status.Customers) {
		r.counted.note(s.supplier.Name, s.now)
	}
	announce(log.FromContext(ctx), r.Events, before, s.supplier)
	announceAlarms(log.FromContext(ctx), r.Events, before, s.supplier)
	return nil
}

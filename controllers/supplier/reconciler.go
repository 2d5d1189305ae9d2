package supplier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
)

// Reconciler keeps a Supplier's status true: it proves our own credentials with a token for ourselves, and says
// once, for all customers, when we or Maskinporten are at fault.
type Reconciler struct {
	// Client reads from the cache and writes to the API server.
	Client client.Client
	// Pool has the ways to the authority.
	Pool *authority.Pool
	// Customers lists the customers that are counted.
	Customers customerlist.OfSupplier
	// Events records transitions.
	Events events.EventRecorder
	// Now is the clock.
	Now func() time.Time
	// Released wakes the customers of a Supplier that are no longer held back. nil: they are woken by the Supplier's status
	// alone. It must not block.
	Released func(supplier string)
	// Taken has the runs whose plans NAV took.
	Taken *syncjob.TakenPlans

	counted countWrites
	holds   holds
	proofs  pacing.Allowance[string]
	kept    keptProofs
}

// Reconcile makes one pass over one Supplier: load, count its customers, prove if it is due, judge, write once if anything
// differs.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	s, err := r.load(ctx, req.Name)
	if err != nil || s == nil {
		return ctrl.Result{}, err
	}
	if err := r.count(ctx, s); err != nil {
		return ctrl.Result{}, err
	}
	r.prove(ctx, s)
	r.release(s)
	recall(s)
	if err := r.write(ctx, s, supplierStatus(s)); err != nil {
		return ctrl.Result{}, err
	}
	r.kept.forget(req.Name)
	priority := pacing.PriorityChanged
	return ctrl.Result{RequeueAfter: nextSupplierPass(s), Priority: &priority}, nil
}

// load reads the Supplier and its key. It gives nil when there is nothing to do.
func (r *Reconciler) load(ctx context.Context, name string) (*scope, error) {
	supplier := &v1alpha1.Supplier{}
	if err := r.Client.Get(ctx, client.ObjectKey{Name: name}, supplier); err != nil {
		if apierrors.IsNotFound(err) {
			r.Pool.Forget(name)
			r.counted.forget(name)
			r.holds.forget(name)
			r.kept.forget(name)
		}
		return nil, client.IgnoreNotFound(err)
	}
	if !supplier.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	s := &scope{supplier: supplier, read: supplier.DeepCopy(), now: r.Now().Truncate(time.Second), taken: r.Taken.Of(name, r.Now())}
	pacing.MendSupplierClock(s.supplier, s.now)
	mendInterruption(s.supplier, s.now)
	s.mayProve = r.proofs.Next(name, pacing.QuestionPace(pacing.IntervalsOf(s.supplier)), s.now)
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

// prove asks for tokens of the supplier's own, if that is due.
func (r *Reconciler) prove(ctx context.Context, s *scope) {
	if s.proof = r.kept.recall(s); s.proof != nil || !proofDue(s) {
		return
	}
	r.proofs.Take(s.supplier.Name, pacing.QuestionPace(pacing.IntervalsOf(s.supplier)), s.now)
	met := s.guard.Prove(ctx, s.cause(), services.ProofScopes(s.supplier)...)
	s.proof = &proof{proofFinding: metBy(met.Err), at: s.now, scopes: map[string]proofFinding{}}
	proveSystem(ctx, s)
	logProof(ctx, "", met.Err)
	for scope, err := range met.Scopes {
		s.proof.scopes[scope] = metBy(err)
		logProof(ctx, scope, err)
	}
	r.kept.keep(s)
}

// proveSystem asks Altinn whether it knows our system, if a service needs it and Maskinporten is well.
func proveSystem(ctx context.Context, s *scope) {
	if !needsAltinn(s.supplier) || s.proof.class != "" {
		return
	}
	err := s.guard.ProveSystem(ctx)
	if failure, ok := errors.AsType[*altinn.Error](err); ok {
		log.FromContext(ctx).Info("Failed to prove the system", "class", failure.Class, "status", failure.Status,
			"code", failure.Code, "error", failure.Error())
	}
}

// needsAltinn reports whether a Supplier offers a service for which Altinn is asked.
func needsAltinn(s *v1alpha1.Supplier) bool {
	return slices.ContainsFunc(s.Spec.Services, func(o v1alpha1.OfferedService) bool {
		return services.Of(o.Name).Kind == v1alpha1.AccessSystemUser && !services.WithoutSystem(s, o.Name)
	})
}

// registerReasons are what is wrong with our system at Altinn, by what a call there met.
var registerReasons = map[altinn.Class]string{
	altinn.ClassSystemNotFound: v1alpha1.ReasonSystemNotRegistered,
	altinn.ClassUnauthorized:   v1alpha1.ReasonAltinnRefused,
	altinn.ClassForbidden:      v1alpha1.ReasonAltinnRefused,
	altinn.ClassRefused:        v1alpha1.ReasonAltinnRefused,
}

// recall reads what the Guard remembers of questions. What it remembers of Altinn counts while Altinn is asked: after that
// nothing would ever end it.
func recall(s *scope) {
	if s.guard == nil {
		return
	}
	s.complaint = s.guard.Complaints.First()
	recallUnanswered(s)
	if !needsAltinn(s.supplier) {
		return
	}
	s.register = s.guard.Register.Met()
	s.system = cmp.Or(registerReasons[s.register], s.guard.System.Fault())
}

// metBy gives what the status needs to know of what a question met.
func metBy(err error) proofFinding {
	met := proofFinding{class: maskinporten.ClassOf(err)}
	if refusal, ok := errors.AsType[*maskinporten.Error](err); ok {
		met.detail = refusal.Description
	}
	return met
}

// logProof tells what one of the supplier's own questions met; of a scope, or, with none, of them all.
func logProof(ctx context.Context, scope string, err error) {
	refusal, ok := errors.AsType[*maskinporten.Error](err)
	if !ok {
		return
	}
	log.FromContext(ctx).Info("Failed to prove the credentials", "scope", scope, "class", refusal.Class, "status", refusal.Status,
		"code", refusal.Code, "error", refusal.Error())
}

// write patches the status if it differs, and then tells the transition.
func (r *Reconciler) write(ctx context.Context, s *scope, status v1alpha1.SupplierStatus) error {
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

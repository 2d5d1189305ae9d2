package customerintegration

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/failpoint"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/services"
	"github.com/4human/integration-operator/internal/syncjob"
)

// Reconciler keeps a CustomerIntegration's status true: it asks the authority when a check is due,
// and writes what came of it.
type Reconciler struct {
	// Client reads from the cache and writes to the API server.
	Client client.Client
	// Live reads from the API server itself, when the cache has not seen our own last write yet.
	Live client.Reader
	// Children finds what was made for a customer.
	Children syncjob.FindChildren
	// SameOrganization finds the CustomerIntegrations of one organization number.
	SameOrganization customerlist.OfOrganization
	// Customers lists a Supplier's customers. nil: no customer has others.
	Customers customerlist.OfSupplier
	// Pool has the ways to the authority.
	Pool *authority.Pool
	// Image is that of jobs whose Supplier names none.
	Image string
	// Broker finds the token broker of jobs. Without it no CronJob is made.
	Broker syncjob.FindBroker
	// Zone is the time zone of schedules.
	Zone *time.Location
	// Events records transitions.
	Events events.EventRecorder
	// Now is the clock.
	Now func() time.Time
	// Observer is told what has been written. nil: nobody is.
	Observer Observer
	// Taken remembers the runs whose plans NAV took. nil: nothing does.
	Taken *syncjob.TakenPlans
	// Suspect tells the Supplier's reconciler that a question met a fault. It must not block.
	Suspect func(supplier string)

	written  ownWrites
	kept     keptAnswers
	latest   latestAnswers
	allowed  allowances
	admitted syncjob.Admissions
	rollout  rollout
	mu       sync.Mutex
	watched  time.Time
}

// errNoBroker is why no CronJob is made without a token broker.
var errNoBroker = errors.New("there is no token broker")

// watchedSince returns when the first reconcile of any customer began; now, if the clock was wrong then.
func (r *Reconciler) watchedSince(now time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watched.IsZero() || clock.InFuture(r.watched, now) {
		r.watched = now
	}
	return r.watched
}

// Reconcile makes one pass over one customer: load, ask what is due, judge, write once if anything differs, and bring the
// customer's jobs to what follows from it.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	s, err := r.load(ctx, req.NamespacedName)
	if err != nil || s == nil {
		return ctrl.Result{}, err
	}
	suspect, err := verify(ctx, s)
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("verifying %s: %w", req, err)
	}
	r.kept.keep(s)
	if suspect {
		r.Suspect(s.supplier.Name)
	}
	if len(s.answers) > 0 {
		failpoint.Hit(failpoint.CustomerAnswered)
		if err := r.lookForDuplicates(ctx, s); err != nil { // once more, for asking takes a while
			return ctrl.Result{}, err
		}
	}

	if err := r.lookForConflicts(ctx, s); err != nil {
		return ctrl.Result{}, err
	}

	status := customerStatus(s)
	if err := r.write(ctx, s, status); err != nil {
		return ctrl.Result{}, err
	}
	turn, err := r.converge(ctx, s)
	if err != nil {
		return ctrl.Result{}, err
	}
	r.kept.settle(s)
	priority, next := priorityOf(s, status.Services), nextPass(s, status.Services)
	if turn > 0 && (next == 0 || turn < next) {
		next = turn
	}
	log.FromContext(ctx).V(1).Info("Made a pass", "asked", len(s.answers), "next", next.String())
	return ctrl.Result{RequeueAfter: next, Priority: &priority}, nil
}

// load reads the customer, what was made for it, its Supplier and the way to the authority. It gives nil when there is
// nothing to do.
func (r *Reconciler) load(ctx context.Context, key types.NamespacedName) (*scope, error) {
	customer, err := r.read(ctx, key)
	if err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	if !customer.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	now := r.Now().Truncate(time.Second)
	s := &scope{
		customer: customer,
		read:     customer.DeepCopy(),
		image:    r.Image,
		zone:     r.Zone,
		watched:  r.watchedSince(now),
		now:      now,
		answers:  map[v1alpha1.ServiceName]answer{},
		busy:     map[v1alpha1.ServiceName]time.Time{},
		listed:   map[string]altinn.Page[altinn.SystemUser]{},
		allowed:  &r.allowed,
	}
	if s.brokerErr = errNoBroker; r.Broker != nil {
		s.broker, s.brokerErr = r.Broker(ctx)
	}
	if err := r.observe(ctx, s); err != nil {
		return nil, err
	}
	if s.supplier, err = r.supplier(ctx, customer.SupplierName()); err != nil {
		return nil, err
	}
	mendClock(s)
	s.before = s.customer.DeepCopy()
	if s.supplier == nil {
		return s, nil
	}
	pacing.MendSupplierClock(s.supplier, s.now)
	if lost := r.latest.lost(customer, s.now); !lost.IsZero() {
		log.FromContext(ctx).Info("Status is older than it was; verifying again before a run starts", "lastVerifiedTime", lost)
		interruptedAt(s.supplier, lost)
	}
	if err := r.lookForDuplicates(ctx, s); err != nil {
		return nil, err
	}
	s.guard, err = guardOf(ctx, r.Pool, s.supplier)
	if err != nil {
		return nil, err
	}
	s.peers = r.peers(ctx, s)
	r.kept.recall(s)
	return s, nil
}

// supplier reads a Supplier, nil if it does not exist.
func (r *Reconciler) supplier(ctx context.Context, name string) (*v1alpha1.Supplier, error) {
	supplier := &v1alpha1.Supplier{}
	err := r.Client.Get(ctx, types.NamespacedName{Name: name}, supplier)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading Supplier %s: %w", name, err)
	}
	return supplier, nil
}

// read reads the customer as it is after our own last write: what was just asked is not asked again because the cache
// is a moment behind.
func (r *Reconciler) read(ctx context.Context, key types.NamespacedName) (*v1alpha1.CustomerIntegration, error) {
	customer := &v1alpha1.CustomerIntegration{}
	err := r.Client.Get(ctx, key, customer)
	if err == nil && r.written.outdates(customer) {
		err = r.Live.Get(ctx, key, customer)
	}
	if apierrors.IsNotFound(err) {
		r.Pool.ForgetCustomer(key)
		r.written.forget(key)
		r.kept.forget(key)
		r.rollout.forget(key)
		for _, service := range services.Names() {
			r.admitted.Forget(types.NamespacedName{Namespace: key.Namespace, Name: naming.Child(key.Name, service)})
		}
		r.latest.forget(key)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the customer: %w", err)
	}
	return customer, nil
}

// write patches the status if it differs, and then tells the transition.
func (r *Reconciler) write(
	ctx context.Context, s *scope, status v1alpha1.CustomerIntegrationStatus,
) error {
	s.customer.Status = status
	if equality.Semantic.DeepEqual(s.read.Status, status) {
		return nil
	}
	patch := client.MergeFromWithOptions(s.read, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Status().Patch(ctx, s.customer, patch); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	r.written.note(s.read)
	r.latest.note(s.customer)
	if status.PendingReconcileAt != "" && status.PendingReconcileAt != s.read.Status.PendingReconcileAt {
		s.allowed.records.Take(pacedOf(s, ""), recordPace, s.now)
	}
	failpoint.Hit(failpoint.CustomerWritten)
	condition.Announce(log.FromContext(ctx), r.Events, s.before, s.customer)
	observe(r.Observer, s, s.customer)
	noteTaken(r.Taken, s)
	if s.before.Status.LastHandledReconcileAt != status.LastHandledReconcileAt {
		log.FromContext(ctx).Info("Handled a requested verification")
	}
	return nil
}

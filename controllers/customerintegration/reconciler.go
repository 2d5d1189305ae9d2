package customerintegration

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/authority"
	"github.com/4human/integration-operator/internal/clock"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/customerlist"
	"github.com/4human/integration-operator/internal/emergencystop"
	"github.com/4human/integration-operator/internal/enhetsregisteret"
	"github.com/4human/integration-operator/internal/failpoint"
	"github.com/4human/integration-operator/internal/pacing"
	"github.com/4human/integration-operator/internal/syncjob"
)

// Reconciler verifies a customer's access when that is due, writes the status, and applies what follows to the
// customer's jobs.
type Reconciler struct {
	// Client reads from the cache and writes to the API server.
	Client client.Client
	// Live reads from the API server.
	Live client.Reader
	// Children finds the objects that were created for a customer.
	Children syncjob.FindChildren
	// SameOrganization finds the CustomerIntegrations of an organization number.
	SameOrganization customerlist.OfOrganization
	// Customers lists a Supplier's customers. It may be nil.
	Customers customerlist.OfSupplier
	// Pool has a Guard per Supplier.
	Pool *authority.Pool
	// Stop finds the emergency stop of a Supplier. It may be nil.
	Stop emergencystop.Find
	// Image is the worker's image for jobs whose Supplier names none.
	Image string
	// ShardLabels are the keys of customers' labels that their objects have too.
	ShardLabels []string
	// Broker finds the token broker of jobs. If it is nil, no CronJob is created.
	Broker syncjob.FindBroker
	// Zone is the time zone of schedules.
	Zone *time.Location
	// Events records transitions.
	Events events.EventRecorder
	// Now is the clock.
	Now func() time.Time
	// Observer receives what was written. It may be nil.
	Observer Observer
	// Lookups looks customers up in Enhetsregisteret. If it is nil, none is.
	Lookups *enhetsregisteret.Lookups
	// AcceptedPlans receives the runs whose plans NAV accepted. It may be nil.
	AcceptedPlans *syncjob.AcceptedPlans
	// Suspect wakes the Supplier after a request met a fault. It must not block.
	Suspect func(supplier string)
	// Places bound how many reconciles work at a time. One that waits for a response loses its place. It may be nil.
	Places *pacing.Places

	written       ownWrites
	cronJobs      ownWrites
	created       ownCreations
	kept          keptResponses
	latest        latestResponses
	limits        limits
	admitted      syncjob.Admissions
	deletedPods   syncjob.DeletedPods
	rollout       rollout
	refusals      refusals
	refusedWrites refusedWrites
	mu            sync.Mutex
	watched       time.Time
}

// errNoBroker is why no CronJob is created without a token broker.
var errNoBroker = errors.New("there is no token broker")

// watchedSince returns when the first reconcile of any customer began. It returns now if the clock was wrong then.
func (r *Reconciler) watchedSince(now time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watched.IsZero() || clock.InFuture(r.watched, now) {
		r.watched = now
	}
	return r.watched
}

// Reconcile reconciles one customer.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	g, err := r.gather(ctx, req.NamespacedName)
	if err != nil || g == nil {
		return ctrl.Result{}, err
	}
	results, err := r.verify(ctx, g)
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("verifying %s: %w", req, err)
	}
	v, err := r.decide(ctx, g.Facts, results)
	if err != nil {
		return ctrl.Result{}, err
	}
	v, wait, err := r.writeAndApply(ctx, g.read, v)
	if err != nil {
		return ctrl.Result{}, err
	}
	r.kept.dropWritten(req.NamespacedName)
	priority, next := priorityOf(v), nextReconcile(v)
	if wait > 0 && (next == 0 || wait < next) {
		next = wait
	}
	log.FromContext(ctx).V(1).Info("Reconciled", "requests", len(results.Responses), "next", next.String())
	return ctrl.Result{RequeueAfter: next, Priority: &priority}, nil
}

// cacheDelay is how long the next reconcile waits for the cache to get an object that existed already, or that another
// client changed.
const cacheDelay = time.Second

// maxRounds is how often a reconcile applies a plan: again if an object to create exists already.
const maxRounds = 2

// writeAndApply writes the status, applies the plan that follows from it, and writes the status with the applied
// objects. If an object to create exists already, it reads the object and does all this again, up to maxRounds times.
// It returns the last verdict, and how long to wait before the next reconcile does what is left, 0 if nothing is. That
// is at least cacheDelay if an object to create exists in the last round too, or another client has changed a created
// one.
func (r *Reconciler) writeAndApply(
	ctx context.Context, read *v1alpha1.CustomerIntegration, v *verdict.Verdict,
) (last *verdict.Verdict, wait time.Duration, err error) {
	for round := 1; ; round++ {
		if read, err = r.write(ctx, read, v); err != nil {
			return nil, 0, err
		}
		var applied *appliedObjects
		if applied, wait, err = r.apply(ctx, v); err != nil || applied.isEmpty() {
			return v, wait, err
		}
		if applied.changedByOthers {
			wait = max(wait, cacheDelay)
		}
		if v, err = r.verdictOf(ctx, v.WithWritten(read.DeepCopy(), applied.children()), v.Results); err != nil {
			return nil, 0, err
		}
		if len(applied.existing) == 0 || round == maxRounds {
			if len(applied.existing) > 0 {
				wait = max(wait, cacheDelay)
			}
			_, err = r.write(ctx, read, v)
			return v, wait, err
		}
	}
}

// decide returns the Verdict. If requests were sent, it gathers the older CustomerIntegrations again.
func (r *Reconciler) decide(
	ctx context.Context, facts *verdict.Facts, results verdict.Results,
) (*verdict.Verdict, error) {
	if len(results.Responses) > 0 {
		failpoint.Hit(failpoint.CustomerAnswered)
		contenders, err := r.contenders(ctx, facts.Customer, facts.Supplier)
		if err != nil {
			return nil, err
		}
		facts = facts.WithContenders(contenders)
	}
	return r.verdictOf(ctx, facts, results)
}

// verdictOf returns the Verdict on facts. It reads objects that should exist and are not among the facts from the API
// server.
func (r *Reconciler) verdictOf(
	ctx context.Context, facts *verdict.Facts, results verdict.Results,
) (*verdict.Verdict, error) {
	v := verdict.Of(facts, results)
	children, err := r.gatherMissing(ctx, v)
	if err != nil || children == nil {
		return v, err
	}
	return verdict.Of(facts.WithChildren(*children), results), nil
}

// write patches the status if it differs, and announces the transitions. It returns the customer as it is stored.
func (r *Reconciler) write(
	ctx context.Context, read *v1alpha1.CustomerIntegration, v *verdict.Verdict,
) (*v1alpha1.CustomerIntegration, error) {
	status := statusOf(v)
	if equality.Semantic.DeepEqual(read.Status, status) {
		return read, nil
	}
	after := v.Customer.DeepCopy()
	after.Status = status
	patch := client.MergeFromWithOptions(read, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Status().Patch(ctx, after, patch); err != nil {
		return nil, fmt.Errorf("writing the status: %w", err)
	}
	r.written.note(client.ObjectKeyFromObject(read), read)
	r.latest.note(after)
	if recordsRequest(&read.Status, &status) {
		r.limits.records.Take(limitKeyOf(v.Facts, ""), recordPace, v.Now)
	}
	failpoint.Hit(failpoint.CustomerWritten)
	r.announce(ctx, v, after)
	return after, nil
}

// recordsRequest reports whether a status records a request that the one before did not.
func recordsRequest(before, after *v1alpha1.CustomerIntegrationStatus) bool {
	return after.PendingReconcileAt != "" && after.PendingReconcileAt != before.PendingReconcileAt ||
		after.PendingAskCustomerAgain != "" && after.PendingAskCustomerAgain != before.PendingAskCustomerAgain
}

// announce logs, records and counts what changed between the last status and the one that was just written.
func (r *Reconciler) announce(ctx context.Context, v *verdict.Verdict, after *v1alpha1.CustomerIntegration) {
	condition.Announce(log.FromContext(ctx), r.Events, v.Customer, after)
	ended := endedRuns(v)
	observe(r.Observer, v.Customer, after, ended)
	noteAcceptedPlans(r.AcceptedPlans, v, ended)
	if v.Customer.Status.LastHandledReconcileAt != after.Status.LastHandledReconcileAt {
		log.FromContext(ctx).Info("Handled a requested verification")
	}
	if v.Customer.Status.LastHandledAskCustomerAgain != after.Status.LastHandledAskCustomerAgain {
		log.FromContext(ctx).Info("Handled a request to ask the customer again")
	}
}

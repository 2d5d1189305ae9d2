package customerintegration

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/syncjob"
)

// ownership returns how an object of the cache relates to the customer. An object without a living owner is read from
// the API server, because the cache has no field managers. It then replaces the cached one.
func (r *Reconciler) ownership(
	ctx context.Context, customer *v1alpha1.CustomerIntegration, o client.Object,
) (syncjob.Ownership, error) {
	switch {
	case metav1.IsControlledBy(o, customer):
		return syncjob.Owned, nil
	case syncjob.HasLivingOwner(o, customer) || !syncjob.IsLabelledFor(o, customer.Name):
		return syncjob.Foreign, nil
	}
	kind := o.GetObjectKind().GroupVersionKind().Kind
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
		return syncjob.Foreign, client.IgnoreNotFound(fmt.Errorf("reading the owner of %s %s: %w", kind, o.GetName(), err))
	}
	return syncjob.OwnershipOf(o, customer), nil
}

// planAdoption makes the customer the owner of the objects of a service that have no living one. A CronJob is suspended
// with the same write unless it is applied next.
func planAdoption(v *verdict.Verdict, s *verdict.Service) []action {
	var actions []action
	if s.Child.AdoptAccount {
		actions = append(actions, action{
			verb: "adopt", kind: "ServiceAccount", name: s.Child.Account.Name, adopt: s.Child.Account, adopter: v.Customer,
			service: s.Name,
		})
	}
	if s.Child.AdoptCronJob {
		name := s.Child.CronJob.Name
		actions = append(actions, action{
			verb: "adopt", kind: "CronJob", name: name, adopt: s.Child.CronJob, adopter: v.Customer,
			service: s.Name,
			halt:    !isAppliedNext(v, s) && !syncjob.IsSuspended(s.Child.CronJob),
			event:   v1alpha1.EventCronJobAdopted,
			note: fmt.Sprintf("CronJob %s had no owner, as after a restore, and belongs to this customer now. "+
				"It runs only while sync is allowed.", name),
		})
	}
	return actions
}

// isAppliedNext reports whether the plan applies the CronJob of a service.
func isAppliedNext(v *verdict.Verdict, s *verdict.Service) bool {
	return s.MaySync && !s.Paused && !s.Child.Conflict.Exists() && !s.Child.LeftOver && v.BrokerErr == nil
}

// planStrays deletes the Jobs of a service that run and have no owner.
func planStrays(c *syncjob.Child) []action {
	actions := make([]action, 0, len(c.Strays))
	for i := range c.Strays {
		job := &c.Strays[i]
		actions = append(actions, action{
			verb: "delete", kind: "Job", name: job.Name, remove: job, event: v1alpha1.EventRunStopped,
			note: fmt.Sprintf("Job %s had no owner and is stopped. Runs get data only if their CronJob belongs to the customer.",
				job.Name),
		})
	}
	return actions
}

// adopt makes the customer the owner of an object, if it has not changed since it was read here and still has no living
// owner. It suspends a CronJob if the action says so.
func (r *Reconciler) adopt(ctx context.Context, a *action) (done bool, err error) {
	current, ok := a.adopt.DeepCopyObject().(client.Object)
	if !ok {
		return false, nil
	}
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(a.adopt), current); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	if current.GetUID() != a.adopt.GetUID() || syncjob.OwnershipOf(current, a.adopter) != syncjob.Adoptable {
		return false, nil
	}
	err = r.patchOwned(ctx, current, func() {
		current.SetOwnerReferences(syncjob.OwnersOf(a.adopter))
		if cronJob, ok := current.(*batchv1.CronJob); ok && a.halt {
			halt(cronJob)
		}
	})
	return err == nil, client.IgnoreNotFound(err)
}

// halt suspends a CronJob, without the hash of what was applied: the next apply is no repair.
func halt(c *batchv1.CronJob) {
	c.Spec.Suspend = new(true)
	delete(c.Annotations, v1alpha1.AnnotationApplied)
}

// patchOwned writes a change of an object, if it still has the version that was read.
func (r *Reconciler) patchOwned(ctx context.Context, o client.Object, change func()) error {
	before, ok := o.DeepCopyObject().(client.Object)
	if !ok {
		return nil
	}
	change()
	return r.Client.Patch(ctx, o, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}),
		client.FieldOwner(syncjob.FieldOwner))
}

// haltOrphans suspends the CronJobs that a deleted customer has left without an owner, and deletes their Jobs. If the
// customer is created again, it adopts them.
func (r *Reconciler) haltOrphans(ctx context.Context, key types.NamespacedName) error {
	cronJobs := &batchv1.CronJobList{}
	if err := r.Children(ctx, cronJobs, key); err != nil {
		return fmt.Errorf("listing CronJobs: %w", err)
	}
	for i := range cronJobs.Items {
		orphan := &cronJobs.Items[i]
		if len(orphan.OwnerReferences) > 0 || syncjob.IsSuspended(orphan) { // one with an owner is deleted with it
			continue
		}
		if err := r.haltOrphan(ctx, key, orphan); err != nil {
			return fmt.Errorf("suspending CronJob %s: %w", orphan.Name, err)
		}
	}
	return nil
}

func (r *Reconciler) haltOrphan(ctx context.Context, key types.NamespacedName, orphan *batchv1.CronJob) error {
	gone := &v1alpha1.CustomerIntegration{ObjectMeta: metav1.ObjectMeta{Name: key.Name, Namespace: key.Namespace}}
	ownership, err := r.ownership(ctx, gone, orphan)
	if err != nil || ownership != syncjob.Adoptable || syncjob.IsSuspended(orphan) {
		return err
	}
	if err := r.patchOwned(ctx, orphan, func() { halt(orphan) }); err != nil {
		return client.IgnoreNotFound(err)
	}
	log.FromContext(ctx).Info("Suspended CronJob of a customer that does not exist", "cronJob", orphan.Name)
	jobs := &batchv1.JobList{}
	if err := r.Children(ctx, jobs, key); err != nil {
		return fmt.Errorf("listing Jobs: %w", err)
	}
	for i := range jobs.Items {
		job := &jobs.Items[i]
		if finished, _ := syncjob.FinishOf(job); !syncjob.IsJobOf(job, orphan) || !finished.IsZero() {
			continue
		}
		if _, err := r.remove(ctx, job); err != nil {
			return fmt.Errorf("deleting Job %s: %w", job.Name, err)
		}
	}
	return nil
}

package customerintegration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/condition"
	"github.com/4human/integration-operator/internal/failpoint"
	"github.com/4human/integration-operator/internal/syncjob"
)

// action is one change of the cluster. Exactly one of its objects is set.
type action struct {
	// verb, kind and name are what it does: apply, CronJob, tiger-plans-88dda638.
	verb, kind, name string
	// account is a ServiceAccount to create, or to repair the existing one by.
	account *corev1.ServiceAccount
	// cronJob is a CronJob to create, or to replace the existing one with.
	cronJob *batchv1.CronJob
	// exists reports whether there is one to repair or replace.
	exists bool
	// spread reports whether it waits for the rollout: the same change may be due for all customers at once.
	spread bool
	// blocked is why the action cannot be done now.
	blocked error
	// suspend is a CronJob to suspend.
	suspend *batchv1.CronJob
	// adopt is an object that becomes adopter's. If halt is set, it is a CronJob that is suspended with the same write.
	adopt   client.Object
	adopter *v1alpha1.CustomerIntegration
	halt    bool
	// template is the CronJob whose template a Job is created from, unless it exists. owner is the CronJob that the Job
	// is a run of, nil for the one that the plan applies first.
	template, owner *batchv1.CronJob
	// remove is an object to delete with what it owns.
	remove client.Object
	// service is the service whose runs need it, "" if none does.
	service v1alpha1.ServiceName
	// failpoint is hit after the action.
	failpoint string
	// event and note are recorded after the action.
	event, note string
}

// String returns what the action does, as in "apply CronJob tiger-plans-88dda638".
func (a *action) String() string { return a.verb + " " + a.kind + " " + a.name }

// pastTense has the verbs in the past tense, for the log.
var pastTense = map[string]string{
	"adopt": "Adopted", "apply": "Applied", "create": "Created", "delete": "Deleted", "suspend": "Suspended",
}

// apply does what is planned for a customer's jobs. An action that fails does not prevent the others; the reconcile
// fails and is repeated. It returns the applied objects, and how long until the remaining actions may be done, 0 if
// none remain.
func (r *Reconciler) apply(
	ctx context.Context, v *verdict.Verdict,
) (applied *appliedObjects, wait time.Duration, err error) {
	actions, err := planOf(v)
	if err != nil {
		return nil, 0, err
	}
	if slices.ContainsFunc(actions, func(a action) bool { return a.spread }) {
		wait = r.rollout.wait(client.ObjectKeyFromObject(v.Customer), r.Now())
	}
	var failures []error
	var refused []refusedWrite
	applied = newAppliedObjects(v)
	for i := range actions {
		a := &actions[i]
		if a.spread && wait > 0 {
			refused = appendSet(refused, r.refusedWrites.find(client.ObjectKeyFromObject(v.Customer), a))
			continue
		}
		if applied.existing[a.service] {
			continue
		}
		done, err := r.do(ctx, a, applied)
		if err != nil {
			failures, applied.failed[a.service] = append(failures, fmt.Errorf("%s: %w", a, err)), true
			refused = appendSet(refused, refusedWriteOf(a, err, v.Now))
		}
		if done {
			r.report(ctx, v, a)
		}
	}
	r.refusedWrites.set(client.ObjectKeyFromObject(v.Customer), refused)
	return applied, wait, errors.Join(failures...)
}

// appendSet appends what is not nil.
func appendSet[T any](all []T, one *T) []T {
	if one == nil {
		return all
	}
	return append(all, *one)
}

// report logs and records an action that was done.
func (r *Reconciler) report(ctx context.Context, v *verdict.Verdict, a *action) {
	logger := log.FromContext(ctx).WithValues(strings.ToLower(a.kind[:1])+a.kind[1:], a.name) //nolint:loggercheck // cronJob, job, serviceAccount.
	logger.Info(pastTense[a.verb] + " " + a.kind)
	if a.template != nil {
		r.limits.runs.Take(limitKeyOf(v.Facts, a.service), runPace, v.Now)
	}
	if a.failpoint != "" {
		failpoint.Hit(a.failpoint)
	}
	if a.event == "" {
		return
	}
	eventType := corev1.EventTypeNormal
	if a.event == v1alpha1.EventCronJobRestored || a.event == v1alpha1.EventRunOutlasted {
		eventType = corev1.EventTypeWarning
	}
	r.Events.Eventf(v.Customer, nil, eventType, a.event, condition.ActionSync, "%s", condition.Bound(a.note))
}

// do does one action and reports whether it changed anything. The plan is made from the cache, which may lack our last
// writes: they are neither repeated nor reported again. It notes the objects in applied.
func (r *Reconciler) do(ctx context.Context, a *action, applied *appliedObjects) (done bool, err error) {
	switch {
	case a.blocked != nil:
		return false, a.blocked
	case a.cronJob != nil:
		return r.applyCronJob(ctx, a, applied)
	case a.account != nil:
		return r.applyAccount(ctx, a, applied)
	case a.adopt != nil:
		return r.adopt(ctx, a)
	case a.suspend != nil:
		return r.suspend(ctx, a.suspend)
	case a.template != nil:
		return r.createJob(ctx, a, applied)
	default:
		return r.remove(ctx, a.remove)
	}
}

// applyAccount creates an account, or takes the fields of the existing one by force if it is the customer's and
// differs.
func (r *Reconciler) applyAccount(ctx context.Context, a *action, applied *appliedObjects) (done bool, err error) {
	if !a.exists {
		account := a.account.DeepCopy()
		done, err := r.create(ctx, a, account, applied)
		if done {
			applied.noteAccount(a.service, account)
		}
		return done, err
	}
	if needed, err := r.accountNeedsApply(ctx, a.account); err != nil || !needed {
		return false, err
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(a.account)
	if err != nil {
		return false, fmt.Errorf("writing what is to be applied: %w", err)
	}
	configuration := client.ApplyConfigurationFromUnstructured(&unstructured.Unstructured{Object: fields})
	err = r.Client.Apply(ctx, configuration, client.FieldOwner(syncjob.FieldOwner), client.ForceOwnership)
	return err == nil, err
}

// accountNeedsApply reports whether an account does not exist, or is the customer's and differs from the desired one.
func (r *Reconciler) accountNeedsApply(ctx context.Context, desired *corev1.ServiceAccount) (bool, error) {
	current := &corev1.ServiceAccount{}
	err := r.Live.Get(ctx, client.ObjectKeyFromObject(desired), current)
	if apierrors.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading it: %w", err)
	}
	if owner := metav1.GetControllerOf(current); owner == nil || owner.UID != metav1.GetControllerOf(desired).UID {
		return false, nil // it has another owner now, which the next reconcile finds
	}
	return syncjob.AccountDiffers(desired, current), nil
}

// suspend suspends a CronJob that is not suspended.
func (r *Reconciler) suspend(ctx context.Context, cronJob *batchv1.CronJob) (done bool, err error) {
	current := &batchv1.CronJob{}
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(cronJob), current); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	if current.UID != cronJob.UID || syncjob.IsSuspended(current) {
		return false, nil
	}
	// Without the hash of what was applied, the next apply does not look like a repair.
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:null}},"spec":{"suspend":true}}`, v1alpha1.AnnotationApplied)
	err = r.Client.Patch(ctx, current, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(syncjob.FieldOwner))
	return err == nil, client.IgnoreNotFound(err)
}

// create creates the object of an action, unless one of its name exists, which it notes in applied.
func (r *Reconciler) create(
	ctx context.Context, a *action, o client.Object, applied *appliedObjects,
) (done bool, err error) {
	r.created.begin(a.kind, o)
	err = r.Client.Create(ctx, o, client.FieldOwner(syncjob.FieldOwner))
	applied.changedByOthers = r.created.end(a.kind, o, err) || applied.changedByOthers
	if apierrors.IsAlreadyExists(err) {
		applied.noteExisting(a.service)
		return false, nil
	}
	return err == nil, err
}

// createJob creates a Job besides the schedule, unless one of its name exists. Nothing is done if its CronJob could not
// be applied.
func (r *Reconciler) createJob(ctx context.Context, a *action, applied *appliedObjects) (done bool, err error) {
	owner := a.owner
	if owner == nil {
		owner = applied.cronJobOf(a.service)
	}
	if owner == nil {
		return false, nil
	}
	job := syncjob.JobNow(a.template, owner, a.name)
	if done, err = r.create(ctx, a, job, applied); done {
		applied.noteJob(a.service, job)
	}
	return done, err
}

// remove deletes an object with what it owns. By the API's own default, the pods of a Job would go on without it.
func (r *Reconciler) remove(ctx context.Context, o client.Object) (done bool, err error) {
	current, err := r.liveMetadata(ctx, o)
	if err != nil || current == nil || current.UID != o.GetUID() || !current.DeletionTimestamp.IsZero() {
		return false, err
	}
	err = r.Client.Delete(ctx, o, client.PropagationPolicy(metav1.DeletePropagationBackground),
		client.Preconditions{UID: &current.UID})
	return err == nil, client.IgnoreNotFound(err)
}

// liveMetadata reads the metadata of an object from the API server, nil if it does not exist.
func (r *Reconciler) liveMetadata(ctx context.Context, o client.Object) (*metav1.PartialObjectMetadata, error) {
	kind, err := r.Client.GroupVersionKindFor(o)
	if err != nil {
		return nil, fmt.Errorf("reading it: %w", err)
	}
	current := &metav1.PartialObjectMetadata{}
	current.SetGroupVersionKind(kind)
	err = r.Live.Get(ctx, client.ObjectKeyFromObject(o), current)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading it: %w", err)
	}
	return current, nil
}

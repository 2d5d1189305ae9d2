package customerintegration

import (
	"context"
	"encoding/json"
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
	// apply is a configuration for server-side apply. force takes fields from other managers.
	apply runtime.ApplyConfiguration
	force bool
	// cronJob is a CronJob to create, or to replace the existing one with.
	cronJob *batchv1.CronJob
	// spread reports whether it waits for its turn: the same change may be due for all customers at once.
	spread bool
	// blocked is why the action cannot be done now.
	blocked error
	// suspend is a CronJob to suspend.
	suspend *batchv1.CronJob
	// adopt is an object that becomes adopter's. If halt is set, it is a CronJob that is suspended with the same write.
	adopt   client.Object
	adopter *v1alpha1.CustomerIntegration
	halt    bool
	// create is an object to create, unless it exists.
	create client.Object
	// remove is an object to delete with what it owns.
	remove client.Object
	// service is the service whose runs need it, "" if none does.
	service v1alpha1.ServiceName
	// run reports whether it creates a run besides the schedule.
	run bool
	// failpoint is passed once it is done.
	failpoint string
	// event and note are recorded once it is done.
	event, note string
}

// String returns what the action does, as in "apply CronJob tiger-plans-88dda638".
func (a *action) String() string { return a.verb + " " + a.kind + " " + a.name }

// pastTense has the verbs in the past tense, for the log.
var pastTense = map[string]string{
	"adopt": "Adopted", "apply": "Applied", "create": "Created", "delete": "Deleted", "suspend": "Suspended",
}

// apply does what is planned for a customer's jobs. An action that fails does not prevent the others; the reconcile
// fails and is repeated. It returns how long it is until the actions that are left may be done, 0 if there are none.
func (r *Reconciler) apply(ctx context.Context, v *verdict.Verdict) (turn time.Duration, err error) {
	actions, err := planOf(v)
	if err != nil {
		return 0, err
	}
	if slices.ContainsFunc(actions, func(a action) bool { return a.spread }) {
		turn = r.rollout.wait(client.ObjectKeyFromObject(v.Customer), r.Now())
	}
	var failures []error
	var refused []refusedWrite
	for i := range actions {
		a := &actions[i]
		if a.spread && turn > 0 {
			refused = appendSet(refused, r.refusedWrites.find(client.ObjectKeyFromObject(v.Customer), a))
			continue
		}
		done, err := r.do(ctx, a)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", a, err))
			refused = appendSet(refused, refusedWriteOf(a, err, v.Now))
		}
		if done {
			r.report(ctx, v, a)
		}
	}
	r.refusedWrites.set(client.ObjectKeyFromObject(v.Customer), refused)
	return turn, errors.Join(failures...)
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
	if a.run {
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

// do does one action and reports whether it changed anything. The cache, which the plan is made from, may not have our
// last writes: they are neither repeated nor reported again.
func (r *Reconciler) do(ctx context.Context, a *action) (done bool, err error) {
	switch {
	case a.blocked != nil:
		return false, a.blocked
	case a.cronJob != nil:
		return r.applyCronJob(ctx, a)
	case a.apply != nil:
		return r.applyAccount(ctx, a.apply, a.force)
	case a.adopt != nil:
		return r.adopt(ctx, a)
	case a.suspend != nil:
		return r.suspend(ctx, a.suspend)
	case a.create != nil:
		return r.create(ctx, a.create)
	default:
		return r.remove(ctx, a.remove)
	}
}

// applyAccount applies the configuration of an account. It takes fields by force from what is ours and differs.
func (r *Reconciler) applyAccount(
	ctx context.Context, configuration runtime.ApplyConfiguration, force bool,
) (done bool, err error) {
	options := []client.ApplyOption{client.FieldOwner(syncjob.FieldOwner)}
	if force {
		if lacking, err := r.lacks(ctx, configuration); err != nil || !lacking {
			return false, err
		}
		options = append(options, client.ForceOwnership)
	}
	err = r.Client.Apply(ctx, configuration, options...)
	return err == nil, err
}

// lacks reports whether an object does not exist, or is ours and lacks anything of a configuration.
func (r *Reconciler) lacks(ctx context.Context, configuration runtime.ApplyConfiguration) (bool, error) {
	b, err := json.Marshal(configuration)
	if err != nil {
		return false, fmt.Errorf("comparing with what is applied: %w", err)
	}
	want, now := &unstructured.Unstructured{}, &unstructured.Unstructured{}
	if err := want.UnmarshalJSON(b); err != nil {
		return false, fmt.Errorf("comparing with what is applied: %w", err)
	}
	now.SetGroupVersionKind(want.GroupVersionKind())
	err = r.Live.Get(ctx, client.ObjectKeyFromObject(want), now)
	if apierrors.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading it: %w", err)
	}
	if owner := metav1.GetControllerOf(now); owner == nil || owner.UID != metav1.GetControllerOf(want).UID {
		return false, nil // another owner's by now: the next reconcile finds that
	}
	return syncjob.Differs(configuration, now)
}

// suspend suspends a CronJob that is not suspended.
func (r *Reconciler) suspend(ctx context.Context, cronJob *batchv1.CronJob) (done bool, err error) {
	now := &batchv1.CronJob{}
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(cronJob), now); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	if now.UID != cronJob.UID || syncjob.IsSuspended(now) {
		return false, nil
	}
	// Without the hash of what was applied, the next apply does not look like a repair.
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:null}},"spec":{"suspend":true}}`, v1alpha1.AnnotationApplied)
	err = r.Client.Patch(ctx, now, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(syncjob.FieldOwner))
	return err == nil, client.IgnoreNotFound(err)
}

// create creates an object, unless it exists.
func (r *Reconciler) create(ctx context.Context, o client.Object) (done bool, err error) {
	now, err := r.look(ctx, o)
	if err != nil || now != nil {
		return false, err
	}
	err = r.Client.Create(ctx, o, client.FieldOwner(syncjob.FieldOwner))
	if apierrors.IsAlreadyExists(err) {
		return false, nil
	}
	return err == nil, err
}

// remove deletes an object with what it owns. By the API's own default, the pods of a Job would go on without it.
func (r *Reconciler) remove(ctx context.Context, o client.Object) (done bool, err error) {
	now, err := r.look(ctx, o)
	if err != nil || now == nil || now.UID != o.GetUID() || !now.DeletionTimestamp.IsZero() {
		return false, err
	}
	err = r.Client.Delete(ctx, o, client.PropagationPolicy(metav1.DeletePropagationBackground),
		client.Preconditions{UID: &now.UID})
	return err == nil, client.IgnoreNotFound(err)
}

// look reads an object from the API server, nil if it does not exist.
func (r *Reconciler) look(ctx context.Context, o client.Object) (*metav1.PartialObjectMetadata, error) {
	kind, err := r.Client.GroupVersionKindFor(o)
	if err != nil {
		return nil, fmt.Errorf("reading it: %w", err)
	}
	now := &metav1.PartialObjectMetadata{}
	now.SetGroupVersionKind(kind)
	err = r.Live.Get(ctx, client.ObjectKeyFromObject(o), now)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading it: %w", err)
	}
	return now, nil
}

package customerintegration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// apply does what is planned for a customer's jobs. An action that fails does not prevent the others; the reconcile fails and is
// repeated. It returns how long it is until the actions that are left may be done, 0 if there are none.
func (r *Reconciler) apply(ctx context.Context, v *verdict.Verdict) (turn time.Duration, err error) {
	actions, err := planOf(v)
	if err != nil {
		return 0, err
	}
	if slices.ContainsFunc(actions, func(a action) bool { return a.spread }) {
		turn = r.rollout.wait(client.ObjectKeyFromObject(v.Customer), r.Now())
	}
	var failures []error
	for i := range actions {
		if actions[i].spread && turn > 0 {
			continue
		}
		done, err := r.do(ctx, &actions[i])
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", actions[i].what, err))
		}
		if !done {
			continue
		}
		log.FromContext(ctx).Info("Changed the cluster", "action", actions[i].what)
		if run := actions[i].run; run != "" {
			r.limits.runs.Take(limitedBy(v.Facts, run), runPace, v.Now)
		}
		if actions[i].failpoint != "" {
			failpoint.Hit(actions[i].failpoint)
		}
		if actions[i].event != "" {
			r.Events.Eventf(v.Customer, nil, eventType(actions[i].event), actions[i].event, condition.ActionSync, "%s", condition.Bounded(actions[i].note))
		}
	}
	return turn, errors.Join(failures...)
}

func eventType(reason string) string {
	if reason == v1alpha1.EventCronJobRestored {
		return corev1.EventTypeWarning
	}
	return corev1.EventTypeNormal
}

// do does one thing, and reports whether it was left to do. The plan was made by the cache, which may not have seen our own
// last writes: they are not made, and told, once more.
func (r *Reconciler) do(ctx context.Context, a *action) (done bool, err error) {
	switch {
	case a.blocked != nil:
		return false, a.blocked
	case a.cronJob != nil:
		return r.applyCronJob(ctx, a)
	case a.apply != nil:
		return r.applyAccount(ctx, a.apply, a.force)
	case a.suspend != nil:
		return r.suspend(ctx, a.suspend)
	case a.create != nil:
		return r.create(ctx, a.create)
	default:
		return r.remove(ctx, a.remove)
	}
}

// applyAccount applies the configuration of an account. It takes fields by force from what is ours and differs.
func (r *Reconciler) applyAccount(ctx context.Context, configuration runtime.ApplyConfiguration, force bool) (done bool, err error) {
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

// lacks reports whether an object is not at the API server, or is ours there and lacks anything of a configuration.
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
		return false, fmt.Errorf("looking at it: %w", err)
	}
	if owner := metav1.GetControllerOf(now); owner == nil || owner.UID != metav1.GetControllerOf(want).UID {
		return false, nil // somebody else's, since: the next reconcile sees that
	}
	return syncjob.Differs(configuration, now)
}

// suspend suspends a CronJob that is not suspended.
func (r *Reconciler) suspend(ctx context.Context, cronJob *batchv1.CronJob) (done bool, err error) {
	now := &batchv1.CronJob{}
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(cronJob), now); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	if now.UID != cronJob.UID || syncjob.Suspended(now) {
		return false, nil
	}
	// Without the hash of what was applied, the next apply does not look like a repair.
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:null}},"spec":{"suspend":true}}`, v1alpha1.AnnotationApplied)
	err = r.Client.Patch(ctx, now, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(syncjob.FieldOwner))
	return err == nil, client.IgnoreNotFound(err)
}

// create creates an object. That it is there already is as good.
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

// remove deletes an object, with what it owns: by the API's own default, the pods of a Job would go on without it.
func (r *Reconciler) remove(ctx context.Context, o client.Object) (done bool, err error) {
	now, err := r.look(ctx, o)
	if err != nil || now == nil || now.UID != o.GetUID() || !now.DeletionTimestamp.IsZero() {
		return false, err
	}
	err = r.Client.Delete(ctx, o, client.PropagationPolicy(metav1.DeletePropagationBackground), client.Preconditions{UID: &now.UID})
	return err == nil, client.IgnoreNotFound(err)
}

// look reads what an object is at the API server, nil if it is not there.
func (r *Reconciler) look(ctx context.Context, o client.Object) (*metav1.PartialObjectMetadata, error) {
	kind, err := r.Client.GroupVersionKindFor(o)
	if err != nil {
		return nil, fmt.Errorf("looking at it: %w", err)
	}
	now := &metav1.PartialObjectMetadata{}
	now.SetGroupVersionKind(kind)
	err = r.Live.Get(ctx, client.ObjectKeyFromObject(o), now)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking at it: %w", err)
	}
	return now, nil
}

package customerintegration

import (
	"context"
	"fmt"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/syncjob"
)

// applyCronJob creates a CronJob, or replaces the spec of the existing one if it is the customer's. It reports whether
// that changed anything.
func (r *Reconciler) applyCronJob(ctx context.Context, a *action, applied *appliedObjects) (done bool, err error) {
	current := &batchv1.CronJob{}
	if a.exists {
		err = r.Live.Get(ctx, client.ObjectKeyFromObject(a.cronJob), current)
	}
	if client.IgnoreNotFound(err) != nil {
		return false, fmt.Errorf("reading it: %w", err)
	}
	if !a.exists || apierrors.IsNotFound(err) {
		current = a.cronJob.DeepCopy()
		if done, err = r.create(ctx, a, current, applied); !done {
			return false, err
		}
		return true, r.noteCronJob(a, current, applied)
	}
	if owner := metav1.GetControllerOf(current); owner == nil || owner.UID != metav1.GetControllerOf(a.cronJob).UID {
		return false, nil // it has another owner now, which the next reconcile finds
	}
	return r.replaceCronJob(ctx, a, current, applied)
}

// replaceCronJob replaces the whole spec of a CronJob, because server-side apply would keep what others have added. The
// API server creates no new version of an object that does not change.
func (r *Reconciler) replaceCronJob(
	ctx context.Context, a *action, current *batchv1.CronJob, applied *appliedObjects,
) (done bool, err error) {
	key := client.ObjectKeyFromObject(current)
	if differ, err := syncjob.CronJobDiffers(a.cronJob, current, r.admitted.Of(key)); err != nil || !differ {
		return false, err
	}
	patch, err := syncjob.Replacement(current, a.cronJob)
	if err != nil {
		return false, err
	}
	editors := syncjob.EditorsOf(current)
	before := current.DeepCopy()
	if err := r.Client.Patch(ctx, current, client.RawPatch(types.JSONPatchType, patch),
		client.FieldOwner(syncjob.FieldOwner)); err != nil {
		return false, err
	}
	if a.event == v1alpha1.EventCronJobRestored {
		a.note = restoreNote(current.Name, editors)
	}
	if current.ResourceVersion == before.ResourceVersion {
		return false, r.noteCronJob(a, current, applied)
	}
	customer := client.ObjectKeyFromObject(applied.v.Customer)
	r.cronJobs.note(customer, before)
	r.cronJobs.note(customer, applied.v.Service(a.service).Child.CronJob) // as cached: an older version, perhaps
	return true, r.noteCronJob(a, current, applied)
}

// noteCronJob remembers how the API server stores a CronJob.
func (r *Reconciler) noteCronJob(a *action, current *batchv1.CronJob, applied *appliedObjects) error {
	desired, err := syncjob.DigestOf(a.cronJob)
	if err != nil {
		return err
	}
	got, err := syncjob.DigestOf(current)
	if err != nil {
		return err
	}
	key := client.ObjectKeyFromObject(current)
	customer := client.ObjectKey{Namespace: key.Namespace, Name: metav1.GetControllerOf(a.cronJob).Name}
	r.admitted.Note(customer, key, syncjob.Admission{Desired: desired, Stored: got})
	r.setCronJob(applied.childOf(a.service), current, syncjob.Owned)
	return nil
}

// restoreNote returns the note about a CronJob that was changed and has been restored.
func restoreNote(cronJob string, editors []string) string {
	by := "a client without a name"
	if len(editors) > 0 {
		by = "client " + strconv.Quote(editors[0])
	}
	return fmt.Sprintf("CronJob %s was changed by %s and has been restored. "+
		"To change how jobs run, change the CustomerIntegration or spec.sync of its Supplier.", cronJob, by)
}

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
func (r *Reconciler) applyCronJob(ctx context.Context, a *action, now *stored) (done bool, err error) {
	there := &batchv1.CronJob{}
	if a.exists {
		err = r.Live.Get(ctx, client.ObjectKeyFromObject(a.cronJob), there)
	}
	if client.IgnoreNotFound(err) != nil {
		return false, fmt.Errorf("reading it: %w", err)
	}
	if !a.exists || apierrors.IsNotFound(err) {
		there = a.cronJob.DeepCopy()
		if done, err = r.create(ctx, a, there, now); !done {
			return false, err
		}
		return true, r.noteCronJob(a, there, now)
	}
	if owner := metav1.GetControllerOf(there); owner == nil || owner.UID != metav1.GetControllerOf(a.cronJob).UID {
		return false, nil // another owner's by now: the next reconcile finds that
	}
	return r.replaceCronJob(ctx, a, there, now)
}

// replaceCronJob replaces the whole spec of a CronJob, because server-side apply would keep what others have added. The
// API server creates no new version of an object that does not change.
func (r *Reconciler) replaceCronJob(
	ctx context.Context, a *action, there *batchv1.CronJob, now *stored,
) (done bool, err error) {
	key := client.ObjectKeyFromObject(there)
	if differ, err := syncjob.CronJobDiffers(a.cronJob, there, r.admitted.Of(key)); err != nil || !differ {
		return false, err
	}
	patch, err := syncjob.Replacement(there, a.cronJob)
	if err != nil {
		return false, err
	}
	editors := syncjob.EditorsOf(there)
	before := there.DeepCopy()
	if err := r.Client.Patch(ctx, there, client.RawPatch(types.JSONPatchType, patch),
		client.FieldOwner(syncjob.FieldOwner)); err != nil {
		return false, err
	}
	if a.event == v1alpha1.EventCronJobRestored {
		a.note = restoreNote(there.Name, editors)
	}
	if there.ResourceVersion == before.ResourceVersion {
		return false, r.noteCronJob(a, there, now)
	}
	customer := client.ObjectKeyFromObject(now.v.Customer)
	r.cronJobs.note(customer, before)
	r.cronJobs.note(customer, now.v.Of(a.service).Child.CronJob) // as cached: an older version, perhaps
	return true, r.noteCronJob(a, there, now)
}

// noteCronJob remembers how a CronJob that was written whole is stored.
func (r *Reconciler) noteCronJob(a *action, there *batchv1.CronJob, now *stored) error {
	desired, err := syncjob.DigestOf(a.cronJob)
	if err != nil {
		return err
	}
	got, err := syncjob.DigestOf(there)
	if err != nil {
		return err
	}
	key := client.ObjectKeyFromObject(there)
	customer := client.ObjectKey{Namespace: key.Namespace, Name: metav1.GetControllerOf(a.cronJob).Name}
	r.admitted.Note(customer, key, syncjob.Admission{Desired: desired, Stored: got})
	r.setCronJob(now.of(a.service), there, syncjob.Owned)
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

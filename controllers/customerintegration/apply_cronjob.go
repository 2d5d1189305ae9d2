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
func (r *Reconciler) applyCronJob(ctx context.Context, a *action) (done bool, err error) {
	now := &batchv1.CronJob{}
	err = r.Live.Get(ctx, client.ObjectKeyFromObject(a.cronJob), now)
	switch {
	case apierrors.IsNotFound(err):
		return r.createCronJob(ctx, a.cronJob)
	case err != nil:
		return false, fmt.Errorf("reading it: %w", err)
	}
	if owner := metav1.GetControllerOf(now); owner == nil || owner.UID != metav1.GetControllerOf(a.cronJob).UID {
		return false, nil // another owner's by now: the next reconcile finds that
	}
	return r.replaceCronJob(ctx, a, now)
}

// createCronJob creates a CronJob. If one exists by now, the next reconcile finds its owner.
func (r *Reconciler) createCronJob(ctx context.Context, desired *batchv1.CronJob) (done bool, err error) {
	created := desired.DeepCopy()
	err = r.Client.Create(ctx, created, client.FieldOwner(syncjob.FieldOwner))
	if apierrors.IsAlreadyExists(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, r.noteAdmission(desired, created)
}

// replaceCronJob replaces the whole spec of a CronJob, because server-side apply would keep what others have added. The
// API server creates no new version of an object that does not change.
func (r *Reconciler) replaceCronJob(ctx context.Context, a *action, now *batchv1.CronJob) (done bool, err error) {
	key := client.ObjectKeyFromObject(now)
	if differ, err := syncjob.CronJobDiffers(a.cronJob, now, r.admitted.Of(key)); err != nil || !differ {
		return false, err
	}
	patch, err := syncjob.Replacement(now, a.cronJob)
	if err != nil {
		return false, err
	}
	editors := syncjob.EditorsOf(now)
	before := now.ResourceVersion
	if err := r.Client.Patch(ctx, now, client.RawPatch(types.JSONPatchType, patch),
		client.FieldOwner(syncjob.FieldOwner)); err != nil {
		return false, err
	}
	if a.event == v1alpha1.EventCronJobRestored {
		a.note = restoreNote(now.Name, editors)
	}
	return now.ResourceVersion != before, r.noteAdmission(a.cronJob, now)
}

// noteAdmission remembers how a CronJob that was written whole is stored.
func (r *Reconciler) noteAdmission(written, stored *batchv1.CronJob) error {
	desired, err := syncjob.DigestOf(written)
	if err != nil {
		return err
	}
	got, err := syncjob.DigestOf(stored)
	if err != nil {
		return err
	}
	r.admitted.Note(client.ObjectKeyFromObject(written), syncjob.Admission{Desired: desired, Stored: got})
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

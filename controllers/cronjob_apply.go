package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// cronJobDiffers reports whether a CronJob is not as it should be: its spec as a whole, and of its metadata what is ours.
func cronJobDiffers(desired, observed *batchv1.CronJob, known admission) (bool, error) {
	if observed == nil {
		return true, nil
	}
	want, err := digestOf(desired)
	if err != nil {
		return false, err
	}
	stored, err := digestOf(observed)
	if err != nil || !known.covers(want, stored) {
		return true, err
	}
	return differs(map[string]any{"metadata": map[string]any{
		"labels": desired.Labels, "annotations": desired.Annotations, "ownerReferences": desired.OwnerReferences,
	}}, observed)
}

// applyCronJob creates a CronJob, or replaces the spec of the one that is there and is the customer's. It reports whether
// that changed anything.
func (r *CustomerIntegrationReconciler) applyCronJob(ctx context.Context, a *action) (done bool, err error) {
	now := &batchv1.CronJob{}
	err = r.Live.Get(ctx, client.ObjectKeyFromObject(a.cronJob), now)
	switch {
	case apierrors.IsNotFound(err):
		return r.createCronJob(ctx, a.cronJob)
	case err != nil:
		return false, fmt.Errorf("looking at it: %w", err)
	}
	if owner := metav1.GetControllerOf(now); owner == nil || owner.UID != metav1.GetControllerOf(a.cronJob).UID {
		return false, nil // somebody else's, since: the next reconcile sees that
	}
	return r.replaceCronJob(ctx, a, now)
}

// createCronJob creates a CronJob. If one has come to be there, the next reconcile sees whose it is.
func (r *CustomerIntegrationReconciler) createCronJob(ctx context.Context, desired *batchv1.CronJob) (done bool, err error) {
	created := desired.DeepCopy()
	err = r.Client.Create(ctx, created, client.FieldOwner(fieldOwner))
	if apierrors.IsAlreadyExists(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, r.noteAdmission(desired, created)
}

// replaceCronJob replaces the whole spec of a CronJob, for server-side apply would leave there what others have added. The
// API server makes no new version of an object that stays the same.
func (r *CustomerIntegrationReconciler) replaceCronJob(ctx context.Context, a *action, now *batchv1.CronJob) (done bool, err error) {
	key := client.ObjectKeyFromObject(now)
	if differ, err := cronJobDiffers(a.cronJob, now, r.admitted.of(key)); err != nil || !differ {
		return false, err
	}
	patch, err := replacement(now, a.cronJob)
	if err != nil {
		return false, err
	}
	editors := editorsOf(now)
	before := now.ResourceVersion
	if err := r.Client.Patch(ctx, now, client.RawPatch(types.JSONPatchType, patch), client.FieldOwner(fieldOwner)); err != nil {
		return false, err
	}
	if a.event == v1alpha1.EventCronJobRestored {
		a.note = restoredFrom(now.Name, editors)
	}
	return now.ResourceVersion != before, r.noteAdmission(a.cronJob, now)
}

// noteAdmission remembers as what a CronJob was stored that was written whole.
func (r *CustomerIntegrationReconciler) noteAdmission(written, stored *batchv1.CronJob) error {
	desired, err := digestOf(written)
	if err != nil {
		return err
	}
	got, err := digestOf(stored)
	if err != nil {
		return err
	}
	r.admitted.note(client.ObjectKeyFromObject(written), admission{desired: desired, stored: got})
	return nil
}

// replacement is a JSON patch (RFC 6902) that replaces the spec of a CronJob and sets what is ours of its metadata, if the
// CronJob is still of the version that was read.
func replacement(now, desired *batchv1.CronJob) ([]byte, error) {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	merged := func(theirs, ours map[string]string) map[string]string {
		all := maps.Clone(theirs)
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, ours)
		return all
	}
	owners := slices.DeleteFunc(slices.Clone(now.OwnerReferences), func(o metav1.OwnerReference) bool {
		return o.UID == desired.OwnerReferences[0].UID
	})
	patch, err := json.Marshal([]operation{
		{"add", "/metadata/resourceVersion", now.ResourceVersion},
		{"add", "/metadata/labels", merged(now.Labels, desired.Labels)},
		{"add", "/metadata/annotations", merged(now.Annotations, desired.Annotations)},
		{"add", "/metadata/ownerReferences", append(owners, desired.OwnerReferences...)},
		{"replace", "/spec", desired.Spec},
	})
	if err != nil {
		return nil, fmt.Errorf("writing the patch: %w", err)
	}
	return patch, nil
}

// editorsOf returns the field managers other than ours that have written to the spec of a CronJob, the last one first. A
// manager's name is what its client says of itself.
func editorsOf(c *batchv1.CronJob) []string {
	entries := slices.Clone(c.ManagedFields)
	slices.SortStableFunc(entries, func(a, b metav1.ManagedFieldsEntry) int { return timeOf(b).Compare(timeOf(a)) })
	var names []string
	for i := range entries {
		e := &entries[i]
		if e.Manager == fieldOwner || e.Subresource != "" || e.FieldsV1 == nil || slices.Contains(names, e.Manager) {
			continue
		}
		if strings.Contains(e.FieldsV1.GetRawString(), `"f:spec"`) {
			names = append(names, e.Manager)
		}
	}
	return names
}

func timeOf(e metav1.ManagedFieldsEntry) time.Time {
	if e.Time == nil {
		return time.Time{}
	}
	return e.Time.Time
}

// restoredFrom says who changed a CronJob that is as it was again.
func restoredFrom(cronJob string, editors []string) string {
	by := "a client that gave no name of its own"
	if len(editors) > 0 {
		by = "client " + strconv.Quote(editors[0])
	}
	return fmt.Sprintf("CronJob %s was changed by %s and has been restored. "+
		"To change how jobs run, change the CustomerIntegration or spec.sync of its Supplier.", cronJob, by)
}

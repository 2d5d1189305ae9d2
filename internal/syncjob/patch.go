package syncjob

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// CronJobDiffers reports whether a CronJob differs from the desired one: in its spec, or in our part of its metadata.
func CronJobDiffers(desired, observed *batchv1.CronJob, known Admission) (bool, error) {
	if observed == nil {
		return true, nil
	}
	want, err := DigestOf(desired)
	if err != nil {
		return false, err
	}
	stored, err := DigestOf(observed)
	if err != nil || !known.covers(want, stored) {
		return true, err
	}
	return MetadataDiffers(desired, observed), nil
}

// Replacement returns a JSON patch (RFC 6902) that replaces the spec of a CronJob and our part of its metadata, if the
// CronJob still has the version that was read.
func Replacement(current, desired *batchv1.CronJob) ([]byte, error) {
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
	owners := slices.DeleteFunc(slices.Clone(current.OwnerReferences), func(o metav1.OwnerReference) bool {
		return o.UID == desired.OwnerReferences[0].UID
	})
	patch, err := json.Marshal([]operation{
		{"add", "/metadata/resourceVersion", current.ResourceVersion},
		{"add", "/metadata/labels", merged(current.Labels, desired.Labels)},
		{"add", "/metadata/annotations", merged(current.Annotations, desired.Annotations)},
		{"add", "/metadata/ownerReferences", append(owners, desired.OwnerReferences...)},
		{"replace", "/spec", desired.Spec},
	})
	if err != nil {
		return nil, fmt.Errorf("writing the patch: %w", err)
	}
	return patch, nil
}

// EditorsOf returns the field managers other than ours that have written to the spec of a CronJob, the last one first.
// Clients choose the name of their field manager.
func EditorsOf(c *batchv1.CronJob) []string {
	entries := slices.Clone(c.ManagedFields)
	slices.SortStableFunc(entries, func(a, b metav1.ManagedFieldsEntry) int { return timeOf(b).Compare(timeOf(a)) })
	var names []string
	for i := range entries {
		e := &entries[i]
		if e.Manager == FieldOwner || e.Subresource != "" || e.FieldsV1 == nil || slices.Contains(names, e.Manager) {
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

// FieldOwner is the field manager of the operator.
const FieldOwner = "integration-operator"

// IsEdited reports whether another client changed a CronJob that differs from the desired one: it still has the hash of
// the desired one.
func IsEdited(observed, desired *batchv1.CronJob) bool {
	const hash = v1alpha1.AnnotationApplied
	return observed.Annotations[hash] == desired.Annotations[hash]
}

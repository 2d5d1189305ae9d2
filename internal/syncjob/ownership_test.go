package syncjob

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
)

// TestOwnershipOf varies one property of a CronJob of the operator's that has no owner.
func TestOwnershipOf(t *testing.T) {
	const other = v1alpha1.ServiceSickNotes
	customer := &v1alpha1.CustomerIntegration{ObjectMeta: metav1.ObjectMeta{Name: "tiger", UID: "new"}}
	owner := func(kind, name string, uid types.UID) metav1.OwnerReference {
		return metav1.OwnerReference{
			APIVersion: v1alpha1.GroupVersion.String(), Kind: kind, Name: name, UID: uid, Controller: new(true),
		}
	}
	owned := func(owners ...metav1.OwnerReference) func(*batchv1.CronJob) {
		return func(c *batchv1.CronJob) { c.OwnerReferences = owners }
	}
	managed := func(manager, subresource string) func(*batchv1.CronJob) {
		return func(c *batchv1.CronJob) {
			c.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: manager, Subresource: subresource}}
		}
	}
	applied := func(manifest string) func(*batchv1.CronJob) {
		return func(c *batchv1.CronJob) {
			managed("kubectl-client-side-apply", "")(c)
			c.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: manifest}
		}
	}
	deleting := func(c *batchv1.CronJob) { c.DeletionTimestamp = new(metav1.Now()) }
	cases := map[string]struct {
		reason string
		change func(*batchv1.CronJob)
		want   Ownership
	}{
		"orphan": {reason: "it has no owner", change: func(*batchv1.CronJob) {}, want: Adoptable},
		"owned": {
			reason: "the customer owns it",
			change: owned(owner("CustomerIntegration", "tiger", "new")), want: Owned,
		},
		"predecessor": {
			reason: "its owner was deleted",
			change: owned(owner("CustomerIntegration", "tiger", "old")), want: Adoptable,
		},
		"reference": {
			reason: "the customer refers to it without controlling it",
			change: owned(metav1.OwnerReference{
				APIVersion: v1alpha1.GroupVersion.String(), Kind: "CustomerIntegration", Name: "tiger",
				UID: "new",
			}),
			want: Adoptable,
		},
		"another customer": {
			reason: "its owner may live",
			change: owned(owner("CustomerIntegration", "lion", "old")), want: Foreign,
		},
		"another kind": {reason: "its owner may live", change: owned(owner("Backup", "tiger", "old")), want: Foreign},
		"another group": {
			reason: "its owner may live",
			change: owned(metav1.OwnerReference{APIVersion: "v1", Kind: "CustomerIntegration", Name: "tiger", UID: "old"}),
			want:   Foreign,
		},
		"two owners": {
			reason: "one may live",
			change: owned(owner("CustomerIntegration", "tiger", "old"), owner("Backup", "x", "y")), want: Foreign,
		},
		"another manager": {reason: "another client created it", change: managed("kubectl", ""), want: Foreign},
		"copy": {
			reason: "kubectl apply restored it from kubectl get -o yaml", change: applied(`{"metadata":{"uid":"old"}}`),
			want: Adoptable,
		},
		"no copy": {reason: "another manifest", change: applied(`{"metadata":{"name":"tiger"}}`), want: Foreign},
		"no JSON": {reason: "anyone may write the annotation", change: applied(`tiger`), want: Foreign},
		"status only": {
			reason: "the operator wrote its status alone",
			change: managed(FieldOwner, "status"), want: Foreign,
		},
		"labels": {reason: "it has none", change: func(c *batchv1.CronJob) { c.Labels = nil }, want: Foreign},
		"another's label": {
			reason: "it is another customer's",
			change: func(c *batchv1.CronJob) { c.Labels[v1alpha1.LabelIntegration] = "lion" }, want: Foreign,
		},
		"name": {
			reason: "the name is another service's",
			change: func(c *batchv1.CronJob) { c.Name = naming.Child("tiger", other) }, want: Foreign,
		},
		"deleting": {reason: "it is about to be deleted", change: deleting, want: LeftOver},
		"predecessor, another manager": {
			reason: "it is deleted with its owner",
			change: func(c *batchv1.CronJob) {
				owned(owner("CustomerIntegration", "tiger", "old"))(c)
				managed("kubectl", "")(c)
			},
			want: LeftOver,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{
				Name: naming.Child("tiger", v1alpha1.ServiceFollowUpPlans),
				Labels: map[string]string{
					v1alpha1.LabelManagedBy: v1alpha1.ManagedBy, v1alpha1.LabelIntegration: "tiger",
					v1alpha1.LabelService: string(v1alpha1.ServiceFollowUpPlans),
				},
			}}
			managed(FieldOwner, "")(o)
			c.change(o)
			if got := OwnershipOf(o, customer); got != c.want {
				t.Errorf("%s: %d, want %d", c.reason, got, c.want)
			}
		})
	}
}

// TestIsJobOf verifies which Jobs are runs of a CronJob.
func TestIsJobOf(t *testing.T) {
	owner := func(version, kind string, controller bool) metav1.OwnerReference {
		reference := metav1.OwnerReference{APIVersion: version, Kind: kind, Name: "plans", UID: "uid"}
		if controller {
			reference.Controller = new(true)
		}
		return reference
	}
	cases := map[string]struct {
		reason string
		owners []metav1.OwnerReference
		want   bool
	}{
		"scheduled": {
			reason: "the CronJob created it",
			owners: []metav1.OwnerReference{owner("batch/v1", "CronJob", true)},
			want:   true,
		},
		"besides": {
			reason: "the operator created it",
			owners: []metav1.OwnerReference{owner("batch/v1", "CronJob", false)},
			want:   true,
		},
		"another-owner": {
			reason: "others may refer to it",
			owners: []metav1.OwnerReference{owner("v1", "ConfigMap", false), owner("batch/v1", "CronJob", false)},
			want:   true,
		},
		"another-group": {
			reason: "it is another kind",
			owners: []metav1.OwnerReference{owner("example.com/v1", "CronJob", true)},
			want:   false,
		},
		"controlled": {
			reason: "another controller may change it",
			owners: []metav1.OwnerReference{owner("batch/v1", "CronJob", false), owner("v1", "ConfigMap", true)},
			want:   false,
		},
		"without-owners": {reason: "its CronJob is gone", want: false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{OwnerReferences: c.owners}}
			cronJob, other := &batchv1.CronJob{}, &batchv1.CronJob{}
			cronJob.UID, other.UID = "uid", "other"
			if got := IsJobOf(job, cronJob); got != c.want {
				t.Errorf("%s: %t, want %t", c.reason, got, c.want)
			}
			if IsJobOf(job, other) {
				t.Errorf("%s: it is another CronJob's too", c.reason)
			}
		})
	}
}

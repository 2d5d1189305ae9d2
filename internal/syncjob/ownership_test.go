package syncjob

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
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
	deleting := func(c *batchv1.CronJob) { c.DeletionTimestamp = new(metav1.Now()) }
	cases := map[string]struct {
		reason string
		change func(*batchv1.CronJob)
		want   Ownership
	}{
		"orphan":      {"it has no owner", func(*batchv1.CronJob) {}, Adoptable},
		"owned":       {"the customer owns it", owned(owner("CustomerIntegration", "tiger", "new")), Owned},
		"predecessor": {"its owner was deleted", owned(owner("CustomerIntegration", "tiger", "old")), Adoptable},
		"reference": {
			"the customer refers to it without controlling it",
			owned(metav1.OwnerReference{
				APIVersion: v1alpha1.GroupVersion.String(), Kind: "CustomerIntegration", Name: "tiger",
				UID: "new",
			}),
			Adoptable,
		},
		"another customer": {"its owner may live", owned(owner("CustomerIntegration", "lion", "old")), Foreign},
		"another kind":     {"its owner may live", owned(owner("Backup", "tiger", "old")), Foreign},
		"another group": {
			"its owner may live",
			owned(metav1.OwnerReference{APIVersion: "v1", Kind: "CustomerIntegration", Name: "tiger", UID: "old"}), Foreign,
		},
		"two owners": {
			"one may live", owned(owner("CustomerIntegration", "tiger", "old"), owner("Backup", "x", "y")), Foreign,
		},
		"another manager": {"another client created it", managed("kubectl", ""), Foreign},
		"status only":     {"the operator wrote its status alone", managed(FieldOwner, "status"), Foreign},
		"labels":          {"it has none", func(c *batchv1.CronJob) { c.Labels = nil }, Foreign},
		"another's label": {
			"it is another customer's", func(c *batchv1.CronJob) { c.Labels[v1alpha1.LabelIntegration] = "lion" }, Foreign,
		},
		"name": {
			"the name is another service's", func(c *batchv1.CronJob) { c.Name = naming.Child("tiger", other) }, Foreign,
		},
		"deleting": {"it is about to be deleted", deleting, LeftOver},
		"predecessor, another manager": {
			"it is deleted with its owner", func(c *batchv1.CronJob) {
				owned(owner("CustomerIntegration", "tiger", "old"))(c)
				managed("kubectl", "")(c)
			}, LeftOver,
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

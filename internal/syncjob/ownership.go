package syncjob

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/naming"
)

// Ownership is how an object relates to the customer whose label or name it has.
type Ownership int

const (
	// Foreign is an object of another owner, or one that the operator did not create.
	Foreign Ownership = iota
	// Owned is an object that the customer controls.
	Owned
	// Adoptable is an object that the operator created and that has no living owner: it was restored from a backup, or its
	// customer was deleted without it.
	Adoptable
	// LeftOver is an object that is about to be deleted: by its finalizers, or with the deleted customer of the same name.
	LeftOver
)

// OwnershipOf returns how an object from the API server relates to a customer. The cache lacks the field managers.
func OwnershipOf(o client.Object, c *v1alpha1.CustomerIntegration) Ownership {
	deleting := !o.GetDeletionTimestamp().IsZero()
	switch {
	case c.UID != "" && metav1.IsControlledBy(o, c):
		return Owned
	case HasLivingOwner(o, c):
		return Foreign
	case isCreatedFor(o, c) && !deleting:
		return Adoptable
	case isCreatedFor(o, c), len(o.GetOwnerReferences()) > 0:
		return LeftOver
	default:
		return Foreign
	}
}

// HasLivingOwner reports whether an object may have an owner besides the customer. Another customer of the same name no
// longer exists, because names are unique.
func HasLivingOwner(o client.Object, c *v1alpha1.CustomerIntegration) bool {
	return slices.ContainsFunc(o.GetOwnerReferences(), func(owner metav1.OwnerReference) bool {
		return !isNamed(owner, c)
	})
}

// isNamed reports whether an owner is a CustomerIntegration of a customer's name.
func isNamed(owner metav1.OwnerReference, c *v1alpha1.CustomerIntegration) bool {
	version, err := schema.ParseGroupVersion(owner.APIVersion)
	return err == nil && version.Group == v1alpha1.GroupVersion.Group && owner.Kind == "CustomerIntegration" &&
		owner.Name == c.Name
}

// isCreatedFor reports whether the operator created an object for a service of a customer of this name.
func isCreatedFor(o client.Object, c *v1alpha1.CustomerIntegration) bool {
	return IsLabelledFor(o, c.Name) && (isCopy(o) ||
		slices.ContainsFunc(o.GetManagedFields(), func(e metav1.ManagedFieldsEntry) bool {
			return e.Manager == FieldOwner && e.Subresource == ""
		}))
}

// isCopy reports whether kubectl apply made an object from a copy of another, as a restore from kubectl get -o yaml
// does: only the API server sets a UID.
func isCopy(o client.Object) bool {
	var applied metav1.PartialObjectMetadata
	err := json.Unmarshal([]byte(o.GetAnnotations()[corev1.LastAppliedConfigAnnotation]), &applied)
	return err == nil && applied.UID != ""
}

// IsLabelledFor reports whether an object has the operator's labels for a customer, and the name that belongs to them.
func IsLabelledFor(o client.Object, customer string) bool {
	labels := o.GetLabels()
	return labels[v1alpha1.LabelManagedBy] == v1alpha1.ManagedBy && labels[v1alpha1.LabelIntegration] == customer &&
		o.GetName() == naming.Child(customer, v1alpha1.ServiceName(labels[v1alpha1.LabelService]))
}

// CronJobOf returns the reference to the CronJob that a Job is a run of, nil if it is none. CronJobs control their
// scheduled Jobs and those of kubectl create job --from, and only own those from JobNow.
func CronJobOf(job metav1.Object) *metav1.OwnerReference {
	owners := job.GetOwnerReferences()
	if controller := metav1.GetControllerOf(job); controller != nil {
		owners = []metav1.OwnerReference{*controller}
	}
	i := slices.IndexFunc(owners, func(owner metav1.OwnerReference) bool {
		return owner.APIVersion == batchv1.SchemeGroupVersion.String() && owner.Kind == CronJobKind.Kind
	})
	if i < 0 {
		return nil
	}
	return &owners[i]
}

// IsJobOf reports whether a Job is a run of a CronJob.
func IsJobOf(job *batchv1.Job, cronJob *batchv1.CronJob) bool {
	owner := CronJobOf(job)
	return owner != nil && owner.UID == cronJob.UID
}

// OwnersOf returns the owner references by which a customer's objects are deleted with it. They do not block the
// owner's deletion, which would need the right to its finalizers.
func OwnersOf(c *v1alpha1.CustomerIntegration) []metav1.OwnerReference {
	return []metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "CustomerIntegration", Name: c.Name, UID: c.UID,
		Controller: new(true),
	}}
}

// Conflict is an object that has our name and another owner. The zero Conflict is none.
type Conflict struct {
	// Kind is its kind.
	Kind string
	// Owner is the kind and the name of its owner, "" if it has none.
	Owner string
	// Creator is the field manager that created it, "" if that is unknown.
	Creator string
}

// ConflictWith returns the conflict with a foreign object.
func ConflictWith(kind string, o client.Object) Conflict {
	c := Conflict{Kind: kind}
	for i, owner := range o.GetOwnerReferences() {
		if i == 0 || owner.Controller != nil && *owner.Controller {
			c.Owner = owner.Kind + " " + owner.Name
		}
	}
	entries := slices.Clone(o.GetManagedFields())
	slices.SortStableFunc(entries, func(a, b metav1.ManagedFieldsEntry) int { return timeOf(a).Compare(timeOf(b)) })
	if len(entries) > 0 {
		c.Creator = entries[0].Manager
	}
	return c
}

// Exists reports whether there is a conflict.
func (c Conflict) Exists() bool { return c != Conflict{} }

// Cause says, in a clause, why the object is not the operator's.
func (c Conflict) Cause() string {
	switch {
	case c.Owner != "":
		return "is owned by " + c.Owner
	case c.Creator == FieldOwner:
		return "lacks the operator's labels"
	case c.Creator != "":
		return "was created by " + strconv.Quote(c.Creator)
	default:
		return "was not created by the operator"
	}
}

// IsStrayJob reports whether a Job of a service of a customer runs and has no owner. Its pods get no tokens.
func IsStrayJob(job *batchv1.Job, customer string, service v1alpha1.ServiceName) bool {
	finished, _ := FinishOf(job)
	labels := job.Labels
	return len(job.OwnerReferences) == 0 && finished.IsZero() && job.DeletionTimestamp.IsZero() &&
		labels[v1alpha1.LabelManagedBy] == v1alpha1.ManagedBy && labels[v1alpha1.LabelIntegration] == customer &&
		strings.HasPrefix(job.Name, naming.Child(customer, service)+"-")
}

package syncjob

import (
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// AccountMetadata returns the type that ServiceAccounts are read as: only their metadata matters.
func AccountMetadata() *metav1.PartialObjectMetadata {
	o := &metav1.PartialObjectMetadata{}
	o.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccount"))
	return o
}

// IndexedByCustomer lists the kinds that are found by their customer.
func IndexedByCustomer() []client.Object {
	return []client.Object{AccountMetadata(), &batchv1.CronJob{}, &batchv1.Job{}, &corev1.Pod{}}
}

// CustomerOf returns the name of the customer in an object's label. It finds objects and wakes customers; it does not
// decide who owns them.
func CustomerOf(o client.Object) []string {
	if name := o.GetLabels()[v1alpha1.LabelIntegration]; name != "" {
		return []string{name}
	}
	return nil
}

// IndexIntegration is the cache's index of the customers' objects by customer. Without it each reconcile would read the
// objects of all customers.
const IndexIntegration = "integration"

// CronJobKind is the kind in an applied CronJob. Clients leave it out of what they read.
var CronJobKind = batchv1.SchemeGroupVersion.WithKind("CronJob")

// FindChildren fills a list with a customer's objects of its kind.
type FindChildren func(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error

// FindIndexed returns a FindChildren that reads a cache with IndexIntegration.
func FindIndexed(reader client.Reader) FindChildren {
	return func(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error {
		return reader.List(ctx, list, client.InNamespace(customer.Namespace),
			client.MatchingFields{IndexIntegration: customer.Name})
	}
}

// Child is the present state of the objects of one service of a customer.
type Child struct {
	// Account is the customer's, or is adopted. It is nil if there is none.
	Account *metav1.PartialObjectMetadata
	// CronJob is the customer's, or is adopted. It is nil if there is none.
	CronJob *batchv1.CronJob
	// Admitted is how the CronJob was stored when it was last written.
	Admitted Admission
	// Jobs are the Jobs of the CronJob, with those that were created besides the schedule.
	Jobs []batchv1.Job
	// Strays are Jobs of the service that run and have no owner.
	Strays []batchv1.Job
	// Pods are the pods of the Jobs.
	Pods []corev1.Pod
	// Refusals are why the API server refuses pods of the Jobs and Jobs of the CronJob, as far as that was looked up.
	Refusals Refusals
	// RefusedWrite is what the API server refuses to the operator itself, such as the CronJob or a Job besides the
	// schedule. It is nil if it refuses nothing.
	RefusedWrite *Refusal
	// Terminating reports whether a pod of the service is being deleted and may still run, whether or not its Job still
	// exists.
	Terminating bool
	// AdoptAccount and AdoptCronJob report whether the object has no living owner and is to become the customer's.
	AdoptAccount, AdoptCronJob bool
	// NameTaken reports whether the cache has an object of our name that the customer neither owns nor adopts.
	NameTaken bool
	// LeftOver reports whether an object of our name is about to be deleted, such as with a deleted customer of the same
	// name.
	LeftOver bool
	// Conflict is an object that has our name and another owner.
	Conflict Conflict
}

// Children are the objects of a customer.
type Children struct {
	// Services has each listed service.
	Services map[v1alpha1.ServiceName]*Child
	// Orphans are CronJobs and ServiceAccounts of services that are no longer listed.
	Orphans []client.Object
}

// Of returns the objects of a service.
func (c Children) Of(name v1alpha1.ServiceName) *Child {
	if found := c.Services[name]; found != nil {
		return found
	}
	return &Child{}
}

// HasRunningJob reports whether a service has a Job that has not ended, or a pod that is being deleted and may still
// run.
func HasRunningJob(c *Child) bool {
	return c.Terminating || len(c.Strays) > 0 || slices.ContainsFunc(c.Jobs, func(job batchv1.Job) bool {
		finished, _ := FinishOf(&job)
		return finished.IsZero() && job.DeletionTimestamp.IsZero()
	})
}

// IsSuspended reports whether a CronJob is suspended.
func IsSuspended(cronJob *batchv1.CronJob) bool {
	return cronJob.Spec.Suspend != nil && *cronJob.Spec.Suspend
}

// HasJob reports whether a service has a Job of a name.
func HasJob(c *Child, name string) bool {
	for i := range c.Jobs {
		if c.Jobs[i].Name == name {
			return true
		}
	}
	return false
}

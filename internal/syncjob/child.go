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

// AccountMetadata is the type by which ServiceAccounts are read: of them, only metadata matters.
func AccountMetadata() *metav1.PartialObjectMetadata {
	o := &metav1.PartialObjectMetadata{}
	o.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccount"))
	return o
}

// IndexedByCustomer are the kinds that are found by the customer that they were made for.
func IndexedByCustomer() []client.Object {
	return []client.Object{AccountMetadata(), &batchv1.CronJob{}, &batchv1.Job{}, &corev1.Pod{}}
}

// CustomerOf gives the name of the customer that an object was made for, by its label. It is used to find objects and to
// wake customers, not to decide whose they are.
func CustomerOf(o client.Object) []string {
	if name := o.GetLabels()[v1alpha1.LabelIntegration]; name != "" {
		return []string{name}
	}
	return nil
}

// IndexIntegration is the cache's index of what was made for customers, by the customer's name. Without it a pass over
// one customer would look at what was made for all.
const IndexIntegration = "integration"

// CronJobKind is what an applied CronJob says of itself. A client that reads from the API server leaves it out.
var CronJobKind = batchv1.SchemeGroupVersion.WithKind("CronJob")

// FindChildren fills a list with the objects of its kind that were made for a customer.
type FindChildren func(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error

// FindIndexed finds them in a cache that has the index of Setup.
func FindIndexed(reader client.Reader) FindChildren {
	return func(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error {
		return reader.List(ctx, list, client.InNamespace(customer.Namespace), client.MatchingFields{IndexIntegration: customer.Name})
	}
}

// FindLabelled finds them by their label, at the API server itself too.
func FindLabelled(reader client.Reader) FindChildren {
	return func(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error {
		return reader.List(ctx, list, client.InNamespace(customer.Namespace),
			client.MatchingLabels{v1alpha1.LabelIntegration: customer.Name})
	}
}

// Child is what was made for one service of a customer, as it is now.
type Child struct {
	// Account is nil if there is none.
	Account *metav1.PartialObjectMetadata
	// CronJob is nil if there is none.
	CronJob *batchv1.CronJob
	// Admitted is as what the CronJob was stored when it was last written.
	Admitted Admission
	// Jobs are those of the CronJob, the first one that was made at once among them.
	Jobs []batchv1.Job
	// Pods are those of the jobs.
	Pods []corev1.Pod
	// Terminating reports whether a pod of the service is being deleted and may still run, whether or not its Job still exists.
	Terminating bool
	// AccountIsOurs and cronJobIsOurs say that there is one that was made for the customer.
	AccountIsOurs, CronJobIsOurs bool
	// LeftOver says that an object of our name is that of a customer of the same name that is gone, and about to go too.
	LeftOver bool
	// Conflict is the kind of an object that has our name and is not ours, "" if there is none.
	Conflict string
}

// Children are what was made for a customer.
type Children struct {
	// Services has each listed service.
	Services map[v1alpha1.ServiceName]*Child
	// Orphans are CronJobs and ServiceAccounts of services that are no longer listed.
	Orphans []client.Object
}

// Of gives what was made for a service.
func (c Children) Of(name v1alpha1.ServiceName) *Child {
	if found := c.Services[name]; found != nil {
		return found
	}
	return &Child{}
}

// HasRunningJob reports whether a service has a Job that has not ended, or a pod that is being deleted and may still run.
func HasRunningJob(c *Child) bool {
	return c.Terminating || slices.ContainsFunc(c.Jobs, func(job batchv1.Job) bool {
		finished, _ := FinishOf(&job)
		return finished.IsZero() && job.DeletionTimestamp.IsZero()
	})
}

func Suspended(cronJob *batchv1.CronJob) bool {
	return cronJob.Spec.Suspend != nil && *cronJob.Spec.Suspend
}

func HasJob(c *Child, name string) bool {
	for i := range c.Jobs {
		if c.Jobs[i].Name == name {
			return true
		}
	}
	return false
}

package controllers

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/entitlement"
	"github.com/4human/integration-operator/internal/naming"
)

// indexIntegration is the cache's index of what was made for customers, by the customer's name. Without it a pass over
// one customer would look at what was made for all.
const indexIntegration = "integration"

// cronJobKind is what an applied CronJob says of itself. A client that reads from the API server leaves it out.
var cronJobKind = batchv1.SchemeGroupVersion.WithKind("CronJob")

// FindChildren fills a list with the objects of its kind that were made for a customer.
type FindChildren func(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error

// FindIndexed finds them in a cache that has the index of Setup.
func FindIndexed(reader client.Reader) FindChildren {
	return func(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error {
		return reader.List(ctx, list, client.InNamespace(customer.Namespace), client.MatchingFields{indexIntegration: customer.Name})
	}
}

// FindLabelled finds them by their label, at the API server itself too.
func FindLabelled(reader client.Reader) FindChildren {
	return func(ctx context.Context, list client.ObjectList, customer types.NamespacedName) error {
		return reader.List(ctx, list, client.InNamespace(customer.Namespace),
			client.MatchingLabels{v1alpha1.LabelIntegration: customer.Name})
	}
}

// child is what was made for one service of a customer, as it is now.
type child struct {
	// account is nil if there is none.
	account *metav1.PartialObjectMetadata
	// cronJob is nil if there is none.
	cronJob *batchv1.CronJob
	// admitted is as what the CronJob was stored when it was last written.
	admitted admission
	// jobs are those of the CronJob, the first one that was made at once among them.
	jobs []batchv1.Job
	// pods are those of the jobs.
	pods []corev1.Pod
	// terminating reports whether a pod of the service is being deleted and may still run, whether or not its Job still exists.
	terminating bool
	// accountIsOurs and cronJobIsOurs say that there is one that was made for the customer.
	accountIsOurs, cronJobIsOurs bool
	// leftOver says that an object of our name is that of a customer of the same name that is gone, and about to go too.
	leftOver bool
	// conflict is the kind of an object that has our name and is not ours, "" if there is none.
	conflict string
}

// children are what was made for a customer.
type children struct {
	// services has each listed service.
	services map[v1alpha1.ServiceName]*child
	// orphans are CronJobs and ServiceAccounts of services that are no longer listed.
	orphans []client.Object
}

// of gives what was made for a service.
func (c children) of(name v1alpha1.ServiceName) *child {
	if found := c.services[name]; found != nil {
		return found
	}
	return &child{}
}

// observe reads what was made for a customer.
func (r *CustomerIntegrationReconciler) observe(ctx context.Context, s *customerScope) error {
	s.children = children{services: map[v1alpha1.ServiceName]*child{}}
	names := map[string]*child{}
	for _, wanted := range s.customer.Spec.Services {
		c := &child{}
		s.children.services[wanted.Name] = c
		names[naming.Child(s.customer.Name, wanted.Name)] = c
	}
	for _, step := range []func(context.Context, *customerScope, map[string]*child) error{
		r.observeAccounts, r.observeCronJobs, r.observeJobs, r.observePods,
	} {
		if err := step(ctx, s, names); err != nil {
			return err
		}
	}
	return nil
}

func (r *CustomerIntegrationReconciler) observeAccounts(ctx context.Context, s *customerScope, names map[string]*child) error {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccountList"))
	if err := r.Children(ctx, list, client.ObjectKeyFromObject(s.customer)); err != nil {
		return fmt.Errorf("listing ServiceAccounts: %w", err)
	}
	for i := range list.Items {
		account := &list.Items[i]
		if !metav1.IsControlledBy(account, s.customer) {
			continue
		}
		account.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccount"))
		if c := names[account.Name]; c != nil {
			c.account, c.accountIsOurs = account, true
			continue
		}
		s.children.orphans = append(s.children.orphans, account)
	}
	return nil
}

func (r *CustomerIntegrationReconciler) observeCronJobs(ctx context.Context, s *customerScope, names map[string]*child) error {
	list := &batchv1.CronJobList{}
	if err := r.Children(ctx, list, client.ObjectKeyFromObject(s.customer)); err != nil {
		return fmt.Errorf("listing CronJobs: %w", err)
	}
	for i := range list.Items {
		cronJob := &list.Items[i]
		if !metav1.IsControlledBy(cronJob, s.customer) {
			continue
		}
		cronJob.SetGroupVersionKind(cronJobKind)
		if c := names[cronJob.Name]; c != nil {
			c.cronJob, c.cronJobIsOurs = cronJob, true
			c.admitted = r.admitted.of(client.ObjectKeyFromObject(cronJob))
			continue
		}
		s.children.orphans = append(s.children.orphans, cronJob)
	}
	return nil
}

func (r *CustomerIntegrationReconciler) observeJobs(ctx context.Context, s *customerScope, _ map[string]*child) error {
	list := &batchv1.JobList{}
	if err := r.Children(ctx, list, client.ObjectKeyFromObject(s.customer)); err != nil {
		return fmt.Errorf("listing Jobs: %w", err)
	}
	for _, c := range s.children.services {
		c.jobs = nil
		for i := range list.Items {
			if c.cronJob != nil && metav1.IsControlledBy(&list.Items[i], c.cronJob) {
				c.jobs = append(c.jobs, list.Items[i])
			}
		}
	}
	return nil
}

func (r *CustomerIntegrationReconciler) observePods(ctx context.Context, s *customerScope, _ map[string]*child) error {
	list := &corev1.PodList{}
	if err := r.Children(ctx, list, client.ObjectKeyFromObject(s.customer)); err != nil {
		return fmt.Errorf("listing Pods: %w", err)
	}
	for name, c := range s.children.services {
		c.pods, c.terminating = nil, false
		for i := range list.Items {
			c.terminating = c.terminating || terminating(&list.Items[i], s.now) && isRunOf(&list.Items[i], s.customer.Name, name)
			for j := range c.jobs {
				if metav1.IsControlledBy(&list.Items[i], &c.jobs[j]) {
					c.pods = append(c.pods, list.Items[i])
				}
			}
		}
		mendChildrenClock(c, s.now, s.watched)
	}
	return nil
}

// lookForConflicts looks at the API server for what shall be there, or was, and is not in the cache: it may be somebody
// else's, or ours without its label, or a moment old.
func (r *CustomerIntegrationReconciler) lookForConflicts(ctx context.Context, s *customerScope) error {
	judged := judged(s)
	found := false
	for _, wanted := range s.customer.Spec.Services {
		may, _ := entitlement.MaySync(s.supplier, judged, wanted.Name)
		if !may && knownSync(s.customer, wanted.Name).CronJobName == "" {
			continue
		}
		c := s.children.of(wanted.Name)
		before := c.cronJob
		if err := r.lookForConflict(ctx, s, naming.Child(s.customer.Name, wanted.Name), c); err != nil {
			return err
		}
		if !may {
			c.conflict, c.leftOver = "", false // nothing shall be made that it is in the way of
		}
		found = found || c.cronJob != before
	}
	if !found {
		return nil
	}
	if err := r.observeJobs(ctx, s, nil); err != nil {
		return err
	}
	return r.observePods(ctx, s, nil)
}

// lookForConflict takes what is ours and not in the cache as it is, and finds an object that has our name and is not ours.
func (r *CustomerIntegrationReconciler) lookForConflict(ctx context.Context, s *customerScope, name string, c *child) error {
	if c.cronJob == nil {
		found := &batchv1.CronJob{}
		ours, err := r.lookFor(ctx, s, types.NamespacedName{Namespace: s.customer.Namespace, Name: name}, c, "CronJob", found)
		if err != nil {
			return err
		}
		if ours {
			found.SetGroupVersionKind(cronJobKind)
			c.cronJob, c.cronJobIsOurs = found, true
			c.admitted = r.admitted.of(client.ObjectKeyFromObject(found))
		}
	}
	if c.account == nil {
		found := accountMetadata()
		ours, err := r.lookFor(ctx, s, types.NamespacedName{Namespace: s.customer.Namespace, Name: name}, c, "ServiceAccount", found)
		if err != nil {
			return err
		}
		if ours {
			c.account, c.accountIsOurs = found, true
		}
	}
	return nil
}

// lookFor reads an object at the API server and reports whether it is ours. If it is somebody else's, there is a conflict.
func (r *CustomerIntegrationReconciler) lookFor(
	ctx context.Context, s *customerScope, key types.NamespacedName, c *child, kind string, into client.Object,
) (ours bool, err error) {
	err = r.Live.Get(ctx, key, into)
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking for %s %s: %w", kind, key.Name, err)
	}
	owner := metav1.GetControllerOf(into)
	switch {
	case owner == nil:
		c.conflict = kind
	case owner.UID == s.customer.UID:
		return true, nil
	case owner.Kind == "CustomerIntegration" && owner.Name == s.customer.Name:
		c.leftOver = true
	default:
		c.conflict = kind
	}
	return false, nil
}

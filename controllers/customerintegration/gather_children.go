package customerintegration

import (
	"context"
	"fmt"
	"maps"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/controllers/customerintegration/verdict"
	"github.com/4human/integration-operator/internal/naming"
	"github.com/4human/integration-operator/internal/syncjob"
)

// gatherChildren reads the objects that were created for a customer.
func (r *Reconciler) gatherChildren(ctx context.Context, o *verdict.Observed) (syncjob.Children, error) {
	children := syncjob.Children{Services: map[v1alpha1.ServiceName]*syncjob.Child{}}
	names := map[string]*syncjob.Child{}
	for _, listed := range o.Customer.Spec.Services {
		c := &syncjob.Child{}
		children.Services[listed.Name] = c
		names[naming.Child(o.Customer.Name, listed.Name)] = c
	}
	if err := r.gatherAccounts(ctx, o.Customer, &children, names); err != nil {
		return children, err
	}
	if err := r.gatherCronJobs(ctx, o.Customer, &children, names); err != nil {
		return children, err
	}
	return children, r.gatherRuns(ctx, o, children)
}

func (r *Reconciler) gatherAccounts(
	ctx context.Context, customer *v1alpha1.CustomerIntegration, children *syncjob.Children,
	names map[string]*syncjob.Child,
) error {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccountList"))
	if err := r.Children(ctx, list, client.ObjectKeyFromObject(customer)); err != nil {
		return fmt.Errorf("listing ServiceAccounts: %w", err)
	}
	for i := range list.Items {
		account := &list.Items[i]
		if !metav1.IsControlledBy(account, customer) {
			continue
		}
		account.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccount"))
		if c := names[account.Name]; c != nil {
			c.Account, c.AccountIsOurs = account, true
			continue
		}
		children.Orphans = append(children.Orphans, account)
	}
	return nil
}

func (r *Reconciler) gatherCronJobs(
	ctx context.Context, customer *v1alpha1.CustomerIntegration, children *syncjob.Children,
	names map[string]*syncjob.Child,
) error {
	list := &batchv1.CronJobList{}
	if err := r.Children(ctx, list, client.ObjectKeyFromObject(customer)); err != nil {
		return fmt.Errorf("listing CronJobs: %w", err)
	}
	for i := range list.Items {
		cronJob := &list.Items[i]
		if !metav1.IsControlledBy(cronJob, customer) {
			continue
		}
		if c := names[cronJob.Name]; c != nil {
			r.setCronJob(c, cronJob)
			continue
		}
		cronJob.SetGroupVersionKind(syncjob.CronJobKind)
		children.Orphans = append(children.Orphans, cronJob)
	}
	return nil
}

// setCronJob records that a CronJob is the one of a service.
func (r *Reconciler) setCronJob(c *syncjob.Child, cronJob *batchv1.CronJob) {
	cronJob.SetGroupVersionKind(syncjob.CronJobKind)
	c.CronJob, c.CronJobIsOurs = cronJob, true
	c.Admitted = r.admitted.Of(client.ObjectKeyFromObject(cronJob))
}

// gatherRuns reads the Jobs of the CronJobs and their pods.
func (r *Reconciler) gatherRuns(ctx context.Context, o *verdict.Observed, children syncjob.Children) error {
	jobs, pods := &batchv1.JobList{}, &corev1.PodList{}
	if err := r.Children(ctx, jobs, client.ObjectKeyFromObject(o.Customer)); err != nil {
		return fmt.Errorf("listing Jobs: %w", err)
	}
	if err := r.Children(ctx, pods, client.ObjectKeyFromObject(o.Customer)); err != nil {
		return fmt.Errorf("listing Pods: %w", err)
	}
	for name, c := range children.Services {
		c.Jobs, c.Pods, c.Terminating = nil, nil, false
		for i := range jobs.Items {
			if c.CronJob != nil && metav1.IsControlledBy(&jobs.Items[i], c.CronJob) {
				c.Jobs = append(c.Jobs, jobs.Items[i])
			}
		}
		for i := range pods.Items {
			pod := &pods.Items[i]
			c.Terminating = c.Terminating || syncjob.IsTerminating(pod, o.Now) && syncjob.IsRunOf(pod, o.Customer.Name, name)
			for j := range c.Jobs {
				if metav1.IsControlledBy(pod, &c.Jobs[j]) {
					c.Pods = append(c.Pods, *pod)
				}
			}
		}
		syncjob.MendChildrenClock(c, o.Now, o.Watched)
		r.gatherRefusals(ctx, o, c)
	}
	return nil
}

// gatherMissing reads from the API server the objects that should exist, or did, and are not in the cache. Such an
// object may have another owner, have lost its label, or be new. It returns nil if nothing changes.
func (r *Reconciler) gatherMissing(ctx context.Context, v *verdict.Verdict) (*syncjob.Children, error) {
	children := syncjob.Children{Services: maps.Clone(v.Children.Services), Orphans: v.Children.Orphans}
	changed, found := false, false
	for i := range v.Services {
		s := &v.Services[i]
		if !s.MaySync && s.KnownSync.CronJobName == "" || s.Child.CronJob != nil && s.Child.Account != nil {
			continue
		}
		c := *s.Child
		if err := r.findMissing(ctx, v.Customer, naming.Child(v.Customer.Name, s.Name), &c); err != nil {
			return nil, err
		}
		if !s.MaySync {
			c.Conflict, c.LeftOver = "", false // nothing is to be created that it would prevent
		}
		changed, found = true, found || c.CronJob != s.Child.CronJob
		children.Services[s.Name] = &c
	}
	if !changed {
		return nil, nil
	}
	if found {
		return &children, r.gatherRuns(ctx, &v.Observed, children)
	}
	return &children, nil
}

// findMissing adds what exists and is ours to c, and the conflict with an object that has our name and another owner.
func (r *Reconciler) findMissing(ctx context.Context, customer *v1alpha1.CustomerIntegration, name string,
	c *syncjob.Child,
) error {
	key := types.NamespacedName{Namespace: customer.Namespace, Name: name}
	if c.CronJob == nil {
		cronJob := &batchv1.CronJob{}
		isOurs, err := r.find(ctx, customer, key, c, "CronJob", cronJob)
		if err != nil {
			return err
		}
		if isOurs {
			r.setCronJob(c, cronJob)
		}
	}
	if c.Account == nil {
		account := syncjob.AccountMetadata()
		isOurs, err := r.find(ctx, customer, key, c, "ServiceAccount", account)
		if err != nil {
			return err
		}
		if isOurs {
			c.Account, c.AccountIsOurs = account, true
		}
	}
	return nil
}

// find reads an object from the API server and reports whether it is ours. If it has another owner, there is a
// conflict.
func (r *Reconciler) find(
	ctx context.Context, customer *v1alpha1.CustomerIntegration, key types.NamespacedName, c *syncjob.Child, kind string,
	into client.Object,
) (isOurs bool, err error) {
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
		c.Conflict = kind
	case owner.UID == customer.UID:
		return true, nil
	case owner.Kind == "CustomerIntegration" && owner.Name == customer.Name:
		c.LeftOver = true
	default:
		c.Conflict = kind
	}
	return false, nil
}

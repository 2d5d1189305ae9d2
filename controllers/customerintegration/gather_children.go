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
		account.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccount"))
		ownership, err := r.ownership(ctx, customer, account)
		if err != nil {
			return err
		}
		c := names[account.Name]
		if ownership != syncjob.Owned && ownership != syncjob.Adoptable {
			setNameTaken(c)
			continue
		}
		if c != nil {
			setAccount(c, account, ownership)
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
		cronJob, err := r.currentCronJob(ctx, client.ObjectKeyFromObject(customer), &list.Items[i])
		if err != nil {
			return err
		}
		if cronJob == nil {
			continue
		}
		ownership, err := r.ownership(ctx, customer, cronJob)
		if err != nil {
			return err
		}
		c := names[cronJob.Name]
		if ownership != syncjob.Owned && ownership != syncjob.Adoptable {
			setNameTaken(c)
			continue
		}
		if c != nil {
			r.setCronJob(c, cronJob, ownership)
			continue
		}
		cronJob.SetGroupVersionKind(syncjob.CronJobKind)
		children.Orphans = append(children.Orphans, cronJob)
	}
	return nil
}

// currentCronJob returns a CronJob as it is after our last write, which the cache may lack. It returns nil if the
// CronJob no longer exists.
func (r *Reconciler) currentCronJob(
	ctx context.Context, customer types.NamespacedName, cached *batchv1.CronJob,
) (*batchv1.CronJob, error) {
	if !r.cronJobs.outdates(customer, cached) {
		return cached, nil
	}
	current := &batchv1.CronJob{}
	err := r.Live.Get(ctx, client.ObjectKeyFromObject(cached), current)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading CronJob %s: %w", cached.Name, err)
	}
	return current, nil
}

// setNameTaken records that another owner has the name of a service's object. c is nil if no listed service has it.
func setNameTaken(c *syncjob.Child) {
	if c != nil {
		c.NameTaken = true
	}
}

// setAccount records the account of a service.
func setAccount(c *syncjob.Child, account *metav1.PartialObjectMetadata, o syncjob.Ownership) {
	c.Account, c.AdoptAccount = account, o == syncjob.Adoptable
}

// setCronJob records the CronJob of a service.
func (r *Reconciler) setCronJob(c *syncjob.Child, cronJob *batchv1.CronJob, o syncjob.Ownership) {
	cronJob.SetGroupVersionKind(syncjob.CronJobKind)
	c.CronJob, c.AdoptCronJob = cronJob, o == syncjob.Adoptable
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
		c.Jobs, c.Pods, c.Strays, c.Terminating = nil, nil, nil, false
		for i := range jobs.Items {
			if syncjob.IsStrayJob(&jobs.Items[i], o.Customer.Name, name) {
				c.Strays = append(c.Strays, jobs.Items[i])
			}
			if c.CronJob != nil && syncjob.IsJobOf(&jobs.Items[i], c.CronJob) {
				c.Jobs = append(c.Jobs, jobs.Items[i])
			}
		}
		setPods(c, pods.Items, func(pod *corev1.Pod) bool {
			return syncjob.IsTerminating(pod, o.Now) && syncjob.IsRunOf(pod, o.Customer.Name, name)
		})
		// Creation times have whole seconds. If two pods have the same, the deleted one was the first.
		c.Pods = append(r.deletedPods.Of(c.Jobs), c.Pods...)
		syncjob.MendChildrenClock(c, o.Now, o.Watched)
		c.RefusedWrite = r.refusedWrites.of(client.ObjectKeyFromObject(o.Customer), name, o.Now)
		r.gatherRefusals(ctx, o, name, c)
	}
	return nil
}

// setPods sets the pods of a service's Jobs, and whether a pod of the service is terminating.
func setPods(c *syncjob.Child, pods []corev1.Pod, isTerminating func(*corev1.Pod) bool) {
	for i := range pods {
		c.Terminating = c.Terminating || isTerminating(&pods[i])
		for j := range c.Jobs {
			if metav1.IsControlledBy(&pods[i], &c.Jobs[j]) {
				c.Pods = append(c.Pods, pods[i])
			}
		}
	}
}

// gatherMissing reads from the API server the objects that should exist, or did, and are not in the cache. Such an
// object may have another owner, have lost its label, or be new. It returns nil if nothing changes.
func (r *Reconciler) gatherMissing(ctx context.Context, v *verdict.Verdict) (*syncjob.Children, error) {
	children := syncjob.Children{Services: maps.Clone(v.Children.Services), Orphans: v.Children.Orphans}
	changed, found := false, false
	for i := range v.Services {
		s := &v.Services[i]
		if !isMissing(s) {
			continue
		}
		c := *s.Child
		if err := r.findMissing(ctx, v.Customer, naming.Child(v.Customer.Name, s.Name), &c); err != nil {
			return nil, err
		}
		if !s.MaySync {
			c.Conflict, c.LeftOver = syncjob.Conflict{}, false // nothing is created, so nothing conflicts
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

// isMissing reports whether objects of a service should exist, or did, and are not in the cache. When sync is allowed
// for the first time, none is expected: creating it shows whether it exists.
func isMissing(s *verdict.Service) bool {
	switch {
	case s.Child.CronJob != nil && s.Child.Account != nil:
		return false
	case s.KnownSync.CronJobName != "":
		return true
	case !s.MaySync:
		return false
	default:
		return s.KnownSync.ActiveSince != nil || s.Child.CronJob != nil || s.Child.Account != nil || s.Child.NameTaken
	}
}

// findMissing adds the customer's objects to c, and the conflict with an object of the same name and another owner.
func (r *Reconciler) findMissing(ctx context.Context, customer *v1alpha1.CustomerIntegration, name string,
	c *syncjob.Child,
) error {
	key := types.NamespacedName{Namespace: customer.Namespace, Name: name}
	if c.CronJob == nil {
		cronJob := &batchv1.CronJob{}
		ownership, err := r.find(ctx, customer, key, c, "CronJob", cronJob)
		if err != nil {
			return err
		}
		if ownership == syncjob.Owned || ownership == syncjob.Adoptable {
			r.setCronJob(c, cronJob, ownership)
		}
	}
	if c.Account == nil {
		account := syncjob.AccountMetadata()
		ownership, err := r.find(ctx, customer, key, c, "ServiceAccount", account)
		if err != nil {
			return err
		}
		if ownership == syncjob.Owned || ownership == syncjob.Adoptable {
			setAccount(c, account, ownership)
		}
	}
	return nil
}

// find reads an object from the API server and returns its ownership. It records in c an object of another owner, and
// one that is about to be deleted. An object that does not exist is Foreign.
func (r *Reconciler) find(
	ctx context.Context, customer *v1alpha1.CustomerIntegration, key types.NamespacedName, c *syncjob.Child, kind string,
	into client.Object,
) (syncjob.Ownership, error) {
	err := r.Live.Get(ctx, key, into)
	if apierrors.IsNotFound(err) {
		return syncjob.Foreign, nil
	}
	if err != nil {
		return syncjob.Foreign, fmt.Errorf("looking for %s %s: %w", kind, key.Name, err)
	}
	ownership := syncjob.OwnershipOf(into, customer)
	switch ownership {
	case syncjob.LeftOver:
		c.LeftOver = true
	case syncjob.Foreign:
		c.Conflict = syncjob.ConflictWith(kind, into)
	case syncjob.Owned, syncjob.Adoptable:
	}
	return ownership, nil
}

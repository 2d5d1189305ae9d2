package customerintegration

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
	"github.com/4human/integration-operator/internal/syncjob"
)

// observe reads what was made for a customer.
func (r *Reconciler) observe(ctx context.Context, s *scope) error {
	s.children = syncjob.Children{Services: map[v1alpha1.ServiceName]*syncjob.Child{}}
	names := map[string]*syncjob.Child{}
	for _, wanted := range s.customer.Spec.Services {
		c := &syncjob.Child{}
		s.children.Services[wanted.Name] = c
		names[naming.Child(s.customer.Name, wanted.Name)] = c
	}
	for _, step := range []func(context.Context, *scope, map[string]*syncjob.Child) error{
		r.observeAccounts, r.observeCronJobs, r.observeJobs, r.observePods,
	} {
		if err := step(ctx, s, names); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reconciler) observeAccounts(ctx context.Context, s *scope, names map[string]*syncjob.Child) error {
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
			c.Account, c.AccountIsOurs = account, true
			continue
		}
		s.children.Orphans = append(s.children.Orphans, account)
	}
	return nil
}

func (r *Reconciler) observeCronJobs(ctx context.Context, s *scope, names map[string]*syncjob.Child) error {
	list := &batchv1.CronJobList{}
	if err := r.Children(ctx, list, client.ObjectKeyFromObject(s.customer)); err != nil {
		return fmt.Errorf("listing CronJobs: %w", err)
	}
	for i := range list.Items {
		cronJob := &list.Items[i]
		if !metav1.IsControlledBy(cronJob, s.customer) {
			continue
		}
		cronJob.SetGroupVersionKind(syncjob.CronJobKind)
		if c := names[cronJob.Name]; c != nil {
			c.CronJob, c.CronJobIsOurs = cronJob, true
			c.Admitted = r.admitted.Of(client.ObjectKeyFromObject(cronJob))
			continue
		}
		s.children.Orphans = append(s.children.Orphans, cronJob)
	}
	return nil
}

func (r *Reconciler) observeJobs(ctx context.Context, s *scope, _ map[string]*syncjob.Child) error {
	list := &batchv1.JobList{}
	if err := r.Children(ctx, list, client.ObjectKeyFromObject(s.customer)); err != nil {
		return fmt.Errorf("listing Jobs: %w", err)
	}
	for _, c := range s.children.Services {
		c.Jobs = nil
		for i := range list.Items {
			if c.CronJob != nil && metav1.IsControlledBy(&list.Items[i], c.CronJob) {
				c.Jobs = append(c.Jobs, list.Items[i])
			}
		}
	}
	return nil
}

func (r *Reconciler) observePods(ctx context.Context, s *scope, _ map[string]*syncjob.Child) error {
	list := &corev1.PodList{}
	if err := r.Children(ctx, list, client.ObjectKeyFromObject(s.customer)); err != nil {
		return fmt.Errorf("listing Pods: %w", err)
	}
	for name, c := range s.children.Services {
		c.Pods, c.Terminating = nil, false
		for i := range list.Items {
			pod := &list.Items[i]
			c.Terminating = c.Terminating || syncjob.Terminating(pod, s.now) && syncjob.IsRunOf(pod, s.customer.Name, name)
			for j := range c.Jobs {
				if metav1.IsControlledBy(&list.Items[i], &c.Jobs[j]) {
					c.Pods = append(c.Pods, list.Items[i])
				}
			}
		}
		syncjob.MendChildrenClock(c, s.now, s.watched)
	}
	return nil
}

// lookForConflicts looks at the API server for what shall be there, or was, and is not in the cache: it may be somebody
// else's, or ours without its label, or a moment old.
func (r *Reconciler) lookForConflicts(ctx context.Context, s *scope) error {
	judged := judged(s)
	found := false
	for _, wanted := range s.customer.Spec.Services {
		may, _ := entitlement.MaySync(s.supplier, judged, wanted.Name)
		if !may && knownSync(s.customer, wanted.Name).CronJobName == "" {
			continue
		}
		c := s.children.Of(wanted.Name)
		before := c.CronJob
		if err := r.lookForConflict(ctx, s, naming.Child(s.customer.Name, wanted.Name), c); err != nil {
			return err
		}
		if !may {
			c.Conflict, c.LeftOver = "", false // nothing shall be made that it is in the way of
		}
		found = found || c.CronJob != before
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
func (r *Reconciler) lookForConflict(ctx context.Context, s *scope, name string, c *syncjob.Child) error {
	if c.CronJob == nil {
		found := &batchv1.CronJob{}
		ours, err := r.lookFor(ctx, s, types.NamespacedName{Namespace: s.customer.Namespace, Name: name}, c, "CronJob", found)
		if err != nil {
			return err
		}
		if ours {
			found.SetGroupVersionKind(syncjob.CronJobKind)
			c.CronJob, c.CronJobIsOurs = found, true
			c.Admitted = r.admitted.Of(client.ObjectKeyFromObject(found))
		}
	}
	if c.Account == nil {
		found := syncjob.AccountMetadata()
		ours, err := r.lookFor(ctx, s, types.NamespacedName{Namespace: s.customer.Namespace, Name: name}, c, "ServiceAccount", found)
		if err != nil {
			return err
		}
		if ours {
			c.Account, c.AccountIsOurs = found, true
		}
	}
	return nil
}

// lookFor reads an object at the API server and reports whether it is ours. If it is somebody else's, there is a conflict.
func (r *Reconciler) lookFor(
	ctx context.Context, s *scope, key types.NamespacedName, c *syncjob.Child, kind string, into client.Object,
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
		c.Conflict = kind
	case owner.UID == s.customer.UID:
		return true, nil
	case owner.Kind == "CustomerIntegration" && owner.Name == s.customer.Name:
		c.LeftOver = true
	default:
		c.Conflict = kind
	}
	return false, nil
}
